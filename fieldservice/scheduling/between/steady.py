"""Waiting rather than coming early, where moving a visit has a price."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.between.costs import SAME_TIME, moved
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.timing import Route, time_route


def time_steadily(problem: Problem, true: Problem, shift: Shift, visit_ids: Sequence[int]) -> Route:
    """Return the route of that order that moves fewest visits for its price.

    It is the earliest schedule, or the one in which no visit begins before its customer was told,
    nor long before it did in the plan to start from: whichever breaks less, moves less and costs
    less, in this order where the number of moves is limited, else by the price of a move. `true`
    says what a move is and costs.
    """
    soonest = time_route(problem, shift, visit_ids)
    if not (true.weights.change or true.max_changes is not None) or not moved(true, soonest):
        return soonest
    known = ((visit_id, _known_start(true, shift, visit_id)) for visit_id in visit_ids)
    holds = {
        visit_id: max(start, problem.holds.get(visit_id, start))
        for visit_id, start in known
        if start is not None
    }
    if not holds:
        return soonest
    steady = time_route(problem.held({**problem.holds, **holds}), shift, visit_ids)

    def badness(route: Route) -> tuple[int, int, int]:
        moves = len(moved(true, route))
        limited = moves if true.max_changes is not None else 0
        return route.faults, limited, route.cost + moves * true.weights.change

    return min(soonest, steady, key=badness)


def _known_start(true: Problem, shift: Shift, visit_id: int) -> int | None:
    """Return the first second at which the visit is no change on that shift, where there is one."""
    told = true.visit(visit_id).told
    if told is not None:
        return told.start
    shift_id, start = true.reference.get(visit_id, (None, None))
    return start - SAME_TIME if shift_id == shift.id and start is not None else None
