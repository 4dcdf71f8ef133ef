"""What a plan costs beyond its single routes: unequal days, visits moved, many faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fieldservice.scheduling.problem import Problem, Visit, Weights
from fieldservice.scheduling.timing import Route

SAME_TIME = 900
"""Seconds by which a visit may shift before it counts as moved."""


@dataclass(frozen=True, slots=True)
class Between:
    """Measures of a whole plan.

    `balance`: seconds of driving and work between the longest and the shortest route used.
    `changes`: visits outside the window their customer was told, and visits nobody was told of
    that were on a shift's steps and are now on another, or more than 15 minutes from when they
    began there. `extra`: technicians beyond the first, over all `together`.
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
    """Return the visits of that route that are not where or when they are known to be."""
    return [
        stop.visit_id
        for stop in route.stops
        if stop.visit_id is not None
        and _is_moved(problem, problem.visit(stop.visit_id), route.shift_id, stop.start)
    ]


def _is_moved(problem: Problem, visit: Visit, shift_id: int, start: int) -> bool:
    if visit.told is not None:
        return start not in visit.told
    known_shift, known_start = problem.reference.get(visit.id, (shift_id, None))
    elsewhere = known_shift != shift_id
    return elsewhere or (known_start is not None and abs(start - known_start) > SAME_TIME)


def _extra(problem: Problem, routes: Iterable[Route]) -> int:
    faces: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for route in routes:
        shift = problem.shift(route.shift_id)
        face = ("shift", shift.id) if shift.technician is None else ("face", shift.technician)
        for visit_id in route.visit_ids:
            for number in problem.visit(visit_id).together:
                faces[number].add(face)
    return sum(len(known) - 1 for known in faces.values())
