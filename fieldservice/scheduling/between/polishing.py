"""Moving single visits by what the whole plan costs: balance, changes and faces included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.between.agreeing import agree
from fieldservice.scheduling.between.costs import between
from fieldservice.scheduling.between.law import violations_between
from fieldservice.scheduling.between.steady import time_steadily
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.insertion import Place, cheapest_on, inserted
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Visit
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import Route

Orders = dict[int, tuple[int, ...]]

PASSES = 3
TRIED = 4
"""Places tried for each visit: the ones that cost least by themselves."""


def polish(
    problem: Problem,
    orders: Mapping[int, Sequence[int]],
    ties: Ties,
    left: Callable[[], bool] = lambda: True,
) -> Orders:
    """Return orders that cost no more on the whole, by moving one visit after the other.

    What is tied stays when it is; `left` tells whether there is time for one visit more.
    """
    agreed = agree(problem, orders, ties)
    draft = Draft(agreed)
    draft.adopt(orders)
    bench = _Bench(problem, draft)
    for _ in range(PASSES):
        moved = False
        for visit in bench.by_worth():
            if not left():
                return dict(draft.orders)
            moved = bench.move(visit) or moved
        if not moved:
            break
    return dict(draft.orders)


@dataclass(slots=True)
class _Bench:
    """A draft under repair, its routes timed once each."""

    problem: Problem
    draft: Draft
    _timed: dict[tuple[int, tuple[int, ...]], Route] = field(default_factory=dict)
    _prices: Penalties = field(init=False)

    def __post_init__(self) -> None:
        self._prices = Penalties.of(self.problem)

    def by_worth(self) -> list[Visit]:
        """The visits left out first, the dearest of them before; then those of the longest days."""
        lengths = {
            visit_id: self._route(shift_id, order).travel + self._route(shift_id, order).service
            for shift_id, order in self.draft.orders.items()
            for visit_id in order
        }
        return sorted(
            self.draft.problem.visits,
            key=lambda visit: (
                visit.id in lengths,
                -lengths.get(visit.id, self._prices.cost(visit)),
            ),
        )

    def move(self, visit: Visit) -> bool:
        """Put a visit where the whole plan is cheapest, if that is not where it is."""
        if visit.pin:
            return False
        orders = self.draft.orders
        here = next((shift for shift, order in orders.items() if visit.id in order), None)
        rest = dict(orders)
        if here is not None:
            rest[here] = tuple(one for one in orders[here] if one != visit.id)
        best, found = self._cost(orders), None
        for place in sorted(self._places(visit, rest, here))[:TRIED]:
            order = inserted(rest[place.shift_id], place.position, visit.id)
            grown = rest | {place.shift_id: order}
            if grown == orders:
                continue
            cost = self._cost(grown)
            if cost is not None and (best is None or cost < best):
                best, found = cost, grown
        if found is None:
            return False
        self.draft.follow(found)
        return True

    def _places(self, visit: Visit, rest: Orders, here: int | None) -> Iterator[Place]:
        problem = self.draft.problem
        for shift in problem.shifts:
            standing = self.draft.routes[shift.id]
            if shift.id == here:
                standing = Standing.of(problem, shift, rest)
            place = cheapest_on(problem, standing, visit)
            if place is not None:
                yield place

    def _cost(self, orders: Mapping[int, tuple[int, ...]]) -> int | None:
        """Return what the whole plan costs, None where it breaks a rule between routes."""
        routes = [self._route(shift_id, order) for shift_id, order in orders.items() if order]
        if next(violations_between(self.problem, routes), None) is not None:
            return None
        served = {visit_id for order in orders.values() for visit_id in order}
        unserved = sum(
            self._prices.cost(visit) for visit in self.problem.visits if visit.id not in served
        )
        measures = between(self.problem, routes)
        return unserved + sum(route.cost for route in routes) + measures.cost(self.problem.weights)

    def _route(self, shift_id: int, order: tuple[int, ...]) -> Route:
        key = shift_id, order
        if key not in self._timed:
            shift = self.draft.problem.shift(shift_id)
            self._timed[key] = time_steadily(self.draft.problem, self.problem, shift, order)
        return self._timed[key]
