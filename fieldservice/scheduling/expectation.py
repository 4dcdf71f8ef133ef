"""What a place for one more visit will have cost when its day comes.

The cheapest insertion prices a visit against the plan as it stands. So the first visit of an empty
day or of a far area pays the whole way there, although neighbours will come, and the last hour of
a morning costs nothing, although somebody else will want it. Here visits still to come are a
Poisson process over the places of past ones: the opportunity cost of Campbell and Savelsbergh
(2006), learned from history as by Yang, Strauss, Currie and Eglese (2016), but in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.demand import Neighbours
from fieldservice.scheduling.insertion import Insertion, inserted
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.timing import travel_along, travel_cost

Orders = Mapping[int, Sequence[int]]

CROWDED_OUT = 900
"""What it costs, in seconds of driving, that another visit finds no room where it was wanted."""

IN_REACH = 0.05
"""Share of a day's visits that could be the next or the last stop, by hour, skill and route."""

A_DAY_LATER = 300
"""What waiting a day longer weighs against driving, in seconds, where people choose among days."""

MANY = 100
"""Above this mean a Poisson variable is as good as normal."""


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
            first = problem.shift(there[0].shift_id)
            around = neighbours(problem, first, visit.location)
            ahead = Ahead.of(problem, orders, shifts, _span(visit, shifts))
            added = [added_by(problem, orders, visit, one) for one in there]
            costs = ahead.expected(around, visit.service_on(first), added)
            expected |= dict(zip(there, costs, strict=True))
    return expected


def neighbours(problem: Problem, shift: Shift, place: int) -> Neighbours:
    """Return the demand of the problem as that shift drives to it from a place."""
    drives = [problem.travel_time(shift, place, one.location) for one in problem.demand]
    per_day = [one.per_day for one in problem.demand]
    return Neighbours(np.array(drives, np.float64), np.array(per_day, np.float64))


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
class Ahead:
    """A day as it stands, and the span of it in which a visit is to start.

    `booked` visits are on the day and `unused` shifts have none; of the day's hours `part` lie in
    the span, with `wanted` of the visits and `free` seconds that nobody has taken.
    """

    booked: int
    unused: int
    part: float
    wanted: float
    free: float

    @classmethod
    def of(
        cls, problem: Problem, orders: Orders, shifts: Sequence[Shift], span: TimeWindow
    ) -> Ahead:
        """Return how these shifts of one day stand."""
        routes = [[problem.visit(one) for one in orders.get(shift.id, ())] for shift in shifts]
        hours = sum(_overlap(shift.window, span) for shift in shifts)
        length = sum(shift.window.end - shift.window.start for shift in shifts)
        shares = [
            (_share(visit, shift, span), visit.service_on(shift))
            for shift, visits in zip(shifts, routes, strict=True)
            for visit in visits
        ]
        part = hours / max(1, length)
        idle = sum(_not_at_work(problem, *one) for one in zip(shifts, routes, strict=True))
        work = sum(share * service for share, service in shares)
        return cls(
            booked=len(shares),
            unused=sum(not visits for visits in routes),
            part=part,
            wanted=sum(share for share, _ in shares),
            free=max(0.0, hours - part * idle - work),
        )

    def expected(self, around: Neighbours, service: int, found: Sequence[Added]) -> list[int]:
        """Return the expected cost of each of these places in the span, for such a visit."""
        to_come = max(0.0, around.a_day - self.booked)
        extra = np.array([one.driving for one in found], np.float64)
        detours = around.detours(extra, IN_REACH * to_come)
        crowding = self._crowding(around, service + float(max(0.0, detours.min(initial=0.0))))
        stays_unused = math.exp(-to_come / self.unused) if self.unused else 1.0
        return [
            round(_once_known(one, float(detour), stays_unused) + crowding)
            for one, detour in zip(found, detours, strict=True)
        ]

    def _crowding(self, around: Neighbours, seconds: float) -> float:
        """A visit of so many seconds more: the chance that it takes another one's room, priced."""
        to_come = around.a_day * self.part - self.wanted
        if to_come <= 0:
            return 0.0
        return CROWDED_OUT * chance_of_more_than(self.free / max(1.0, seconds) - 1, to_come)


def added_by(problem: Problem, orders: Orders, visit: Visit, one: Insertion) -> Added:
    """Return what that insertion adds to the routes as they stand."""
    shift, order = problem.shift(one.shift_id), orders.get(one.shift_id, ())
    grown = inserted(order, one.position, visit.id)
    before, after = ([problem.visit(each) for each in ids] for ids in (order, grown))
    now = travel_along(problem, shift, before) if before else 0
    then = travel_along(problem, shift, after)
    driving_cost = travel_cost(problem, shift, then) - travel_cost(problem, shift, now)
    return Added(one.cost, driving_cost, then - now, 0 if before else shift.fixed_cost)


def chance_of_more_than(count: float, mean: float) -> float:
    """Return the chance that a Poisson variable of that mean exceeds `count`."""
    if count < 0:
        return 1.0
    if mean > MANY:
        return 0.5 * math.erfc((math.floor(count) + 0.5 - mean) / math.sqrt(2 * mean))
    term = total = math.exp(-mean)
    for n in range(1, math.floor(count) + 1):
        term *= mean / n
        total += term
    return max(0.0, 1.0 - total)


def _once_known(one: Added, detour: float, stays_unused: float) -> float:
    rate = one.driving_cost / one.driving if one.driving else 0.0
    others = one.cost - one.driving_cost - one.opening
    return others + rate * detour + one.opening * stays_unused


def _overlap(hours: TimeWindow, span: TimeWindow) -> int:
    return max(0, min(hours.end, span.end) - max(hours.start, span.start))


def _share(visit: Visit, shift: Shift, span: TimeWindow) -> float:
    """Which part of a visit falls into the span, as far as its own windows tell."""
    windows = visit.windows or (shift.window,)
    length = sum(max(1, window.end - window.start) for window in windows)
    return min(1.0, sum(_overlap(window, span) for window in windows) / length)


def _not_at_work(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> int:
    rests = sum(rest.duration for rest in shift.breaks) + shift.reserve
    return rests + (travel_along(problem, shift, visits) if visits else 0)


def _span(visit: Visit, shifts: Sequence[Shift]) -> TimeWindow:
    """The hours of that day in which the visit may start."""
    first = min(shift.window.start for shift in shifts)
    last = max(shift.window.end for shift in shifts)
    inside = [one for one in visit.windows if one.start < last and one.end > first]
    if not inside:
        return TimeWindow(first, last)
    return TimeWindow(max(first, inside[0].start), min(last, inside[-1].end))


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
