"""Where one more visit fits where routes depend on each other: every place is tried whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.between.trial import Trial
from fieldservice.scheduling.insertion import Insertion, inserted, insertions
from fieldservice.scheduling.problem import Problem, Rule, Visit
from fieldservice.scheduling.reasons import Reason
from fieldservice.scheduling.timing import Route


class TiedOffers:
    """A plan with ties asked about one visit more, which is on none of its routes."""

    def __init__(self, problem: Problem, orders: Mapping[int, Sequence[int]], visit: Visit) -> None:
        self.problem, self.orders, self.visit = problem, orders, visit
        self._trial = Trial(problem, Ties.of(problem))
        self._now = self._trial.sound(orders)

    @property
    def is_sound(self) -> bool:
        """Whether the plan as it stands keeps the rules between its routes."""
        return self._now is not None

    def cheapest(self) -> list[Insertion]:
        """Return the best place on every route that can take the visit, cheapest first."""
        best: dict[int, Insertion] = {}
        for one in sorted(self._all(), key=lambda one: one.place):
            best.setdefault(one.shift_id, one)
        return list(best.values())

    def why_none(self) -> Reason:
        """Return the tie that keeps the visit off the routes that could take it by themselves."""
        if self.visit.after:
            return Reason(Rule.AFTER, other=self.visit.after[0].visit_id)
        if self.problem.max_changes is not None:
            return Reason(Rule.MAX_CHANGES)
        able = {one.shift_id for one in insertions(self.problem, self.orders, self.visit)}
        shared = self.visit.tools & self.problem.tools.keys()
        return Reason(Rule.TOOL if shared else Rule.REST, shift_ids=tuple(sorted(able)))

    def _all(self) -> Iterator[Insertion]:
        before = _cost(self._now or ())
        # Alone a route is never later than with its ties, so no place is overlooked here.
        for alone in insertions(self.problem, self.orders, self.visit):
            order = self.orders.get(alone.shift_id, ())
            grown = inserted(order, alone.position, self.visit.id)
            routes = self._trial.sound({**self.orders, alone.shift_id: grown})
            if routes is not None:
                start = _start(routes, self.visit.id)
                yield replace(alone, start=start, cost=_cost(routes) - before)


def _cost(routes: Sequence[Route]) -> int:
    return sum(route.cost for route in routes)


def _start(routes: Sequence[Route], visit_id: int) -> int:
    stops = (stop for route in routes for stop in route.stops)
    return next(stop.start for stop in stops if stop.visit_id == visit_id)
