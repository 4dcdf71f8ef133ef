"""What a place for one more visit will have cost when its day comes.

The cheapest insertion prices a visit against the plan as it stands. So the first visit of an empty
day or of a far area pays the whole way there, although neighbours will come, and the last hour of
a day costs nothing, although somebody else will want it. Here visits still to come are a Poisson
process over the places of past ones: the opportunity cost of Campbell and Savelsbergh (2006),
learned from history as by Yang, Strauss, Currie and Eglese (2016), but in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.demand import Neighbours
from fieldservice.scheduling.insertion import Insertion, inserted
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import travel_along, travel_cost

Orders = Mapping[int, Sequence[int]]

CROWDED_OUT = 1800
"""What it costs, in seconds of driving, that another visit finds no room on its day."""


def expected_costs(
    problem: Problem, orders: Orders, visit: Visit, found: Sequence[Insertion]
) -> dict[Insertion, int]:
    """Return the expected cost of each of these insertions, with the demand of the problem.

    Shifts whose hours overlap are of one day.
    """
    by_shift: dict[int, list[Insertion]] = {}
    for one in found:
        by_shift.setdefault(one.shift_id, []).append(one)
    expected: dict[Insertion, int] = {}
    for shifts in _days(problem.shifts):
        there = [one for shift in shifts for one in by_shift.get(shift.id, ())]
        if there:
            profile = problem.shift(there[0].shift_id)
            around = neighbours(problem, profile, visit.location)
            added = [_added(problem, orders, visit, one) for one in there]
            day = day_ahead(problem, orders, shifts)
            costs = day.expected(around, visit.service_on(profile), added)
            expected |= dict(zip(there, costs, strict=True))
    return expected


def neighbours(problem: Problem, shift: Shift, place: int) -> Neighbours:
    """Return the demand of the problem as that shift drives to it from a place."""
    drives = [problem.travel_time(shift, place, one.location) for one in problem.demand]
    per_day = [one.per_day for one in problem.demand]
    return Neighbours(np.array(drives, np.float64), np.array(per_day, np.float64))


def day_ahead(problem: Problem, orders: Orders, shifts: Sequence[Shift]) -> DayAhead:
    """Return how a day of these shifts stands."""
    booked = [[problem.visit(one) for one in orders.get(shift.id, ())] for shift in shifts]
    return DayAhead(
        booked=sum(map(len, booked)),
        free=sum(_free(problem, *one) for one in zip(shifts, booked, strict=True)),
        unused=sum(not visits for visits in booked),
    )


@dataclass(frozen=True, slots=True)
class Added:
    """What an insertion adds now: its whole cost, the part of it for driving, and those seconds.

    `opening` is the part for using a shift that nobody used before.
    """

    cost: int
    driving_cost: int
    driving: int
    opening: int = 0


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day as it stands: visits on it, seconds of work nobody has taken, shifts without any."""

    booked: int
    free: int
    unused: int

    def expected(self, around: Neighbours, service: int, found: Sequence[Added]) -> list[int]:
        """Return the expected cost of each of these places on the day for such a visit."""
        to_come = max(0.0, around.a_day - self.booked)
        extra = np.array([one.driving for one in found], np.float64)
        detours = around.detours(extra, to_come)
        crowding = self._crowding(to_come, service + float(max(0.0, detours.min(initial=0.0))))
        return [
            round(_once_known(one, float(detour), self._stays_unused(to_come)) + crowding)
            for one, detour in zip(found, detours, strict=True)
        ]

    def _crowding(self, to_come: float, seconds: float) -> float:
        """A visit of so many seconds more: the chance that it takes another one's room, priced."""
        if not to_come:
            return 0.0
        room = self.free / max(1.0, seconds)
        return CROWDED_OUT * chance_of_more_than(room - 1, to_come)

    def _stays_unused(self, to_come: float) -> float:
        return math.exp(-to_come / self.unused) if self.unused else 1.0


def chance_of_more_than(count: float, mean: float) -> float:
    """Return the chance that a Poisson variable of that mean exceeds `count`."""
    if count < 0:
        return 1.0
    term = total = math.exp(-mean)
    for n in range(1, math.floor(count) + 1):
        term *= mean / n
        total += term
    return max(0.0, 1.0 - total)


def _once_known(one: Added, detour: float, stays_unused: float) -> float:
    rate = one.driving_cost / one.driving if one.driving else 0.0
    others = one.cost - one.driving_cost - one.opening
    return others + rate * detour + one.opening * stays_unused


def _added(problem: Problem, orders: Orders, visit: Visit, one: Insertion) -> Added:
    shift, order = problem.shift(one.shift_id), orders.get(one.shift_id, ())
    grown = inserted(order, one.position, visit.id)
    before, after = ([problem.visit(each) for each in ids] for ids in (order, grown))
    now = travel_along(problem, shift, before) if before else 0
    then = travel_along(problem, shift, after)
    driving_cost = travel_cost(problem, shift, then) - travel_cost(problem, shift, now)
    return Added(one.cost, driving_cost, then - now, 0 if before else shift.fixed_cost)


def _free(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> int:
    hours = shift.window.end - shift.window.start - shift.reserve
    rests = sum(rest.duration for rest in shift.breaks)
    work = sum(visit.service_on(shift) for visit in visits)
    driven = travel_along(problem, shift, visits) if visits else 0
    return max(0, hours - rests - work - driven)


def _days(shifts: Sequence[Shift]) -> Iterator[list[Shift]]:
    day: list[Shift] = []
    ends = 0
    for shift in sorted(shifts, key=lambda one: (one.window.start, one.id)):
        if day and shift.window.start >= ends:
            yield day
            day = []
        ends = max(ends, shift.window.end) if day else shift.window.end
        day.append(shift)
    if day:
        yield day
