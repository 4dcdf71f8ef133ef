"""Making a change come true: the problem and the orders after a fix, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.explaining.standing_plan import Order, StandingPlan
from fieldservice.scheduling.insertion import inserted
from fieldservice.scheduling.problem import Overtime, Problem, Shift, TimeWindow, Visit, Waiver
from fieldservice.scheduling.reasons import Fix, FixKind
from fieldservice.scheduling.timing import time_route


def applied(
    problem: Problem, orders: Mapping[int, Sequence[int]], visit_id: int, fix: Fix
) -> tuple[Problem, dict[int, Order]]:
    """Return the problem as that fix changes it, and the orders with the visit in its place."""
    after = {shift_id: tuple(order) for shift_id, order in orders.items()}
    order = [one for one in after.get(fix.shift_id, ()) if one != fix.leaves]
    after[fix.shift_id] = inserted(order, fix.position, visit_id)
    return changed(problem, visit_id, fix), after


def changed(problem: Problem, visit_id: int, fix: Fix) -> Problem:
    """Return the problem in which that fix has been granted."""
    visit = problem.visit(visit_id)
    if fix.window is not None:
        windows = with_window(visit.windows, fix.window)
        return with_visit(problem, replace(visit, windows=windows))
    if fix.kind is FixKind.WISH:
        return with_visit(problem, unwished(visit))
    if fix.overtime is not None:
        longer = with_overtime(problem.shift(fix.shift_id), fix.overtime)
        shifts = (longer if shift.id == longer.id else shift for shift in problem.shifts)
        return replace(problem, shifts=tuple(shifts))
    if fix.rule is not None:
        return replace(problem, waivers=problem.waivers | {Waiver(fix.rule, visit_id)})
    return problem


def exactly(plan: StandingPlan, visit: Visit, fix: Fix) -> Fix | None:
    """Return the fix with the start and the cost it truly has; None where it breaks a rule."""
    problem, orders = applied(plan.problem, plan.orders, visit.id, fix)
    route = time_route(problem, problem.shift(fix.shift_id), orders[fix.shift_id])
    if check_route(problem, route).introduced:
        return None
    start = next(stop.start for stop in route.stops if stop.visit_id == visit.id)
    cost = route.cost - plan.routes[fix.shift_id].cost
    penalty = -plan.penalties.cost(visit)
    if fix.leaves is not None:
        penalty += plan.penalties.cost(plan.problem.visit(fix.leaves))
    return replace(fix, start=start, cost=cost, penalty=penalty)


def with_window(windows: Sequence[TimeWindow], given: TimeWindow) -> tuple[TimeWindow, ...]:
    """Return the windows with the given one in place of those it touches."""
    apart = [one for one in windows if one.end < given.start or one.start > given.end]
    return (*apart, given)


def with_overtime(shift: Shift, most: int) -> Shift:
    """Return the shift with that many seconds of overtime allowed, at its own price."""
    return replace(shift, overtime=replace(shift.overtime or Overtime(0), max=most))


def unwished(visit: Visit) -> Visit:
    """Return the visit without its wish for a technician."""
    return replace(visit, preferred_shifts=frozenset(), preference_cost=0)


def with_visit(problem: Problem, visit: Visit) -> Problem:
    """Return the problem with that visit in place of the one of the same id."""
    visits = tuple(visit if one.id == visit.id else one for one in problem.visits)
    return replace(problem, visits=visits)
