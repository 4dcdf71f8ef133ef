"""Times that can be offered, and booking one of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session, joinedload

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Conflict, NotFound, Refused, WindowTaken
from fieldservice.models.api import Scope
from fieldservice.models.customers import Customer, Site
from fieldservice.models.technicians import Shift
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState, WorkOrder
from fieldservice.operations import external_ids
from fieldservice.operations.bookings import booking, offers
from fieldservice.operations.bookings.new_work import book_new
from fieldservice.operations.bookings.no_offers import why_none
from fieldservice.operations.bookings.offers import Offer, horizon, open_horizon, unopened
from fieldservice.operations.bookings.wishes import Wish, wish_for_site, wish_for_visits
from fieldservice.operations.bookings.work_orders import NewOrder
from fieldservice.operations.dispatching.visit_rows import known_visit, visit_rows
from fieldservice.web.api.again import HEADER, Answer, answered, told
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import called
from fieldservice.web.api.problems import EXTENSIONS
from fieldservice.web.api.schemas.visits import (
    BookingSchema,
    BookingWanted,
    OfferSchema,
    OffersSchema,
    OffersWanted,
)
from fieldservice.web.api.upserts import require
from fieldservice.web.offering import asked as asking
from fieldservice.web.offering import settings

blueprint = Resource("offers", "Arrival windows that can be kept, and booking them.")

NAMES = {
    "site": "site_id",
    "asset": "asset_id",
    "contact": "contact_id",
    "duration": "duration_minutes",
}
NEW_WORK = ("site_id", "kind", "summary", "duration_minutes", "asset_id", "contact_id", "priority")
OPEN = (*UPCOMING, VisitState.REQUESTED)


@dataclass(frozen=True, slots=True)
class Booking:
    """What a booking is answered with."""

    work_order_id: int
    reference: str
    visits: Sequence[Any]


def offered(found: Sequence[Offer], zone: str) -> list[Mapping[str, Any]]:
    """Offers as programs are told them."""
    return [
        {
            "token": one.token,
            "day": one.day,
            "window_from": one.window_from,
            "window_until": one.window_until,
            "zone": zone,
            "planned_start": one.planned_start,
            "technician": one.technician,
            "extra_seconds": one.extra_seconds,
            "fits_best": one.fits_best,
            "days": len(one.legs),
        }
        for one in found
    ]


def _instead(taken: WindowTaken) -> Mapping[str, Any]:
    """The windows that are free, told with the one that is gone."""
    found = list(taken.instead(db.session()))
    zone = _zone_of(found)
    return {"offers": OfferSchema(many=True).dump(offered(found, zone))}


def _zone_of(found: Sequence[Offer]) -> str:
    if not found:
        return "UTC"
    shift = db.session.get(Shift, found[0].shift_id)
    return db.session.get_one(Territory, shift.territory_id).zone if shift else "UTC"


EXTENSIONS[WindowTaken] = _instead


@blueprint.post("/offers")
@needs(Scope.VISITS_READ)
@takes(OffersWanted)
@answers(200, OffersSchema)
def offer(asked: Asked) -> Response | Mapping[str, Any]:
    """Ask for the times that can be kept."""
    territory_id = _territory_id(asked)
    _open(territory_id, asked.get("days"))
    if HEADER not in request.headers:
        # Nothing is written, so nobody who books has to wait for who only looks.
        return _offers(db.session(), territory_id, asked)
    return answered(
        lambda session: told(session, _offers(session, territory_id, asked), OffersSchema)
    )


@blueprint.post("/bookings")
@needs(Scope.VISITS_WRITE)
@takes(BookingWanted)
@answers(201, BookingSchema)
def book(asked: Asked) -> Response:
    """Book an offered window: for new work, or for a work order that waits for a time."""
    if "work_order_id" in asked:
        _refuse_beside("work_order_id", asked, NEW_WORK)
    else:
        require(asked, "site_id", "kind", "summary")
    asks, form_key = asking(caller().user_id), secrets.token_hex(16)
    if "work_order_id" not in asked:
        # Read before the lock that everybody else waits for.
        with called(NAMES):
            wanted = _new(db.session(), asked, form_key)

    def deed(session: Session) -> Answer:
        with called(NAMES):
            if "work_order_id" in asked:
                order, wish = _known(session, asked["work_order_id"])
                visits = booking.book(session, order, wish, asked["offer"], asks)
            else:
                visits = book_new(session, wanted, asked["offer"], asks)
            if "external_id" in asked:
                external_ids.give(session, visits[0].work_order, asked["external_id"])
        return booked(session, visits, 201)

    return answered(deed)


def booked(session: Session, visits: Sequence[Visit], status: int = 200) -> Answer:
    """The visits of one work order as a deed left them."""
    session.flush()
    order = visits[0].work_order
    done = Booking(order.id, order.reference, visit_rows(session, visits))
    return told(session, done, BookingSchema, status)


def _offers(session: Session, territory_id: int, asked: Asked) -> Mapping[str, Any]:
    territory = session.get_one(Territory, territory_id)
    with called(NAMES):
        wish = _wish(session, territory, asked)
    now, days = clock.now(), asked.get("days")
    found = offers.offers(session, territory, wish, now, settings().secret_key, days=days)
    nothing: date | None = None
    skills: Sequence[str] = ()
    if not found:
        why = why_none(session, territory, wish, now)
        nothing, skills = horizon(territory, now, days)[-1], why.skills
    return {
        "offers": offered(found, territory.zone),
        "nothing_before": nothing,
        "missing_skills": list(skills),
    }


def _territory_id(asked: Asked) -> int:
    """Whose days are looked at; refused where it is not said for what."""
    if "visit_id" in asked:
        _refuse_beside("visit_id", asked, ("site_id", "kind", "duration_minutes"))
        return known_visit(db.session(), asked["visit_id"]).territory_id
    require(asked, "site_id", "kind")
    return _site(db.session(), asked["site_id"]).customer.territory_id


def _open(territory_id: int, days: int | None) -> None:
    """Days nobody has looked at yet are rostered first."""
    territory = db.session.get_one(Territory, territory_id)
    wanted = horizon(territory, clock.now(), days)
    if unopened(db.session(), territory, wanted):
        with transaction() as session:
            open_horizon(session, session.get_one(Territory, territory_id), wanted)
        # Whatever was read meanwhile holds a snapshot in which these days are still missing.
        db.session.rollback()


def _wish(session: Session, territory: Territory, asked: Asked) -> Wish:
    if "visit_id" in asked:
        visit = booking.changeable(session, asked["visit_id"], None)
        return wish_for_visits(booking.together(visit))
    site = _site(session, asked["site_id"])
    return wish_for_site(territory, site, asked["kind"], asked.get("duration_minutes"))


def _site(session: Session, site_id: int) -> Site:
    whose = joinedload(Site.customer).joinedload(Customer.territory)
    site = session.get(Site, site_id, options=[whose])
    if site is None:
        raise Refused("There is no such site. List the customer's sites.", "site_id")
    return site


def _new(session: Session, asked: Asked, form_key: str) -> NewOrder:
    site = _site(session, asked["site_id"])
    return NewOrder(
        customer_id=site.customer_id,
        site_id=site.id,
        kind=asked["kind"],
        summary=asked["summary"],
        form_key=form_key,
        asset_id=asked.get("asset_id"),
        duration_minutes=asked.get("duration_minutes"),
        priority=asked.get("priority", 0),
        text_contact_id=asked.get("contact_id"),
    )


def _known(session: Session, work_order_id: int) -> tuple[WorkOrder, Wish]:
    order = session.get(WorkOrder, work_order_id)
    if order is None:
        raise NotFound("This work order is not known.")
    waiting = [visit for visit in order.visits if visit.state in OPEN]
    if not waiting:
        raise Conflict("Nothing of this work order waits for a time. Take a new work order.")
    booking.changeable(session, waiting[0].id, None)
    return order, wish_for_visits(waiting)


def _refuse_beside(name: str, asked: Asked, others: Sequence[str]) -> None:
    found = next((one for one in others if one in asked), None)
    if found is not None:
        raise Refused(f"“{found}” is known from “{name}”. Leave it out.", found)
