"""Booking new work at an offered time, in one step and as few statements as it takes."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from fieldservice.models.plans import ServiceDay
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations import audit
from fieldservice.operations.bookings.booking import Asked, book
from fieldservice.operations.bookings.holds import release
from fieldservice.operations.bookings.offer_tokens import unseal
from fieldservice.operations.bookings.placing import Seat, offered_seat, republish, take
from fieldservice.operations.bookings.work_orders import (
    Ground,
    NewOrder,
    draft_order,
    draft_visit,
    ground_of,
    known_order,
    take_order,
    taken,
    wish_on,
)
from fieldservice.operations.messages.owing import hand_in
from fieldservice.operations.messages.reminders import owe_booked, owe_reminders
from fieldservice.operations.written import know, write_new, write_numbered

_RAISED = (
    update(ServiceDay)
    .where(ServiceDay.id == bindparam("day_id"), ServiceDay.version == bindparam("seen"))
    .values(version=bindparam("seen") + 1)
)


def book_new(session: Session, wanted: NewOrder, offer: str, asked: Asked) -> list[Visit]:
    """Take the order and give it its time; sent twice, it is done once.

    The usual case, one visit that still fits on the route it was offered on, is written in
    few statements. Everything else goes the way of `book`, to the same end.
    """
    ground = ground_of(session, wanted)
    wish = wish_on(ground, wanted)
    territory = ground.customer.territory
    if known_order(session, wanted) is None:
        offered = unseal(asked.secret, territory.id, wish, offer, asked.now)
        seat = offered_seat(session, territory, wish, offered, asked.now, asked.holder)
        if seat is not None:
            visit = _taken(session, ground, wanted, seat, asked)
            take(session, territory, wish, seat, visit)
            if seat.trial.day.published_at is not None:
                republish(session, [seat.opening.shift_id], asked.now)
            return [visit]
    order = take_order(session, wanted, asked.now, asked.actor_id)
    return book(session, order, wish, offer, asked)


def _taken(session: Session, ground: Ground, wanted: NewOrder, seat: Seat, asked: Asked) -> Visit:
    """The order and its visit, promised for that seat, with the messages that follow from it."""
    order = draft_order(session, ground, wanted, asked.now)
    visit = _promised(draft_visit(ground, wanted, order, asked.now), seat)
    _write(session, order, visit)
    day = seat.trial.day
    booking = audit.Deed("visit.booked", visit, {"day_id": day.id})
    audit.record_all(session, asked.now, asked.actor_id, [taken(order), booking])
    by_customer = asked.by_customer
    booked = owe_booked(session, visit, asked.now, answers_customer=by_customer, at_first=True)
    hand_in(session, [*booked, *owe_reminders(session, visit, asked.now, at_first=True)])
    _raise_version(session, day)
    if asked.holder:
        release(session, asked.holder)
    return visit


def _promised(visit: Visit, seat: Seat) -> Visit:
    visit.state = VisitState.BOOKED
    visit.version += 1
    visit.service_on = seat.leg.day
    visit.duration_minutes = seat.leg.minutes
    visit.told_from, visit.told_until = seat.leg.window.from_at, seat.leg.window.until_at
    return visit


def _write(session: Session, order: WorkOrder, visit: Visit) -> None:
    write_new(session, [order])
    visit.work_order_id = order.id
    parts: list[Visit | RequiredSkill | WorkOrderContact]
    parts = [visit, *order.skills, *order.contacts]
    for part in parts:
        part.work_order_id = order.id
        write_numbered(session, part)
    order.visits = [visit]
    know(session, [order, *parts])


def _raise_version(session: Session, day: ServiceDay) -> None:
    """The guard against double booking: whoever read an older version cannot write any more."""
    seen = {"day_id": day.id, "seen": day.version}
    if session.connection().execute(_RAISED, seen).rowcount != 1:
        raise StaleDataError("the service day moved on")
    set_committed_value(day, "version", day.version + 1)
