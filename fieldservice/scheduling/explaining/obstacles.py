"""What stands in the way of a visit on a route that might serve it in another plan."""

from __future__ import annotations

from collections import Counter

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.eligibility import overload
from fieldservice.scheduling.insertion import inserted
from fieldservice.scheduling.problem import Problem, Rule, Visit
from fieldservice.scheduling.reasons import Obstacle
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import time_route


def likely(problem: Problem, route: Standing, visit: Visit) -> Obstacle:
    """Say what stands in the way on a route that is full, without trying its places."""
    limit = overload(problem, route.shift, [*route.visits, visit])
    in_time = Rule.WINDOW if problem.windows(visit) else Rule.SHIFT_HOURS
    return Obstacle(route.shift.id, limit or in_time)


def least_broken(problem: Problem, route: Standing, visit: Visit) -> Obstacle:
    """Return the rule that is broken most at the place where least is broken."""
    order, shift = tuple(one.id for one in route.visits), route.shift
    least: Counter[Rule] | None = None
    for position in range(len(order) + 1):
        timed = time_route(problem, shift, inserted(order, position, visit.id))
        amounts: Counter[Rule] = Counter()
        for violation in check_route(problem, timed).introduced:
            amounts[violation.rule] += violation.amount
        if amounts and (least is None or amounts.total() < least.total()):
            least = amounts
    if least is None:
        return likely(problem, route, visit)
    return Obstacle(shift.id, least.most_common(1)[0][0])
