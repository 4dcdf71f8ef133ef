"""A problem whose routes no longer depend on each other: what ties them has been agreed upon.

The starts of tied visits, who carries a tool and when a technician stops for the night are fixed
as far as they have to be, so that routes can be searched one by one. Every plan of the agreed
problem can be timed as a plan of the true one; not the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Rule, Shift, TimeWindow, Visit, Weights
from fieldservice.scheduling.timing import Stop

TIMES = {Rule.WINDOW, Rule.LATENESS}


def agree(problem: Problem, orders: Mapping[int, Sequence[int]], ties: Ties) -> Problem:
    """Return the problem in which the ties are agreed as they stand in these orders.

    Tied visits on no route are left aside; those on one cost so much that none is dropped.
    """
    bounds = _Agreed.of(problem, orders, ties)
    tied = ties.tied
    carriers = _carriers(problem, orders)
    steady = 1 + sum(visit.penalty or 0 for visit in problem.visits)
    visits = tuple(
        _wishing(problem, _agreed(_carried(visit, carriers), bounds, steady))
        for visit in problem.visits
        if visit.id not in tied or visit.id in bounds.stops
    )
    known = {visit.id for visit in visits}
    return replace(
        problem,
        visits=visits,
        shifts=_rested([without_steps(shift) for shift in problem.shifts]),
        waivers=frozenset(
            one
            for one in problem.waivers
            if one.visit_id in known and not (one.visit_id in tied and one.rule in TIMES)
        ),
        weights=Weights(travel=problem.weights.travel),
        tools={},
        max_changes=None,
    )


@dataclass(slots=True)
class _Agreed:
    """When tied visits may start so that each keeps its ties whatever the others do."""

    stops: Mapping[int, Stop]
    earliest: dict[int, int] = field(default_factory=dict)
    latest: dict[int, int] = field(default_factory=dict)
    only: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, orders: Mapping[int, Sequence[int]], ties: Ties) -> _Agreed:
        tied = ties.tied
        on: dict[int, int] = {}
        stops: dict[int, Stop] = {}
        for route in time_together(problem, orders, ties):
            for stop in route.stops:
                if stop.visit_id is not None and stop.visit_id in tied:
                    stops[stop.visit_id], on[stop.visit_id] = stop, route.shift_id
        agreed = cls(stops)
        for members in ties.groups.values():
            for visit_id in members:
                if visit_id in stops:
                    agreed._within(visit_id, stops[visit_id].start, stops[visit_id].start)
        for visit_id, wait in ties.waits:
            if visit_id in stops and wait.visit_id in stops:
                before, mine = stops[wait.visit_id], stops[visit_id]
                gap = max(0, mine.start - before.end - wait.delay)
                agreed._within(wait.visit_id, None, before.start + gap // 2)
                agreed._within(visit_id, mine.start - (gap - gap // 2), None)
                if wait.max_delay is not None:
                    slack = max(0, before.end + wait.max_delay - mine.start)
                    agreed._within(wait.visit_id, before.start - slack // 2, None)
                    agreed._within(visit_id, None, mine.start + slack - slack // 2)
                if wait.same_shift:
                    agreed.only[visit_id] = agreed.only[wait.visit_id] = on[visit_id]
        return agreed

    def _within(self, visit_id: int, earliest: int | None, latest: int | None) -> None:
        if earliest is not None:
            self.earliest[visit_id] = max(earliest, self.earliest.get(visit_id, earliest))
        if latest is not None:
            self.latest[visit_id] = min(latest, self.latest.get(visit_id, latest))


def _agreed(visit: Visit, bounds: _Agreed, steady: int) -> Visit:
    plain = replace(visit, group=None, after=(), tools=frozenset(), together=frozenset())
    stop = bounds.stops.get(visit.id)
    if stop is None:
        return plain
    earliest = bounds.earliest.get(visit.id, -(2**60))
    latest = max(earliest, bounds.latest.get(visit.id, 2**60))
    inside = tuple(
        TimeWindow(max(window.start, earliest), min(window.end, latest))
        for window in visit.windows or (TimeWindow(earliest, latest),)
        if max(window.start, earliest) <= min(window.end, latest)
    )
    return replace(
        plain,
        windows=inside or (TimeWindow(stop.start, stop.start),),
        max_lateness=0,
        penalty=None if visit.penalty is None else steady,
        priority=visit.priority if visit.penalty is not None else 100,
        allowed_shifts=frozenset({bounds.only[visit.id]})
        if visit.id in bounds.only
        else visit.allowed_shifts,
    )


def _wishing(problem: Problem, visit: Visit) -> Visit:
    """The visit wishing to stay on the shift it was on, where moving it has a price."""
    known = problem.reference.get(visit.id)
    if not problem.weights.change or known is None or visit.told or visit.preferred_shifts:
        return visit
    return replace(
        visit, preferred_shifts=frozenset({known[0]}), preference_cost=problem.weights.change
    )


def _carriers(problem: Problem, orders: Mapping[int, Sequence[int]]) -> dict[int, frozenset[int]]:
    """Return for each shared tool the shifts to carry it: those that do, then those that could."""
    needing: dict[int, list[Visit]] = defaultdict(list)
    for visit in problem.visits:
        for tool in visit.tools & problem.tools.keys():
            needing[tool].append(visit)
    carriers: dict[int, frozenset[int]] = {}
    for tool, visits in needing.items():
        ids = {visit.id for visit in visits}
        count = {shift.id: len(ids & set(orders.get(shift.id, ()))) for shift in problem.shifts}
        able = {
            shift.id: sum(refusal(problem, shift, visit) is None for visit in visits)
            for shift in problem.shifts
        }
        best = sorted(count, key=lambda shift_id: (-count[shift_id], -able[shift_id], shift_id))
        carriers[tool] = frozenset(best[: problem.tools[tool]])
    return carriers


def _carried(visit: Visit, carriers: Mapping[int, frozenset[int]]) -> Visit:
    for tool in visit.tools & carriers.keys():
        allowed = visit.allowed_shifts
        ours = carriers[tool] if allowed is None else allowed & carriers[tool]
        visit = replace(visit, allowed_shifts=ours)
    return visit


def without_steps(shift: Shift) -> Shift:
    """Return the shift with no plan to start from, as some of its visits may be left aside."""
    return replace(shift, steps=(), starts=())


def _rested(shifts: Sequence[Shift]) -> tuple[Shift, ...]:
    """Return the shifts with so much overtime, and so late a start, that each rest is kept."""
    days: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        if shift.technician is not None:
            days[shift.technician].append(shift)
    cut: dict[int, Shift] = {}
    for worked in days.values():
        for before, after in pairwise(sorted(worked, key=lambda shift: shift.window.start)):
            earlier = cut.get(before.id, before)
            room = after.window.start - after.rest - earlier.window.end
            if earlier.overtime:
                most = max(0, min(earlier.overtime.max, room))
                cut[before.id] = replace(earlier, overtime=replace(earlier.overtime, max=most))
            if room < 0:
                opens = min(after.window.end, after.window.start - room)
                cut[after.id] = replace(after, window=TimeWindow(opens, after.window.end))
    return tuple(cut.get(shift.id, shift) for shift in shifts)
