"""What a plan pays for: its cost, told apart by rule."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import Route, preference_cost, travel_cost


@dataclass(frozen=True, slots=True)
class Score:
    """The cost of a route or of a plan, in seconds of driving, by what it is paid for."""

    travel: int = 0
    fixed: int = 0
    overtime: int = 0
    lateness: int = 0
    preference: int = 0
    """For wishes missed."""
    unassigned: int = 0
    balance: int = 0
    """For days of unequal length."""
    change: int = 0
    """For visits moved from the plan to start from."""
    together: int = 0
    """For technicians beyond the first."""

    @property
    def total(self) -> int:
        """The whole cost."""
        return sum(astuple(self))

    def __add__(self, other: Score) -> Score:
        return Score(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def score_of_route(problem: Problem, route: Route) -> Score:
    """Return what that route pays for; the sum is its cost."""
    shift = problem.shift(route.shift_id)
    visits = [problem.visit(visit_id) for visit_id in route.visit_ids]
    if not visits:
        return Score()
    late = (
        stop.lateness * problem.visit(stop.visit_id).lateness_cost_per_second
        for stop in route.stops
        if stop.visit_id is not None
    )
    return Score(
        travel=travel_cost(problem, shift, route.travel),
        fixed=shift.fixed_cost,
        overtime=route.overtime * (shift.overtime.cost_per_second if shift.overtime else 0),
        lateness=sum(late),
        preference=sum(preference_cost(shift, visit) for visit in visits),
    )


def score_of_plan(problem: Problem, plan: Plan) -> Score:
    """Return what the plan pays for; the sum is its cost."""
    routes = (score_of_route(problem, route) for route in plan.routes)
    weights, measures = problem.weights, plan.between
    whole = Score(
        unassigned=plan.penalty,
        balance=weights.balance * measures.balance,
        change=weights.change * measures.changes,
        together=weights.together * measures.extra,
    )
    return sum(routes, whole)
