"""Making a plan surer: moving single visits where promises at risk cost more than the detour.

The search knows no chances. Afterwards the routes with most at risk are looked at first; each of
their visits is tried at other places, on the exact rules, and both routes are lived through again
on the same simulated days, so that what a move gains is the move's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.insertion import cheapest_on, inserted
from fieldservice.scheduling.outlook.simulate import Outlook, simulate
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem, Visit
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import time_route

Order = tuple[int, ...]

DAYS = 1000
"""Simulated for each route tried; what is told of a plan rests on more."""
TRIED = 3
"""Other routes tried for each visit: those where it costs least by itself."""
MOST_TRIALS = 600


def risk_cost(problem: Problem, outlook: Outlook) -> float:
    """Return what the risk of those promises costs, in seconds of driving."""
    points = sum(100 * (1 - one.chance) for one in outlook.visits.values())
    return problem.weights.risk * points


def surer(
    problem: Problem,
    orders: Mapping[int, Sequence[int]],
    seed: int,
    unhurried: Callable[[], bool] = lambda: True,
) -> dict[int, Order]:
    """Return orders of which cost and risk together are no more; every visit stays served.

    `unhurried` tells whether there is time for one trial more.
    """
    whole = {shift.id: tuple(orders.get(shift.id, ())) for shift in problem.shifts}
    bench = _Bench(problem, whole, seed, unhurried)
    while bench.improve():
        pass
    return bench.orders


@dataclass(slots=True)
class _Bench:
    problem: Problem
    orders: dict[int, Order]
    seed: int
    unhurried: Callable[[], bool]
    trials: int = 0
    _values: dict[tuple[int, Order], tuple[float, float]] = field(default_factory=dict)
    _standings: dict[tuple[int, Order], Standing] = field(default_factory=dict)

    def improve(self) -> bool:
        """Make the best move of the first visit that has a good one; False where none has."""
        for shift_id in sorted(self.orders, key=lambda k: -self.risk(k, self.orders[k])):
            if self.risk(shift_id, self.orders[shift_id]) <= 0:
                return False
            for visit_id in self.orders[shift_id]:
                if self.trials >= MOST_TRIALS or not self.unhurried():
                    return False
                visit = self.problem.visit(visit_id)
                if visit.pin is None and self.move(shift_id, visit):
                    return True
        return False

    def move(self, shift_id: int, visit: Visit) -> bool:
        """Put the visit where that gains most, if anywhere."""
        best, gained = None, 0.5
        for changed in self.places(shift_id, visit):
            self.trials += 1
            before = sum(self.value(k, self.orders[k]) for k in changed)
            gain = before - sum(self.value(k, order) for k, order in changed.items())
            if gain > gained:
                best, gained = changed, gain
        if best is None:
            return False
        self.orders |= best
        return True

    def places(self, shift_id: int, visit: Visit) -> Iterator[dict[int, Order]]:
        """Yield the orders that change when the visit goes elsewhere, on its route or another."""
        order = self.orders[shift_id]
        rest = tuple(one for one in order if one != visit.id)
        for position in range(len(order)):
            moved = inserted(rest, position, visit.id)
            if moved != order:
                yield {shift_id: moved}
        others = (
            cheapest_on(self.problem, self.standing(shift.id), visit)
            for shift in self.problem.shifts
            if shift.id != shift_id
        )
        for place in sorted(place for place in others if place is not None)[:TRIED]:
            there = inserted(self.orders[place.shift_id], place.position, visit.id)
            yield {shift_id: rest, place.shift_id: there}

    def standing(self, shift_id: int) -> Standing:
        """Return that route as it stands, to judge insertions on it."""
        key = shift_id, self.orders[shift_id]
        if key not in self._standings:
            shift = self.problem.shift(shift_id)
            self._standings[key] = Standing.of(self.problem, shift, self.orders)
        return self._standings[key]

    def value(self, shift_id: int, order: Order) -> float:
        """Return cost and risk of that order together; without bound where it breaks a rule."""
        return sum(self._judged(shift_id, order))

    def risk(self, shift_id: int, order: Order) -> float:
        """Return the risk alone."""
        return self._judged(shift_id, order)[1]

    def _judged(self, shift_id: int, order: Order) -> tuple[float, float]:
        key = shift_id, order
        if key not in self._values:
            self._values[key] = self._judge(shift_id, order)
        return self._values[key]

    def _judge(self, shift_id: int, order: Order) -> tuple[float, float]:
        if not order:
            return 0.0, 0.0
        route = time_route(self.problem, self.problem.shift(shift_id), order)
        if check_route(self.problem, route).introduced:
            return float("inf"), 0.0
        assert self.problem.spreads is not None
        alone = Plan((route,), (), route.cost, 0)
        lived = simulate(self.problem, alone, self.problem.spreads, seed=self.seed, days=DAYS)
        return float(route.cost), risk_cost(self.problem, lived)
