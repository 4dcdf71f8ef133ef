"""Where a placed visit could stand instead, and what that costs more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fieldservice.scheduling.between.rounds import is_tied
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.insertion import Place, cheapest_places, inserted
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import time_route

TOLD = 3
"""Other places told for each visit."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A place on a route without the visit; `cost` is what the plan then costs more than now."""

    shift_id: int
    position: int
    start: int
    cost: int


def alternatives(plan: StandingPlan, visit_id: int) -> tuple[Alternative, ...]:
    """Return the next best places of a visit that is on a route, the cheapest first."""
    visit = plan.problem.visit(visit_id)
    here = next(route for route in plan.routes.values() if visit in route.visits)
    shift_id, order = here.shift.id, plan.orders[here.shift.id]
    position = order.index(visit_id)
    rest = tuple(one for one in order if one != visit_id)
    without = Standing.of(plan.problem, here.shift, {shift_id: rest})
    routes = {**plan.routes, shift_id: without}
    saved = here.cost - without.cost
    found = cheapest_places(plan.problem, routes.values(), visit, TOLD + 1)
    others = [one for one in found if (one.shift_id, one.position) != (shift_id, position)]
    return tuple(
        _alternative(plan, {**plan.orders, shift_id: rest}, visit_id, one, saved)
        for one in others[:TOLD]
    )


def _alternative(
    plan: StandingPlan,
    orders: Mapping[int, tuple[int, ...]],
    visit_id: int,
    place: Place,
    saved: int,
) -> Alternative:
    order = inserted(orders[place.shift_id], place.position, visit_id)
    route = time_route(plan.problem, plan.problem.shift(place.shift_id), order)
    start = next(stop.start for stop in route.stops if stop.visit_id == visit_id)
    return Alternative(place.shift_id, place.position, start, place.cost - saved)


def all_alternatives(
    problem: Problem, plan: Plan, time_left: Callable[[], bool] = lambda: True
) -> dict[int, tuple[Alternative, ...]]:
    """Return the next best places of every visit on a route, as far as there is time.

    Where routes depend on each other none is told, since one place alone decides little there.
    """
    if is_tied(problem):
        return {}
    standing = StandingPlan.of(problem, plan.sequences)
    return {
        visit_id: alternatives(standing, visit_id)
        for route in plan.routes
        for visit_id in route.visit_ids
        if time_left()
    }
