"""A plan: routes, what stays unassigned and why, and measures recomputed from the orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldservice.scheduling.between.costs import NOTHING_BETWEEN, Between, between
from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.reasons import Fix, FixKind, Obstacle, Reason, Unassigned
from fieldservice.scheduling.timing import Route, Stop, time_route

__all__ = [
    "Bound",
    "Fix",
    "FixKind",
    "Obstacle",
    "Plan",
    "Reason",
    "Route",
    "Stop",
    "Unassigned",
    "build_plan",
    "time_route",
]


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can undercut, proven; `relaxed` names the rules it left out."""

    cost: int
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole answer; `cost` includes `penalty`, what the unassigned visits cost.

    It includes as well what the routes cost `between` them: balance, changes, many faces.
    """

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost: int
    penalty: int
    between: Between = NOTHING_BETWEEN
    bound: Bound | None = None

    @property
    def gap(self) -> float | None:
        """The part of the cost by which the plan may be above the best possible."""
        return _part(self.cost, self.cost, self.bound)

    @property
    def gap_served(self) -> float | None:
        """The same as a part of what is paid for the visits served."""
        return _part(self.cost, self.cost - self.penalty, self.bound)

    @property
    def sequences(self) -> dict[int, tuple[int, ...]]:
        """Visit ids in order, by shift id; only shifts that are used."""
        return {route.shift_id: route.visit_ids for route in self.routes}

    def route(self, shift_id: int) -> Route | None:
        """Return the route of that shift, None when it is not used."""
        return next((route for route in self.routes if route.shift_id == shift_id), None)


def _part(cost: int, whole: int, bound: Bound | None) -> float | None:
    if bound is None:
        return None
    if cost == bound.cost:
        return 0.0
    return (cost - bound.cost) / whole if whole > 0 else None


def build_plan(
    problem: Problem,
    sequences: Mapping[int, Sequence[int]],
    explained: Mapping[int, Unassigned] | None = None,
) -> Plan:
    """Time each order and add everything up; visits in no order are unassigned.

    Raises KeyError on an id that the problem does not know.
    """
    routes = time_together(problem, sequences, Ties.of(problem))
    measures = between(problem, routes)
    served = {visit_id for route in routes for visit_id in route.visit_ids}
    left_out = [visit for visit in problem.visits if visit.id not in served]
    penalties = Penalties.of(problem)
    penalty = sum(penalties.cost(visit) for visit in left_out)
    return Plan(
        routes=routes,
        unassigned=tuple(
            (explained or {}).get(visit.id, Unassigned(visit.id)) for visit in left_out
        ),
        cost=penalty + sum(route.cost for route in routes) + measures.cost(problem.weights),
        penalty=penalty,
        between=measures,
    )
