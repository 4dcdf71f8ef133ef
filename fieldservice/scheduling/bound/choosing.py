"""The best plan of given routes, and what no plan of them can undercut: set partitioning by CP-SAT.

CP-SAT reasons in whole numbers, and so its bound is as safe as the others.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ortools.sat.python import cp_model

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.day import Day
from fieldservice.scheduling.bound.effort import WORK_PER_SECOND, Effort

EXACT = 1 << 52
"""Up to here floating numbers are exact."""

LISTENS = 0.2
"""Seconds after which it is heard that nobody waits any more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The routes of the best plan found, by number, and what none can cost less than, in units.

    No routes where no plan of them was found, or every one is too dear.
    """

    routes: tuple[int, ...]
    least: int


def choose(
    day: Day, columns: Columns, known: Sequence[int], below: int, effort: Effort, share: float
) -> Choice | None:
    """Choose routes of a plan that costs less than `below`, within that share of the effort.

    `known` are those of a plan to begin with. None where numbers are too large.
    """
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns.cost]
    of_group, with_visit = defaultdict(list), defaultdict(list)
    for variable, group, order in zip(chosen, columns.group, columns.order, strict=True):
        of_group[group].append(variable)
        for c in order:
            with_visit[c].append(variable)
    for group, variables in of_group.items():
        model.add(sum(variables) <= len(day.groups[group].shifts))
    paid = sum(cost * x for cost, x in zip(columns.cost, chosen, strict=True))
    served = {c for number in known for c in columns.order[number]}
    for c, most in enumerate(day.most):
        if most is None:
            model.add_exactly_one(with_visit[c])
        else:
            left_out = model.new_bool_var("")
            model.add_exactly_one([*with_visit[c], left_out])
            model.add_hint(left_out, c not in served)
            paid += most * left_out
    hinted = set(known)
    for number, variable in enumerate(chosen):
        model.add_hint(variable, number in hinted)
    model.minimize(paid)
    model.add(paid < below)
    return _solved(model, chosen, below, effort, share)


def _solved(
    model: cp_model.CpModel,
    chosen: list[cp_model.IntVar],
    below: int,
    effort: Effort,
    share: float,
) -> Choice | None:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    if effort.until is None:
        solver.parameters.max_deterministic_time = max(0.01, share * effort.left / WORK_PER_SECOND)
    else:
        solver.parameters.max_time_in_seconds = max(0.01, share * effort.seconds)
    with _listening(solver, effort):
        status = solver.solve(model)
    effort.spend(int(solver.response_proto.deterministic_time * WORK_PER_SECOND))
    if status == cp_model.INFEASIBLE:
        return Choice((), below)
    bound = solver.best_objective_bound
    if status == cp_model.MODEL_INVALID or not 0 <= bound < EXACT:
        return None
    found = chosen if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else []
    routes = tuple(number for number, x in enumerate(found) if solver.value(x))
    # The bound comes as a floating number: one unit makes sure of it.
    return Choice(routes, int(bound) - 1)


@contextmanager
def _listening(solver: cp_model.CpSolver, effort: Effort) -> Iterator[None]:
    over = threading.Event()

    def listen() -> None:
        while not over.wait(LISTENS):
            if effort.stopped():
                solver.stop_search()
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        over.set()
        listener.join()
