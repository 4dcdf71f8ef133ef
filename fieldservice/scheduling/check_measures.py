"""The measures a plan claims, against those its stops add up to."""

from __future__ import annotations

from collections.abc import Iterator

from fieldservice.scheduling.between.costs import between
from fieldservice.scheduling.check_route import Violation, lateness, legs, way_home
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.timing import Route


def measure_violations(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield each figure of the plan that is not what its stops add up to."""
    for route in plan.routes:
        yield from _of_route(problem, problem.shift(route.shift_id), route)
    penalties = Penalties.of(problem)
    penalty = sum(penalties.cost(problem.visit(one.visit_id)) for one in plan.unassigned)
    yield from _compare(None, "penalty", plan.penalty, penalty)
    measures = between(problem, plan.routes)
    for name in ("balance", "changes", "extra"):
        yield from _compare(None, name, getattr(plan.between, name), getattr(measures, name))
    cost = penalty + sum(route.cost for route in plan.routes) + measures.cost(problem.weights)
    yield from _compare(None, "cost", plan.cost, cost)


def _of_route(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    visits = [problem.visit(visit_id) for visit_id in route.visit_ids]
    stops = [stop for stop in route.stops if stop.visit_id is not None]
    travel = legs(problem, shift, route)
    late = [
        _lateness(problem, visit, stop.start) for visit, stop in zip(visits, stops, strict=True)
    ]
    for stop, seconds in zip(stops, late, strict=True):
        yield from _compare(shift, f"lateness of visit {stop.visit_id}", stop.lateness, seconds)
    free = route.stops[-1].end if route.stops else route.departure
    finish = problem.speeds(shift).reach(free, way_home(problem, shift, route)[0])
    overtime = max(0, route.finish - shift.window.end)
    yield from _compare(shift, "finish", route.finish, finish)
    yield from _compare(shift, "travel", route.travel, sum(travel))
    yield from _compare(shift, "service", route.service, sum(s.end - s.start for s in stops))
    waiting = sum(stop.start - stop.arrival for stop in route.stops)
    yield from _compare(shift, "waiting", route.waiting, waiting)
    yield from _compare(shift, "lateness", route.lateness, sum(late))
    yield from _compare(shift, "overtime", route.overtime, overtime)
    cost = shift.fixed_cost + _drive_cost(problem, shift, sum(travel))
    cost += overtime * (shift.overtime.cost_per_second if shift.overtime else 0)
    cost += sum(s * v.lateness_cost_per_second for s, v in zip(late, visits, strict=True))
    cost += sum(visit.preference_cost for visit in visits if _disappointed(visit, shift))
    yield from _compare(shift, "cost", route.cost, cost)


def _lateness(problem: Problem, visit: Visit, start: int) -> int:
    if visit.pin and visit.pin.start is not None:
        return 0
    return lateness(problem.windows(visit), start) or 0


def _drive_cost(problem: Problem, shift: Shift, seconds: int) -> int:
    per_hour = shift.cost_per_hour * problem.weights.travel
    whole, rest = divmod(seconds * per_hour, 3600)
    return whole + (1 if rest >= 1800 else 0)


def _disappointed(visit: Visit, shift: Shift) -> bool:
    return bool(visit.preferred_shifts) and shift.id not in visit.preferred_shifts


def _compare(shift: Shift | None, name: str, claimed: int, true: int) -> Iterator[Violation]:
    if claimed != true:
        where = f"shift {shift.id}" if shift else "the plan"
        text = f"The {name} of {where} is {true}, not {claimed}."
        shift_id = shift.id if shift else None
        yield Violation(Rule.MEASURE, shift_id, None, text, abs(claimed - true))
