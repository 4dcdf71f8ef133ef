"""What a plan costs beyond its single routes: unequal days, visits moved, many faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fieldservice.scheduling.problem import Problem, Weights
from fieldservice.scheduling.timing import Route

SAME_TIME = 900
"""Seconds by which a visit may shift before it counts as moved."""


@dataclass(frozen=True, slots=True)
class Between:
    """Measures of a whole plan.

    `balance`: seconds of driving and work between the longest and the shortest route used.
    `changes`: visits that were on a shift's steps and are now on another, or more than 15 minutes
    from when they began there. `extra`: technicians beyond the first, over all `together`.
    """

    balance: int = 0
    changes: int = 0
    extra: int = 0

    def cost(self, weights: Weights) -> int:
        """Return the cost of these measures in seconds of driving."""
        return (
            weights.balance * self.balance
            + weights.change * self.changes
            + weights.together * self.extra
        )


NOTHING_BETWEEN = Between()


def between(problem: Problem, routes: Iterable[Route]) -> Between:
    """Return the measures of these routes."""
    used = [route for route in routes if route.visit_ids]
    lengths = [route.travel + route.service for route in used]
    return Between(
        balance=max(lengths) - min(lengths) if lengths else 0,
        changes=sum(len(moved(problem, route)) for route in used),
        extra=_extra(problem, used),
    )


def moved(problem: Problem, route: Route) -> list[int]:
    """Return the visits of that route that the plan to start from had elsewhere or else when."""
    found = []
    for stop in route.stops:
        known = None if stop.visit_id is None else problem.reference.get(stop.visit_id)
        if known is None or stop.visit_id is None:
            continue
        shift_id, start = known
        elsewhere = shift_id != route.shift_id
        if elsewhere or (start is not None and abs(stop.start - start) > SAME_TIME):
            found.append(stop.visit_id)
    return found


def _extra(problem: Problem, routes: Iterable[Route]) -> int:
    faces: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for route in routes:
        shift = problem.shift(route.shift_id)
        face = ("shift", shift.id) if shift.technician is None else ("face", shift.technician)
        for visit_id in route.visit_ids:
            for number in problem.visit(visit_id).together:
                faces[number].add(face)
    return sum(len(known) - 1 for known in faces.values())
