"""Putting visits onto the working plans of their days, under each day's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings.holds import own_holds
from fieldservice.operations.bookings.offer_tokens import Leg, OpenedOffer
from fieldservice.operations.bookings.openings import (
    LEAD,
    Candidate,
    Opening,
    TrialDay,
    openings,
    trial_days,
    trial_route,
    with_candidates,
)
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.dispatching.publishing import republish_shift
from fieldservice.operations.plans.days import loaded_day, service_day, touch
from fieldservice.operations.plans.one_route import is_whole, write_route
from fieldservice.operations.plans.problems import DayProblem, problem_for
from fieldservice.operations.plans.workplan import Sequences, lay_out, sequences


@dataclass(frozen=True, slots=True)
class Seat:
    """A leg with the place found for it on its locked day."""

    leg: Leg
    trial: TrialDay
    opening: Opening
    alone: bool = False
    """Whether it was found looking at its own route only: nothing is known of the others then."""


def seats(
    session: Session,
    territory: Territory,
    wish: Wish,
    legs: Sequence[Leg],
    now: datetime,
    holder: str | None = None,
    moving: Sequence[Visit] = (),
) -> list[Seat]:
    """A place for each leg, all with one technician; none at all where a single one is gone.

    The days are locked in order of date and stay so until the transaction ends.
    """
    if any(leg.window.from_at < now + LEAD for leg in legs):
        return []
    locked = _lock(session, territory, {leg.day for leg in legs}, moving)
    days = [locked[leg.day] for leg in legs]
    mine = own_holds(session, holder)
    if len(legs) == 1 and not any(visit.service_on for visit in moving):
        as_offered = _as_offered(session, territory, wish, legs[0], days[0], now, mine)
        if as_offered:
            return [as_offered]
    trials = trial_days(session, territory, [leg.day for leg in legs], wish, now, mine)
    found: Sequence[Seat | None]
    if len(legs) == 1:
        found = [_seat(trials[0], territory, wish, legs[0], None)]
    else:
        found = _with_one(trials, territory, wish, legs)
    return [seat for seat in found if seat is not None] if all(found) else []


def offered_seat(
    session: Session,
    territory: Territory,
    wish: Wish,
    offered: OpenedOffer,
    now: datetime,
    holder: str | None = None,
) -> Seat | None:
    """The place a new visit was offered, on its locked day; None where there is more to it."""
    if offered.expired or len(offered.legs) != 1:
        return None
    (leg,) = offered.legs
    if leg.window.from_at < now + LEAD:
        return None
    day = service_day(session, territory.id, leg.day)
    return _as_offered(session, territory, wish, leg, day, now, own_holds(session, holder))


def _as_offered(
    session: Session,
    territory: Territory,
    wish: Wish,
    leg: Leg,
    day: ServiceDay,
    now: datetime,
    mine: Mapping[int, int],
) -> Seat | None:
    """A place on the very route it was offered on; no other route is looked at."""
    trial = trial_route(session, day, leg.shift_id, now, mine.get(day.id))
    found = _seat(trial, territory, wish, leg, None) if trial else None
    return replace(found, alone=True) if found else None


def _lock(
    session: Session, territory: Territory, wanted: Set[date], moving: Sequence[Visit]
) -> dict[date, ServiceDay]:
    left = {visit.service_on for visit in moving if visit.service_on}
    return {day: service_day(session, territory.id, day) for day in sorted({*wanted, *left})}


def _with_one(
    trials: Sequence[TrialDay], territory: Territory, wish: Wish, legs: Sequence[Leg]
) -> Sequence[Seat | None]:
    who = {shift_id: lead.technician_id for shift_id, lead in trials[0].lead_of.items()}
    offered = who.get(legs[0].shift_id)
    leads = sorted(set(who.values()), key=lambda lead: (lead != offered, lead))
    for lead in leads:
        found = [
            _seat(trial, territory, wish, leg, lead)
            for trial, leg in zip(trials, legs, strict=True)
        ]
        if all(found):
            return found
    return [None]


def _seat(
    trial: TrialDay, territory: Territory, wish: Wish, leg: Leg, lead: int | None
) -> Seat | None:
    shifts = None
    if lead is not None:
        shifts = frozenset(
            one for one, driver in trial.lead_of.items() if driver.technician_id == lead
        )
    candidate = Candidate(leg.window, leg.minutes, shifts)
    found = openings(trial, territory, wish, [candidate])
    return Seat(leg, trial, found[0]) if found else None


def take(session: Session, territory: Territory, wish: Wish, seat: Seat, visit: Visit) -> None:
    """Place the visit, which is written, there as a tentative stop.

    One that stands nowhere concerns one route; one that stands somewhere leaves another behind.
    """
    trial, opening = seat.trial, seat.opening
    problem = with_candidates(trial, territory, wish, [opening.candidate], visit.id)
    at = replace(trial.at, problem=problem)
    orders = {shift_id: list(order) for shift_id, order in trial.orders.items()}
    orders.setdefault(opening.shift_id, []).insert(opening.position, visit.id)
    if seat.alone or (not wish.moving and is_whole(at, opening.shift_id)):
        write_route(session, at, opening.shift_id, orders[opening.shift_id])
    else:
        _lay_out_anew(session, trial.day, at, orders, visit)


def _lay_out_anew(
    session: Session, day: ServiceDay, at: DayProblem, orders: Sequences, visit: Visit
) -> None:
    loaded_day(session, day)
    lay_out(session, day, at, orders)
    for route in day.routes:
        for stop in route.stops:
            if stop.visit_id == visit.id:
                stop.committed = stop.pinned = False


def shifts_of(session: Session, visits: Sequence[Visit]) -> list[int]:
    """The shifts on whose routes these visits stand."""
    ids = [visit.id for visit in visits]
    rows = select(Route.shift_id).join(Stop).where(Stop.visit_id.in_(ids)).distinct()
    return sorted(session.scalars(rows))


def republish(session: Session, shift_ids: Sequence[int], now: datetime) -> None:
    """Give technicians who have their route already the one that counts now, in this order."""
    if shift_ids:
        # Routes may have been written past the session's own objects.
        session.flush()
        session.expire_all()
    for shift_id in dict.fromkeys(shift_ids):
        republish_shift(session, session.get_one(Shift, shift_id), now)


def give_up(session: Session, visits: Sequence[Visit], now: datetime) -> None:
    """Take the visits off their routes; what is left of each day is timed again."""
    gone = {visit.id for visit in visits}
    for day in sorted({v.service_on for v in visits if v.service_on}):
        service = service_day(session, visits[0].territory_id, day)
        at = problem_for(session, service, now)
        orders = {
            shift_id: [one for one in order if one not in gone]
            for shift_id, order in sequences(service, at.problem).items()
        }
        lay_out(session, service, at, orders)
        touch(service)
