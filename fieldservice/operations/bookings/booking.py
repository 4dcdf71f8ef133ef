"""Booking and moving visits: each promise is checked once more under its day's lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Stale, WindowTaken
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    UPCOMING,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderState,
)
from fieldservice.operations import audit
from fieldservice.operations.bookings.holds import release
from fieldservice.operations.bookings.offer_tokens import Leg, unseal
from fieldservice.operations.bookings.offers import Offer, offers
from fieldservice.operations.bookings.placing import (
    Seat,
    give_up,
    republish,
    seats,
    shifts_of,
    take,
)
from fieldservice.operations.bookings.wishes import Wish, windows_told, wish_for_visits
from fieldservice.operations.messages.reminders import (
    owe_booked,
    owe_cancelled,
    owe_changed,
    owe_reminders,
    void_unsent,
)
from fieldservice.operations.plans.days import touch
from fieldservice.said import said

TAKEN = "This time was taken a moment ago. Choose one of the times that are free now."
TOO_OLD = "These times are older than half an hour. Choose one of the times that are free now."
CHANGED = "Somebody else changed this visit meanwhile. Look at it again before you change it."
UNDER_WAY = "The technician is already on the way, so this visit cannot be changed any more."
OVER = "This visit is over. Book a new one instead."


Told = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, from when, and with what in hand."""

    now: datetime
    actor_id: int | None = None
    """None where the customer asks."""
    secret: str = ""
    holder: str | None = None
    """Whose hold on the window is to become the visit."""

    @property
    def by_customer(self) -> bool:
        """Whether nobody of the house did it."""
        return self.actor_id is None


def together(visit: Visit) -> list[Visit]:
    """The visits that are moved or cancelled as one: what is to come of the same work."""
    open_states = (*UPCOMING, VisitState.REQUESTED)
    return [one for one in visit.work_order.visits if one.state in open_states]


def changeable(
    session: Session, visit_id: int, version: int | None, customer_id: int | None = None
) -> Visit:
    """The visit, where it can still be changed by who saw that version of it.

    `customer_id` hides the visits of everybody else.
    """
    visit = session.get(Visit, visit_id)
    if visit is None or customer_id not in (None, visit.work_order.customer_id):
        raise NotFound("This visit is not known.")
    if visit.state in (VisitState.EN_ROUTE, VisitState.ON_SITE):
        raise Conflict(UNDER_WAY)
    if visit not in together(visit):
        raise Conflict(OVER)
    if version is not None and visit.version != version:
        raise Stale(CHANGED)
    return visit


def book(session: Session, order: WorkOrder, wish: Wish, token: str, asked: Asked) -> list[Visit]:
    """Give what was asked for its time: the visits, one for each day it takes.

    An order that stands at this very time already is left as it is.
    """
    territory = session.get_one(Territory, order.territory_id)
    visits = [one for one in order.visits if one.state in (*UPCOMING, VisitState.REQUESTED)]
    offered = unseal(asked.secret, territory.id, wish, token, asked.now)
    if _stands_at(visits, offered.legs):
        return visits
    found = (
        []
        if offered.expired
        else seats(session, territory, wish, offered.legs, asked.now, asked.holder, visits)
    )
    if not found:
        instead = partial(_instead, territory.id, wish, asked)
        raise WindowTaken(TOO_OLD if offered.expired else TAKEN, instead)
    return _settle(session, territory, order, wish, visits, found, asked)


def _instead(territory_id: int, wish: Wish, asked: Asked, session: Session) -> Sequence[Offer]:
    territory = session.get_one(Territory, territory_id)
    return offers(session, territory, wish, asked.now, asked.secret, holder=asked.holder)


def move(
    session: Session,
    visit_id: int,
    version: int | None,
    token: str,
    asked: Asked,
    customer_id: int | None = None,
) -> list[Visit]:
    """Give a visit, and what belongs to it, another time; a requested one its first.

    Sent twice, it is done once.
    """
    visit = changeable(session, visit_id, None, customer_id)
    visits = together(visit)
    wish = wish_for_visits(visits)
    offered = unseal(asked.secret, visit.territory_id, wish, token, asked.now)
    if not _stands_at(visits, offered.legs):
        changeable(session, visit_id, version, customer_id)
    return book(session, visit.work_order, wish, token, asked)


