"""A technician's published routes as entries of a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import local_day
from fieldservice.models.audit import AuditEntry
from fieldservice.models.events import CalendarFeed
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import Publication, StopKind
from fieldservice.models.technicians import Activity, Shift, ShiftMember, Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.road.own_routes import PublishedStop, stops_of

KEEPS = timedelta(days=14)
"""How long past days stay in the calendar."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A visit or an activity; its name stays the same wherever it is moved."""

    name: str
    sequence: int
    published_at: datetime
    starts_at: datetime
    ends_at: datetime
    place: str
    title: str
    """Of an activity, or who is visited where the feed names customers."""
    kind: Kind | None = None
    visit_id: int | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class RouteCalendar:
    """What a feed shows now."""

    technician: str
    territory: str
    entries: tuple[RouteEntry, ...]


def route_calendar(session: Session, feed: CalendarFeed, now: datetime) -> RouteCalendar:
    """The routes published last, from a fortnight ago on; breaks are left out."""
    technician = session.get_one(Technician, feed.technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    first_day = local_day(now - KEEPS, territory.zone)
    published = _newest(session, technician.id, first_day)
    stops = [(one, stop) for one in published for stop in stops_of(one)]
    visits = _visits(session, [stop.visit_id for _, stop in stops if stop.visit_id])
    activities = _activities(session, [stop.activity_id for _, stop in stops if stop.activity_id])
    sequences = _sequences(session, published, list(visits))
    entries: dict[str, RouteEntry] = {}
    for publication, stop in stops:
        entry = (
            _visit_entry(publication, stop, visits, feed, sequences)
            if stop.kind is StopKind.VISIT
            else _activity_entry(publication, stop, activities, sequences)
        )
        known = entries.get(entry.name) if entry else None
        # Moved to another day, a visit stays on the old route until that is published anew.
        if entry and (known is None or known.is_cancelled):
            entries[entry.name] = entry
    in_order = sorted(entries.values(), key=lambda one: (one.starts_at, one.name))
    return RouteCalendar(technician.name, territory.name, tuple(in_order))


def _newest(session: Session, technician_id: int, first_day: object) -> Sequence[Publication]:
    last = (
        select(func.max(Publication.id))
        .join(Shift, Shift.id == Publication.shift_id)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(ShiftMember.technician_id == technician_id, Shift.service_on >= first_day)
        .group_by(Publication.shift_id)
    )
    query = (
        select(Publication).where(Publication.id.in_(last)).options(joinedload(Publication.shift))
    )
    return session.scalars(query.order_by(Publication.id)).all()


def _visits(session: Session, ids: Sequence[int]) -> dict[int, Visit]:
    order = joinedload(Visit.work_order)
    found = session.scalars(
        select(Visit)
        .where(Visit.id.in_(ids))
        .options(order.joinedload(WorkOrder.site), order.joinedload(WorkOrder.customer))
    )
    return {visit.id: visit for visit in found}


def _activities(session: Session, ids: Sequence[int]) -> dict[int, Activity]:
    found = session.scalars(select(Activity).where(Activity.id.in_(ids)))
    return {activity.id: activity for activity in found}


def _sequences(
    session: Session, published: Sequence[Publication], visit_ids: Sequence[int]
) -> dict[tuple[str, int], int]:
    """The newest deed that gave each day, route and visit what it shows.

    Deeds are numbered and never forgotten, so a sequence only rises, also when a publication is
    taken back and its row is gone.
    """
    action, kind, subject = AuditEntry.action, AuditEntry.subject_kind, AuditEntry.subject_id
    days = {one.service_day_id for one in published}
    rows = session.execute(
        select(kind, subject, func.max(AuditEntry.id).label("newest"))
        .where(
            or_(
                and_(
                    kind == "service_day",
                    subject.in_(days),
                    action.in_(("service_day.published", "service_day.unpublished")),
                ),
                and_(kind == "publication", subject.in_([one.id for one in published])),
                and_(
                    kind == "visit",
                    subject.in_(visit_ids),
                    action.in_(("visit.booked", "visit.cancelled")),
                ),
            ),
            action != "route.seen",
        )
        .group_by(kind, subject)
    )
    return {(row.subject_kind, row.subject_id): row.newest for row in rows}


def _sequence(
    publication: Publication, sequences: dict[tuple[str, int], int], visit_id: int | None
) -> int:
    about = [("service_day", publication.service_day_id), ("publication", publication.id)]
    if visit_id is not None:
        about.append(("visit", visit_id))
    return max(sequences.get(one, 0) for one in about)


def _visit_entry(
    publication: Publication,
    stop: PublishedStop,
    visits: dict[int, Visit],
    feed: CalendarFeed,
    sequences: dict[tuple[str, int], int],
) -> RouteEntry | None:
    visit = visits.get(stop.visit_id or 0)
    if visit is None:
        return None
    order, moved = visit.work_order, visit.service_on != publication.shift.service_on
    return RouteEntry(
        name=f"stop-{visit.id}",
        sequence=_sequence(publication, sequences, visit.id),
        published_at=publication.published_at,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        place=order.site.address if feed.names_customers else order.site.municipality,
        title=order.customer.name if feed.names_customers else "",
        kind=order.kind,
        visit_id=visit.id,
        is_cancelled=moved or visit.state is VisitState.CANCELLED,
    )


def _activity_entry(
    publication: Publication,
    stop: PublishedStop,
    activities: dict[int, Activity],
    sequences: dict[tuple[str, int], int],
) -> RouteEntry | None:
    activity = activities.get(stop.activity_id or 0)
    if activity is None:
        return None
    return RouteEntry(
        name=f"activity-{activity.id}",
        sequence=_sequence(publication, sequences, None),
        published_at=publication.published_at,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        place=activity.place,
        title=activity.title,
    )
