"""Promises taken over from a list get their stops: where the list says, else where they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.models.plans import ServiceDay
from fieldservice.models.work_orders import Visit
from fieldservice.operations.days import loaded_day, service_day, touch
from fieldservice.operations.imports.writing import Writing
from fieldservice.operations.problems import DayProblem, problem_for
from fieldservice.operations.workplan import Sequences, lay_out, place_best, sequences
from fieldservice.scheduling.insertion import inserted, places


@dataclass(frozen=True, slots=True)
class Promised:
    """A visit with a window, and the technician the customer was told of."""

    visit: Visit
    technician_id: int | None


def lay_promises(writing: Writing, promised: Sequence[Promised]) -> int:
    """Give every promise a stop, day by day; returns for how many there was none."""
    by_day: dict[date, list[Promised]] = defaultdict(list)
    for one in promised:
        if one.visit.service_on is not None:
            by_day[one.visit.service_on].append(one)
    unlaid = 0
    territory_id = writing.ground.territory_id
    for done, day in enumerate(sorted(by_day)):
        writing.progress("Placing", done, len(by_day))
        unlaid += lay_on(writing.session, territory_id, day, by_day[day], writing.now)
    return unlaid


def lay_on(
    session: Session, territory_id: int, date_: date, promised: Sequence[Promised], now: datetime
) -> int:
    """Lay one day's promises out, those with a technician pinned; how many stay without."""
    day = service_day(session, territory_id, date_)
    day = loaded_day(session, day)
    at = problem_for(session, day, now)
    orders = sequences(day, at.problem)
    shifts = _shift_of(day, at)
    pinned: set[int] = set()
    for one in sorted(promised, key=lambda one: (one.technician_id is None, _told(one))):
        if not at.problem.has_visit(one.visit.id):
            continue
        shift_id = shifts.get(one.technician_id or 0)
        if shift_id is not None:
            place_best(at.problem, shift_id, orders.setdefault(shift_id, []), one.visit.id)
            pinned.add(one.visit.id)
        elif one.technician_id is None:
            _fit(at, orders, one.visit.id)
    lay_out(session, day, at, orders)
    _pin(day, pinned)
    touch(day)
    laid = {visit_id for order in orders.values() for visit_id in order}
    return sum(one.visit.id not in laid for one in promised)


def _told(one: Promised) -> datetime:
    return one.visit.told_from or one.visit.created_at


def _shift_of(day: ServiceDay, at: DayProblem) -> dict[int, int]:
    """The shift of each technician who is there that day."""
    return {
        member.technician_id: route.shift_id
        for route in day.routes
        if at.problem.has_shift(route.shift_id)
        for member in route.shift.members
    }


def _fit(at: DayProblem, orders: Sequences, visit_id: int) -> None:
    best = min(places(at.problem, orders, at.problem.visit(visit_id)), default=None)
    if best is not None:
        order = orders.get(best.shift_id, [])
        orders[best.shift_id] = list(inserted(order, best.position, visit_id))


def _pin(day: ServiceDay, visit_ids: set[int]) -> None:
    for route in day.routes:
        for stop in route.stops:
            if stop.visit_id in visit_ids:
                stop.pinned = True
