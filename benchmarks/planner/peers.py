"""Other planners on the same problem, as far as each can express it; all give orders by shift."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.planner.routing import Limits, Sequences, route
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.solve import Budget, solve

Planner = Callable[[Problem, float, int], Sequences]


def ours(problem: Problem, seconds: float, seed: int) -> Sequences:
    """This planner."""
    return solve(problem, Budget(seconds=seconds), seed).sequences


def routing_model(problem: Problem, seconds: float, _seed: int) -> Sequences:
    """OR-Tools' routing model under guided local search, one thread."""
    draft = Draft(problem)
    limits = Limits(time.monotonic() + seconds, None, lambda: False)
    return route(problem, draft.orders, limits) or {}


def vroom(problem: Problem, seconds: float, _seed: int) -> Sequences:
    """VROOM, one thread; it knows neither overtime nor wishes, and stops when it is done."""
    import vroom as package

    asked = package.Input()
    asked.set_durations_matrix("car", problem.travel["car"].durations.astype(np.uint32))
    for shift in problem.shifts:
        asked.add_vehicle(_vehicle(package, shift))
    dearest = max((visit.penalty or 0 for visit in problem.visits), default=0) or 1
    for visit in problem.visits:
        asked.add_job(
            package.Job(
                visit.id,
                location=visit.location,
                default_service=visit.service,
                skills=set(visit.skills),
                priority=100 * (visit.penalty or 0) // dearest,
                time_windows=[(w.start, w.end) for w in visit.windows],
            )
        )
    answer = asked.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    orders: Sequences = {}
    for step in answer.routes.itertuples():
        if step.type == "job":
            orders[int(step.vehicle_id)] = (*orders.get(int(step.vehicle_id), ()), int(step.id))
    return orders


def _vehicle(package: Any, shift: Shift) -> Any:
    return package.Vehicle(
        shift.id,
        start=shift.start,
        end=shift.end,
        skills=set(shift.skills),
        time_window=(shift.window.start, shift.window.end),
        breaks=[
            package.Break(rest.id, [(w.start, w.end) for w in rest.windows], rest.duration)
            for rest in shift.breaks
        ],
        costs=package.VehicleCosts(fixed=shift.fixed_cost),
    )


PEERS: dict[str, Planner] = {"ours": ours, "OR-Tools routing": routing_model, "VROOM": vroom}
