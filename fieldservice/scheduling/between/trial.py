"""What orders cost as a whole plan, with all that ties their routes together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.between.costs import between
from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.check import check_between, check_route, pinned_routes
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import Route


@dataclass(slots=True)
class Trial:
    """Prices orders of one problem; routes that were met before are not timed again."""

    problem: Problem
    ties: Ties
    _prices: dict[int, int] = field(init=False)
    _pinned: dict[int, Route] = field(init=False)
    _timed: dict[tuple[int, tuple[int, ...]], Route] = field(init=False, default_factory=dict)
    _sound: dict[Route, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        penalties = Penalties.of(self.problem)
        self._prices = {visit.id: penalties.cost(visit) for visit in self.problem.visits}
        self._pinned = pinned_routes(self.problem, self.ties)

    def cost(self, orders: Mapping[int, Sequence[int]]) -> int | None:
        """Return the whole objective of these orders; None where they break a rule."""
        routes = self.sound(orders)
        if routes is None:
            return None
        served = {visit_id for route in routes for visit_id in route.visit_ids}
        unserved = sum(cost for visit_id, cost in self._prices.items() if visit_id not in served)
        measures = between(self.problem, routes)
        return unserved + sum(r.cost for r in routes) + measures.cost(self.problem.weights)

    def sound(self, orders: Mapping[int, Sequence[int]]) -> tuple[Route, ...] | None:
        """Return the routes of these orders, timed together; None where they break a rule."""
        if not self._keeps_pins(orders):
            return None
        routes = time_together(self.problem, orders, self.ties, self._timed)
        if not all(self._is_sound(route) for route in routes):
            return None
        if check_between(self.problem, routes, self.ties, self._pinned).introduced:
            return None
        return routes

    def price(self, visit_id: int) -> int:
        """Return what leaving that visit out costs."""
        return self._prices[visit_id]

    def _keeps_pins(self, orders: Mapping[int, Sequence[int]]) -> bool:
        return all(
            visit.id in orders.get(shift_id, ())
            for shift_id, pinned in self.problem.pinned.items()
            for visit in pinned
        )

    def _is_sound(self, route: Route) -> bool:
        if route not in self._sound:
            pinned = self._pinned.get(route.shift_id)
            self._sound[route] = not check_route(self.problem, route, pinned).introduced
        return self._sound[route]
