"""Waiting rather than coming early, where moving a visit has a price."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.between.costs import SAME_TIME, moved
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.timing import Route, time_route


def time_steadily(problem: Problem, true: Problem, shift: Shift, visit_ids: Sequence[int]) -> Route:
    """Return the route of that order that moves fewest visits for its price.

    It is the earliest schedule, or the one in which no visit begins long before it did in the plan
    to start from: whichever breaks less, moves less and costs less, in this order where the number
    of moves is limited, else by the price of a move. `true` says what a move is and costs.
    """
    soonest = time_route(problem, shift, visit_ids)
    if not (true.weights.change or true.max_changes is not None) or not moved(true, soonest):
        return soonest
    holds = {
        visit_id: max(start - SAME_TIME, problem.holds.get(visit_id, start - SAME_TIME))
        for visit_id in visit_ids
        for shift_id, start in [true.reference.get(visit_id, (None, None))]
        if shift_id == shift.id and start is not None
    }
    if not holds:
        return soonest
    steady = time_route(problem.held({**problem.holds, **holds}), shift, visit_ids)

    def badness(route: Route) -> tuple[int, int, int]:
        moves = len(moved(true, route))
        limited = moves if true.max_changes is not None else 0
        return route.faults, limited, route.cost + moves * true.weights.change

    return min(soonest, steady, key=badness)
