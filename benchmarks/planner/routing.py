"""A first answer from OR-Tools' routing model: which shift makes which visits in which order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.planner.routing_rules import RoutingRules
from fieldservice.scheduling.problem import Problem

Sequences = dict[int, tuple[int, ...]]

PATIENCE = 30_000
"""Steps without a better answer, per visit, after which the model gives up."""

AGES = 10**6
"""Seconds that end no search: guided local search warns when given none."""

TOO_LARGE = 1200
"""Visits above which the model takes more memory and time than its answer is worth."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: at an instant of the monotonic clock, after so many steps, or when told."""

    deadline: float | None
    steps: int | None
    stopped: Callable[[], bool]


def route(problem: Problem, start: Mapping[int, Sequence[int]], limits: Limits) -> Sequences | None:
    """Return orders by shift id, improved from `start` by guided local search; None if none found.

    Its rules are approximate and so are these orders.
    """
    if not problem.visits or not problem.shifts or len(problem.visits) > TOO_LARGE:
        return None
    return _Model(problem, limits).search(start)


class _Model:
    def __init__(self, problem: Problem, limits: Limits) -> None:
        visits, shifts = len(problem.visits), len(problem.shifts)
        starts = [visits + 2 * vehicle for vehicle in range(shifts)]
        ends = [node + 1 for node in starts]
        self.problem, self.limits = problem, limits
        self.steps, self.best, self.best_at = 0, 2**62, 0
        self.manager = pywrapcp.RoutingIndexManager(visits + 2 * shifts, shifts, starts, ends)
        self.model = pywrapcp.RoutingModel(self.manager)
        self.rules = RoutingRules(problem, self.manager, self.model)
        self.rules.add_all()

    def search(self, start: Mapping[int, Sequence[int]]) -> Sequences | None:
        parameters = self.parameters()
        self.model.CloseModelWithParameters(parameters)
        self.model.AddAtSolutionCallback(self.note_cost)
        self.model.AddSearchMonitor(self.model.solver().CustomLimit(self.enough))
        routes = [
            [self.rules.node[visit_id] for visit_id in start.get(shift.id, ())]
            for shift in self.problem.shifts
        ]
        given = self.model.ReadAssignmentFromRoutes(routes, True)
        found = given and self.model.SolveFromAssignmentWithParameters(given, parameters)
        if not found:
            found = self.model.SolveWithParameters(parameters)
        return self.sequences(found) if found else None

    def parameters(self) -> Any:
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = (
            routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        )
        parameters.local_search_metaheuristic = (
            routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        )
        parameters.time_limit.FromSeconds(AGES)
        if self.limits.deadline is not None:
            seconds = max(0.1, self.limits.deadline - time.monotonic())
            parameters.time_limit.FromMilliseconds(int(1000 * seconds))
        return parameters

    def note_cost(self) -> None:
        cost = self.model.CostVar().Min()
        if cost < self.best:
            self.best, self.best_at = cost, self.steps

    def enough(self) -> bool:
        """Count a step of the search; asking to stop is dear, so only now and then."""
        self.steps += 1
        if self.limits.steps is not None and self.steps > self.limits.steps:
            return True
        if self.steps - self.best_at > PATIENCE * len(self.problem.visits):
            return True
        return self.steps % 1000 == 0 and self.limits.stopped()

    def sequences(self, found: Any) -> Sequences:
        orders: Sequences = {}
        for vehicle, shift in enumerate(self.problem.shifts):
            order = []
            index = found.Value(self.model.NextVar(self.model.Start(vehicle)))
            while not self.model.IsEnd(index):
                order.append(self.problem.visits[self.manager.IndexToNode(index)].id)
                index = found.Value(self.model.NextVar(index))
            orders[shift.id] = tuple(order)
        return orders
