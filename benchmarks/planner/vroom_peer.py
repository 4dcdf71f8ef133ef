"""VROOM on a problem of ours; it knows neither overtime, lateness nor wishes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.planner.routing import Sequences
from fieldservice.scheduling.problem import Problem, Shift, Visit


def vroom(problem: Problem, seconds: float, _seed: int) -> Sequences:
    """VROOM at its most thorough, one thread; it stops when it is done."""
    import vroom as package

    asked = package.Input()
    for profile, matrix in problem.travel.items():
        asked.set_durations_matrix(profile, matrix.durations.astype(np.uint32))
    for shift in problem.shifts:
        asked.add_vehicle(_vehicle(package, shift))
    dearest = max((visit.penalty or 0 for visit in problem.visits), default=0) or 1
    for visit in problem.visits:
        asked.add_job(_job(package, problem, visit, dearest))
    answer = asked.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    orders: Sequences = {}
    for step in answer.routes.itertuples():
        if step.type == "job":
            orders[int(step.vehicle_id)] = (*orders.get(int(step.vehicle_id), ()), int(step.id))
    return orders


def _job(package: Any, problem: Problem, visit: Visit, dearest: int) -> Any:
    goods = len(problem.shifts[0].capacity)
    return package.Job(
        visit.id,
        location=visit.location,
        default_service=visit.service,
        delivery=package.Amount(list(visit.delivery or (0,) * goods)[:goods]),
        skills=set(visit.skills),
        priority=100 * (visit.penalty or 0) // dearest,
        time_windows=[(window.start, window.end) for window in visit.windows],
    )


def _vehicle(package: Any, shift: Shift) -> Any:
    return package.Vehicle(
        shift.id,
        start=shift.start,
        end=shift.end,
        profile=shift.profile,
        capacity=list(shift.capacity),
        skills=set(shift.skills),
        time_window=(shift.window.start, shift.window.end),
        breaks=[
            package.Break(rest.id, [(w.start, w.end) for w in rest.windows], rest.duration)
            for rest in shift.breaks
        ],
        costs=package.VehicleCosts(fixed=shift.fixed_cost),
    )
