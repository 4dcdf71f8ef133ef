"""PyVRP (Wouda, Lan and Kool 2024) on a problem of ours, as far as it can express it.

A route starts with its shift, so that its duration tells overtime. Breaks shorten the shift at
its end; of several windows the span is taken. Skills and wishes are travel times of their own for
each sort of shift, as long as those fit into memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.planner.routing import Sequences
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import preference_cost

NEVER = 10**7
"""Seconds to a visit that the shift may not make: more than any day has."""

MOST_CELLS = 250_000_000
"""Cells of all matrices together, two to the pair of places: 4 GB."""


def pyvrp(problem: Problem, seconds: float, seed: int) -> Sequences:
    """PyVRP's iterated local search, one thread."""
    import pyvrp as package
    from pyvrp.stop import MaxRuntime

    asked = _Question(problem)
    found = package.solve(
        asked.data(package), MaxRuntime(seconds), seed=seed, collect_stats=False, display=False
    ).best
    orders: Sequences = {}
    for route in found.routes():
        order = [problem.visits[one.idx].id for one in route if one.is_client()]
        orders[asked.sorts[route.vehicle_type()].pop().id] = tuple(order)
    return orders


@dataclass
class _Question:
    """One vehicle type for each sort of shift, one pair of matrices for each way to see travel."""

    problem: Problem
    sorts: list[list[Shift]] = field(init=False)
    profiles: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(init=False)
    profile_of: list[int] = field(init=False)
    with_wishes: bool = True

    def __post_init__(self) -> None:
        self.with_wishes = self._fits()
        self._see_travel()

    def _fits(self) -> bool:
        ways = {self._extra(shift).tobytes() for shift in self.problem.shifts}
        places = len(self.problem.visits) + 2 * len(self.problem.shifts)
        return len(ways) * 2 * places**2 <= MOST_CELLS

    def _extra(self, shift: Shift) -> NDArray[np.int64]:
        """What each visit costs that shift beyond the drive."""
        return np.array([self._beyond(shift, visit) for visit in self.problem.visits], np.int64)

    def _beyond(self, shift: Shift, visit: Visit) -> int:
        if refusal(self.problem, shift, visit):
            return NEVER
        return preference_cost(shift, visit) if self.with_wishes else 0

    def _see_travel(self) -> None:
        keyed = [(self._sort(shift), shift) for shift in self.problem.shifts]
        keyed.sort(key=lambda one: repr(one[0]))
        self.sorts, self.profiles, self.profile_of = [], [], []
        known: dict[tuple[object, ...], int] = {}
        for _, same in groupby(keyed, key=lambda one: repr(one[0])):
            shifts = [shift for _, shift in same]
            first, extra = shifts[0], self._extra(shifts[0])
            way = (first.profile, first.speed_factor, first.cost_per_hour, extra.tobytes())
            if way not in known:
                known[way] = len(self.profiles)
                self.profiles.append(self._matrices(first, extra))
            self.sorts.append(shifts)
            self.profile_of.append(known[way])

    def _sort(self, shift: Shift) -> tuple[object, ...]:
        extra = hash(self._extra(shift).tobytes())
        resting = sum(rest.duration for rest in shift.breaks)
        hours = (shift.window, resting, shift.overtime)
        prices = (shift.profile, shift.speed_factor, shift.cost_per_hour, shift.fixed_cost)
        return (shift.start, shift.end, hours, prices, shift.capacity, extra)

    @property
    def depots(self) -> list[int | None]:
        """Where shifts start and end; an absent place is None."""
        ends = {place for shift in self.problem.shifts for place in (shift.start, shift.end)}
        return sorted(ends, key=lambda place: -1 if place is None else place)

    def _matrices(
        self, shift: Shift, extra: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        seconds = self.problem.seconds(shift)
        padded = np.pad(seconds, (0, 1))
        nowhere = len(seconds)
        places = [nowhere if place is None else place for place in self.depots]
        places += [visit.location for visit in self.problem.visits]
        drives = padded[np.ix_(places, places)]
        rate = shift.cost_per_hour * self.problem.weights.travel
        costs = (drives * rate + 1800) // 3600
        depots = len(self.depots)
        costs[:, depots:] += extra
        drives[:, depots:] += np.where(extra >= NEVER, NEVER, 0)
        np.fill_diagonal(costs, 0)
        np.fill_diagonal(drives, 0)
        return costs, drives

    def data(self, package: Any) -> Any:
        """The problem as PyVRP takes it."""
        depots = len(self.depots)
        count = depots + len(self.problem.visits)
        clients = [
            self._client(package, depots + row, visit)
            for row, visit in enumerate(self.problem.visits)
        ]
        return package.ProblemData(
            [package.Location(0, 0) for _ in range(count)],
            clients,
            [package.Depot(place) for place in range(depots)],
            [self._type(package, at, shifts[0]) for at, shifts in enumerate(self.sorts)],
            [costs for costs, _ in self.profiles],
            [drives for _, drives in self.profiles],
        )

    def _client(self, package: Any, location: int, visit: Visit) -> Any:
        hours = {}
        if visit.windows:
            last = visit.windows[-1].end + visit.max_lateness
            hours = {"tw_early": visit.windows[0].start, "tw_late": last}
        goods = len(self.problem.shifts[0].capacity)
        return package.Client(
            location,
            delivery=list(visit.delivery or (0,) * goods)[:goods],
            service_duration=visit.service + visit.setup,
            prize=visit.penalty or 0,
            required=visit.penalty is None,
            **hours,
        )

    def _type(self, package: Any, at: int, shift: Shift) -> Any:
        resting = sum(rest.duration for rest in shift.breaks)
        longer = shift.overtime
        return package.VehicleType(
            len(self.sorts[at]),
            capacity=list(shift.capacity),
            start_depot=self.depots.index(shift.start),
            end_depot=self.depots.index(shift.end),
            fixed_cost=shift.fixed_cost,
            tw_early=shift.window.start,
            tw_late=shift.latest_end - resting,
            shift_duration=shift.window.end - shift.window.start - resting,
            start_late=shift.window.start,
            max_overtime=longer.max if longer else 0,
            unit_overtime_cost=longer.cost_per_second if longer else 0,
            profile=self.profile_of[at],
        )