def _stands_at(visits: Sequence[Visit], legs: Sequence[Leg]) -> bool:
    return windows_told(visits) == tuple(leg.window for leg in legs)


def _settle(
    session: Session,
    territory: Territory,
    order: WorkOrder,
    wish: Wish,
    visits: list[Visit],
    found: Sequence[Seat],
    asked: Asked,
) -> list[Visit]:
    """The visits at their new places, with the messages that follow from it."""
    booked = _one_a_leg(session, order, visits, found, asked.now)
    spare = [one for one in visits if one not in booked]
    days = dict(zip((one.id for one in booked), (seat.leg.day for seat in found), strict=True))
    leaving = [one for one in visits if one.service_on and one.service_on != days.get(one.id)]
    stood_on = shifts_of(session, visits) if any(v.service_on for v in visits) else []
    give_up(session, leaving, asked.now)
    for one in spare:
        _merge(session, one, asked)
    told_before = [told_of(one) for one in booked]
    for visit, seat in zip(booked, found, strict=True):
        _promise(session, visit, seat, asked)
    order.state = WorkOrderState.OPEN
    for visit, before in zip(booked, told_before, strict=True):
        _tell(session, visit, before, asked)
    session.flush()
    for visit, seat in zip(booked, found, strict=True):
        take(session, territory, wish, seat, visit)
    given = [seat.opening.shift_id for seat in found if seat.trial.day.published_at is not None]
    republish(session, [*stood_on, *given], asked.now)
    if asked.holder:
        release(session, asked.holder)
    return booked


def _one_a_leg(
    session: Session,
    order: WorkOrder,
    visits: Sequence[Visit],
    found: Sequence[Seat],
    now: datetime,
) -> list[Visit]:
    """The visits there are, in order, and new ones where the work takes more days."""
    booked = list(visits[: len(found)])
    last = max((one.sequence for one in order.visits), default=0)
    for seat in found[len(booked) :]:
        last += 1
        visit = Visit(
            territory_id=order.territory_id,
            sequence=last,
            duration_minutes=seat.leg.minutes,
            created_at=now,
        )
        order.visits.append(visit)
        booked.append(visit)
    if len(booked) > len(visits):
        session.flush()
    return booked


def _promise(session: Session, visit: Visit, seat: Seat, asked: Asked) -> None:
    visit.state = VisitState.BOOKED
    visit.version += 1
    visit.service_on = seat.leg.day
    visit.duration_minutes = seat.leg.minutes
    visit.told_from, visit.told_until = seat.leg.window.from_at, seat.leg.window.until_at
    visit.confirmed_at = None
    touch(seat.trial.day)
    audit.record(
        session, asked.now, asked.actor_id, "visit.booked", visit, day_id=seat.trial.day.id
    )


def _tell(session: Session, visit: Visit, before: Told | None, asked: Asked) -> None:
    void_unsent(session, visit, asked.now, said("the visit was moved"))
    if before is None:
        owe_booked(session, visit, asked.now, answers_customer=asked.by_customer)
    else:
        owe_changed(session, visit, asked.now, before, answers_customer=asked.by_customer)
    owe_reminders(session, visit, asked.now)


def _merge(session: Session, visit: Visit, asked: Asked) -> None:
    """A day the work no longer takes: the others told their news already say so."""
    void_unsent(session, visit, asked.now, said("the work takes fewer days"))
    visit.version += 1
    visit.state = VisitState.CANCELLED
    visit.cancelled_because = "The work takes fewer days."
    if visit.told_from is not None:
        owe_cancelled(session, visit, asked.now, answers_customer=asked.by_customer)
    audit.record(session, asked.now, asked.actor_id, "visit.cancelled", visit)


def told_of(visit: Visit) -> Told | None:
    """The window the customer was promised until now."""
    if visit.told_from is None or visit.told_until is None:
        return None
    return visit.told_from, visit.told_until
