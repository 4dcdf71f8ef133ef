"""Moving single visits by what the whole plan costs: balance, changes and faces included."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from fieldservice.scheduling.between.trial import Trial
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.insertion import inserted
from fieldservice.scheduling.orders import Orders, served, without
from fieldservice.scheduling.problem import Problem, Visit

PASSES = 3
TRIED = 16
"""Places tried for each visit: those with the least detour."""

FEW = 12
"""Up to so many visits and shifts, visits and whole routes change places pair by pair as well."""


@dataclass(slots=True)
class Polish:
    """Improves orders of one problem; `left` tells whether there is time for one trial more."""

    problem: Problem
    trial: Trial
    left: Callable[[], bool] = lambda: True

    def __call__(self, orders: Orders, rng: random.Random) -> Orders:
        """Return orders that cost no more; those that break a rule come back as they are."""
        best = self.trial.cost(orders)
        for _ in range(PASSES):
            before = best
            for visit in self._loose(orders, rng):
                best, orders = self._better(best, orders, self._moves(orders, visit))
            if len(self.problem.visits) <= FEW:
                best, orders = self._better(best, orders, self._exchanges(orders))
            if len(self.problem.shifts) <= FEW:
                best, orders = self._better(best, orders, self._swaps(orders))
            if best == before or not self.left():
                break
        return orders

    def _better(
        self, best: int | None, orders: Orders, ways: Iterator[Orders]
    ) -> tuple[int | None, Orders]:
        for way in ways:
            if not self.left():
                break
            cost = self.trial.cost(way)
            if cost is not None and (best is None or cost < best):
                best, orders = cost, way
        return best, orders

    def _loose(self, orders: Orders, rng: random.Random) -> list[Visit]:
        """The visits that may be moved, those left out first, the dearest of them before."""
        on_route = served(orders)
        loose = [visit for visit in self.problem.visits if not visit.pin]
        rng.shuffle(loose)
        return sorted(loose, key=lambda one: (one.id in on_route, -self._worth(one, on_route)))

    def _worth(self, visit: Visit, on_route: set[int]) -> int:
        return 0 if visit.id in on_route else self.trial.price(visit.id)

    def _moves(self, orders: Orders, visit: Visit) -> Iterator[Orders]:
        """Yield the orders without the visit, and with it at each place near its way."""
        rest = without(orders, {visit.id})
        yield rest
        found = []
        for shift in self.problem.shifts:
            if refusal(self.problem, shift, visit):
                continue
            order = rest.get(shift.id, ())
            places = [shift.start, *(self.problem.visit(i).location for i in order), shift.end]
            for position in range(len(order) + 1):
                before, after = places[position], places[position + 1]
                there = self.problem.travel_time(shift, before, visit.location)
                onward = self.problem.travel_time(shift, visit.location, after)
                skipped = self.problem.travel_time(shift, before, after)
                found.append((there + onward - skipped, shift.id, position))
        for _, shift_id, position in sorted(found)[:TRIED]:
            yield rest | {shift_id: inserted(rest.get(shift_id, ()), position, visit.id)}

    def _exchanges(self, orders: Orders) -> Iterator[Orders]:
        """Yield the orders with two visits in each other's place."""
        on_route = [visit_id for order in orders.values() for visit_id in order]
        for one, other in combinations(on_route, 2):
            turned = {one: other, other: one}
            yield {
                shift_id: tuple(turned.get(visit_id, visit_id) for visit_id in order)
                for shift_id, order in orders.items()
            }

    def _swaps(self, orders: Orders) -> Iterator[Orders]:
        """Yield the orders with two whole routes changed for each other."""
        for one, other in combinations([shift.id for shift in self.problem.shifts], 2):
            if orders.get(one) or orders.get(other):
                yield orders | {one: orders.get(other, ()), other: orders.get(one, ())}
