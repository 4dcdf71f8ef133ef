"""Addresses whose point on the map is only guessed or not known, until somebody places them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from fieldservice.clock import local_day
from fieldservice.errors import NotFound
from fieldservice.models.customers import Customer, PlaceQuality, Site
from fieldservice.models.plans import Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState, WorkOrder
from fieldservice.operations import audit
from fieldservice.operations.customers.points import point_from
from fieldservice.operations.imports.laying import Promised, lay_on

TO_PLACE = (PlaceQuality.ESTIMATED, PlaceQuality.MISSING)
AHEAD = (VisitState.REQUESTED, *UPCOMING)


@dataclass(frozen=True, slots=True)
class ToPlace:
    """An address to place, and for when."""

    site_id: int
    customer_id: int
    customer: str
    street: str
    postcode: str | None
    municipality: str
    quality: PlaceQuality
    next_on: date | None
    """The day of its next visit; none where none has a day."""
    waiting: int
    """Visits ahead at this address."""


def to_place(session: Session, territory_id: int, now: datetime) -> list[ToPlace]:
    """Every address of the territory to place: first what cannot be planned, then by day."""
    territory = session.get_one(Territory, territory_id)
    ahead = _ahead(session, territory_id, local_day(now, territory.zone))
    sites = session.scalars(
        select(Site)
        .join(Site.customer)
        .where(Customer.territory_id == territory_id, Site.place_quality.in_(TO_PLACE))
        .options(contains_eager(Site.customer))
    )
    found = [_listed(site, *ahead.get(site.id, (None, 0))) for site in sites]
    return sorted(found, key=_urgency)


def _ahead(session: Session, territory_id: int, today: date) -> dict[int, tuple[date | None, int]]:
    """The next day and the number of visits ahead, by site."""
    rows = session.execute(
        select(WorkOrder.site_id, func.min(Visit.service_on), func.count())
        .join(Visit)
        .where(
            Visit.territory_id == territory_id,
            Visit.state.in_(AHEAD),
            (Visit.service_on >= today) | Visit.service_on.is_(None),
        )
        .group_by(WorkOrder.site_id)
    )
    return {site_id: (next_on, count) for site_id, next_on, count in rows}


def _listed(site: Site, next_on: date | None, waiting: int) -> ToPlace:
    return ToPlace(
        site_id=site.id,
        customer_id=site.customer_id,
        customer=site.customer.name,
        street=site.street,
        postcode=site.postcode,
        municipality=site.municipality,
        quality=site.place_quality,
        next_on=next_on,
        waiting=waiting,
    )


def _urgency(one: ToPlace) -> tuple[bool, date, bool, int]:
    unplannable = one.quality == PlaceQuality.MISSING and one.waiting > 0
    return (not unplannable, one.next_on or date.max, one.waiting == 0, one.site_id)


def place_site(
    session: Session, now: datetime, actor_id: int | None, site_id: int, pasted: str
) -> Site:
    """Put an address at the point somebody pasted, and lay out anew the days that visit it."""
    found = point_from(pasted, "pasted")
    site = session.get(Site, site_id)
    if site is None:
        raise NotFound("There is no such address any more.")
    site.lat, site.lon = found.lat, found.lon
    site.place_quality = PlaceQuality.EXACT
    session.flush()
    audit.record(session, now, actor_id, "site.placed", site)
    territory = site.customer.territory
    today = local_day(now, territory.zone)
    for day, promised in _days_of(session, site, today).items():
        lay_on(session, territory.id, day, promised, now, moved=True)
    return site


def _days_of(session: Session, site: Site, today: date) -> dict[date, Sequence[Promised]]:
    """The days ahead that visit this address, each with its visits that have no stop yet."""
    visits = session.scalars(
        select(Visit)
        .join(WorkOrder)
        .where(
            WorkOrder.site_id == site.id,
            Visit.state.in_(UPCOMING),
            Visit.service_on >= today,
        )
        .order_by(Visit.service_on, Visit.id)
    ).all()
    ids = [visit.id for visit in visits]
    placed = set(session.scalars(select(Stop.visit_id).where(Stop.visit_id.in_(ids))))
    days: dict[date, list[Promised]] = {}
    for visit in visits:
        if visit.service_on is None:
            continue
        waiting = days.setdefault(visit.service_on, [])
        if visit.id not in placed:
            waiting.append(Promised(visit.id, visit.service_on, None))
    return dict(days)
