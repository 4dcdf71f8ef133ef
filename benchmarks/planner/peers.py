"""Who plans: ours and others on the same problem, each as far as it can express it."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.planner.pyvrp_peer import pyvrp
from benchmarks.planner.routing import Limits, Sequences, route
from benchmarks.planner.vroom_peer import vroom
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search.warm import warm
from fieldservice.scheduling.solve import Budget, solve

Planner = Callable[[Problem, float, int], Sequences]
"""From a problem, seconds and a seed to orders of visit ids by shift id."""


def ours(problem: Problem, seconds: float, seed: int) -> Sequences:
    """This planner, one thread."""
    return solve(problem, Budget(seconds=seconds), seed).sequences


def routing_model(problem: Problem, seconds: float, _seed: int) -> Sequences:
    """OR-Tools' routing model under guided local search, one thread."""
    draft = Draft(problem)
    limits = Limits(time.monotonic() + seconds, None, lambda: False)
    return route(problem, draft.orders, limits) or {}


def load(name: str) -> None:
    """Load what a planner needs, so that only planning is timed."""
    if name == OURS:
        warm()
    elif name in PACKAGES:
        __import__(PACKAGES[name])


OURS = "ours"
PACKAGES = {"PyVRP": "pyvrp", "VROOM": "vroom"}
PEERS: dict[str, Planner] = {
    OURS: ours,
    "PyVRP": pyvrp,
    "VROOM": vroom,
    "OR-Tools routing": routing_model,
}
