"""The gaps between the stops of a plan, all judged at once for one visit more.

The bounds of `standing.py` as arrays: who is asked about one place in many windows looks at every
gap with a few operations of numpy, and follows exactly only where no bound rules a gap out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.insertion import Insertion, can_take, is_bounded, tried
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.speeds import USUAL
from fieldservice.scheduling.standing import Standing

Numbers = NDArray[np.int64]

NOWHERE = -1
"""In place of an absent start or end of a shift."""
NEVER = 2**40


@dataclass(frozen=True, slots=True)
class Gaps:
    """What stands in a plan, gap by gap: the route, and the places and bounds on both sides.

    All arrays are as long as there are gaps; `straight` is the drive between the places, 0 on a
    route without visits, whose shift stays at home, and `rate` what an hour of it costs.
    """

    routes: tuple[Standing, ...]
    route: Numbers
    shift_id: Numbers
    rate: Numbers
    position: Numbers
    before: Numbers
    after: Numbers
    free: Numbers
    due: Numbers
    straight: Numbers

    @classmethod
    def of(cls, problem: Problem, orders: Mapping[int, Sequence[int]]) -> Gaps:
        """Return the gaps of these orders."""
        routes = tuple(Standing.of(problem, shift, orders) for shift in problem.shifts)
        rows = [
            (
                *(k, route.shift.id, route.shift.cost_per_hour, position, *_places(leg)),
                *(free, due, _straight(problem, route, leg)),
            )
            for k, route in enumerate(routes)
            for position, (leg, free, due) in enumerate(
                zip(route.legs, route.free, route.due, strict=True)
            )
        ]
        table = np.array(rows, np.int64).reshape(-1, 9)
        return cls(routes, *np.ascontiguousarray(table.T))

    def around(self, problem: Problem, visit: Visit) -> Around:
        """Return how they are seen by visits that differ from this one in their windows only.

        `problem` is the one of the plan with those visits in it.
        """
        shifts = [route.shift for route in self.routes]
        there, onward = self._drives(problem, shifts, visit.location)
        arrival, leaving = self._bounds(problem, shifts, there, onward)
        added = there + onward - self.straight
        least = (added * self.rate * problem.weights.travel + 1800) // 3600
        takes = np.array([can_take(problem, route, visit) for route in self.routes], bool)
        ranked = np.lexsort((self.position, self.shift_id, least))
        ranked = ranked[takes[self.route[ranked]]]
        setup = np.array([visit.setup_on(shift) for shift in shifts], np.int64)[self.route]
        service = np.array([visit.service_on(shift) for shift in shifts], np.int64)[self.route]
        work = service + np.where(self.before == visit.location, 0, setup)
        bounded = np.array([is_bounded(problem, route, visit) for route in self.routes], bool)
        return Around(
            problem=problem,
            gaps=self,
            ranked=ranked,
            least=least[ranked],
            added=added[ranked],
            arrival=arrival[ranked],
            last_start=np.where(bounded[self.route], leaving - work, NEVER)[ranked],
        )

    def _drives(
        self, problem: Problem, shifts: Sequence[Shift], place: int
    ) -> tuple[Numbers, Numbers]:
        """Seconds from the place before to that one, and from there to the place after."""
        there, onward = np.zeros((2, len(self.route)), np.int64)
        for rows, shift in self._by_speed(shifts):
            seconds = problem.seconds(shift)
            before, after = self.before[rows], self.after[rows]
            there[rows] = np.where(before == NOWHERE, 0, seconds[before, place])
            onward[rows] = np.where(after == NOWHERE, 0, seconds[place, after])
        return there, onward

    def _bounds(
        self, problem: Problem, shifts: Sequence[Shift], there: Numbers, onward: Numbers
    ) -> tuple[Numbers, Numbers]:
        """When that place is reached at the earliest, and left at the latest.

        Where speeds change, the fraction of a second is left to whoever follows exactly.
        """
        arrival, leaving = self.free + there, self.due - onward
        for rows, shift in self._by_speed(shifts):
            speeds = problem.speeds(shift)
            if not speeds.is_even:
                reached = speeds.reach_all(
                    self.free[rows].astype(float), there[rows] * float(USUAL)
                )
                left = speeds.reach_all(self.due[rows].astype(float), onward[rows] * -float(USUAL))
                arrival[rows] = np.floor(reached) - 1
                leaving[rows] = np.ceil(left) + 1
        return arrival, leaving

    def _by_speed(self, shifts: Sequence[Shift]) -> list[tuple[NDArray[np.bool_] | slice, Shift]]:
        """Which gaps share their travel times, with a shift that stands for them."""
        kinds = {(shift.profile, shift.speed_factor): shift for shift in shifts}
        if len(kinds) == 1:
            return [(slice(None), shift) for shift in kinds.values()]
        found: list[tuple[NDArray[np.bool_] | slice, Shift]] = []
        for kind, shift in kinds.items():
            alike = np.array([(one.profile, one.speed_factor) == kind for one in shifts], bool)
            found.append((alike[self.route], shift))
        return found


@dataclass(frozen=True, slots=True)
class Around:
    """The gaps that may take a visit, the least detour first, in whatever window it has."""

    problem: Problem
    gaps: Gaps
    ranked: NDArray[np.intp]
    """The gaps; the other arrays are in their order."""
    least: Numbers
    """What the detour alone costs."""
    added: Numbers
    arrival: Numbers
    last_start: Numbers

    def cheapest(self, visit: Visit) -> Insertion | None:
        """Return the cheapest place for the visit, None where no route takes it.

        The least detours are tried first, until no other can be cheaper.
        """
        best: Insertion | None = None
        for row in np.flatnonzero(_starts(visit, self.arrival) <= self.last_start).tolist():
            if best and self.least[row] > best.cost:
                break
            gap = self.ranked[row]
            route, position = self.gaps.routes[self.gaps.route[gap]], int(self.gaps.position[gap])
            found = tried(self.problem, route, visit, position, int(self.added[row]))
            if found and (best is None or found.place < best.place):
                best = found
        return best


def _starts(visit: Visit, arrival: Numbers) -> Numbers:
    """When the visit starts at the earliest after arriving then; NEVER where it is too late."""
    if not visit.windows:
        return arrival
    start = np.full(len(arrival), NEVER)
    for window in reversed(visit.windows):
        in_time = arrival <= window.end + visit.max_lateness
        start = np.where(in_time, np.maximum(arrival, window.start), start)
    return start


def _places(leg: tuple[int | None, int | None]) -> tuple[int, int]:
    before, after = leg
    return NOWHERE if before is None else before, NOWHERE if after is None else after


def _straight(problem: Problem, route: Standing, leg: tuple[int | None, int | None]) -> int:
    return problem.travel_time(route.shift, *leg) if route.visits else 0
