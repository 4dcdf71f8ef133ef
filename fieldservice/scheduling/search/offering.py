"""Where one more visit fits into a plan: the best place on every route, in one pass."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.insertion import Insertion, inserted, places_on
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Visit
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.packing import Orders
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.search.step import judge
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import price, time_route


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the kernel took, in microseconds."""

    median: float
    p99: float


class Offers:
    """A plan asked about one visit more; the visit belongs to the problem and to no order."""

    def __init__(self, problem: Problem, orders: Orders, visit: Visit) -> None:
        # What leaving it out costs is no bound here: whoever asks wants to see dear places too.
        self.problem, self.visit = _without_bound(problem, visit), visit
        self.orders = {shift_id: tuple(order) for shift_id, order in orders.items()}
        self._search = Search(self.problem, self.orders, seed=1)
        self._found = np.zeros((len(self._search.packed.shifts), 3), np.int64)

    def cheapest(self) -> list[Insertion]:
        """Return the best place on every route that can take the visit, cheapest first."""
        found = [*self._on_searched(), *self._on_others()]
        return sorted(found, key=lambda one: (one.cost, one.shift_id, one.position))

    def timed(self, repeat: int) -> Timing:
        """Return how long the kernel takes, over so many calls."""
        ask = self._kernel()
        ask()
        taken = []
        for _ in range(repeat):
            began = time.perf_counter_ns()
            ask()
            taken.append((time.perf_counter_ns() - began) / 1000)
        return Timing(statistics.median(taken), float(np.percentile(taken, 99)))

    def _kernel(self) -> Callable[[], None]:
        search, packed = self._search, self._search.packed
        rows = [c for c, one in enumerate(packed.visits) if one.id == self.visit.id]
        if not rows or search.is_trivial:
            self._found[:, 1] = -1
            return lambda: None
        state, work = search.routes_now

        def ask() -> None:
            best_places(packed.kernel, state, work, packed.longest, rows[0], self._found)

        return ask

    def _on_searched(self) -> list[Insertion]:
        self._kernel()()
        shifts = self._search.packed.shifts
        return [
            self._insertion(shifts[k].id, int(position))
            for _cost, k, position in self._found
            if position >= 0
        ]

    def _on_others(self) -> list[Insertion]:
        """Shifts the kernels leave alone, since people's decisions have broken them."""
        searched = {shift.id for shift in self._search.packed.shifts}
        found = []
        for shift in self.problem.shifts:
            if shift.id not in searched:
                standing = Standing.of(self.problem, shift, self.orders)
                place = min(places_on(self.problem, standing, self.visit), default=None)
                if place:
                    found.append(self._insertion(shift.id, place.position))
        return found

    def _insertion(self, shift_id: int, position: int) -> Insertion:
        shift, order = self.problem.shift(shift_id), self.orders.get(shift_id, ())
        grown = inserted(order, position, self.visit.id)
        stops = time_route(self.problem, shift, grown).stops
        start = next(stop.start for stop in stops if stop.visit_id == self.visit.id)
        before, after = (price(self.problem, shift, ids)[1] for ids in (order, grown))
        return Insertion(shift_id, position, start, after - before)


@compiled
def best_places(problem: Array, state: Array, work: Array, most: int, c: int, found: Array) -> None:
    """Write cost, route and position of the best place of visit `c` on each route, else -1."""
    penalty, best = problem[1][c, at.PENALTY], work[7]
    for k in range(found.shape[0]):
        best[0], best[1], best[2] = penalty, -1, -1
        judge(problem, state, work, most, c, k)
        found[k, 0], found[k, 1], found[k, 2] = best[0], k, best[2]


def at_any_price(visit: Visit, *, priced: bool) -> Visit:
    """Return the visit as one that leaving out costs more than any place of a plan."""
    return replace(visit, penalty=at.NEVER if priced else None, optional=False)


def _without_bound(problem: Problem, visit: Visit) -> Problem:
    wanted = at_any_price(visit, priced=Penalties.of(problem).given)
    visits = tuple(wanted if one.id == visit.id else one for one in problem.visits)
    return replace(problem, visits=visits)
