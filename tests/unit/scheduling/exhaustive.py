"""Tiny problems solved by trying everything: what the planner is held to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

from fieldservice.scheduling.check import check, check_route
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.timing import time_route

Ids = frozenset[int]


def least_cost(problem: Problem) -> int:
    """The cost of the best plan that introduces no violation."""
    penalties = Penalties.of(problem)
    best: dict[Ids, int] = {frozenset(): 0}
    for shift in problem.shifts:
        routes = _cheapest_routes(problem, shift)
        joined: dict[Ids, int] = {}
        for served, cost in best.items():
            for more, added in routes.items():
                if not served & more:
                    both = served | more
                    joined[both] = min(joined.get(both, cost + added), cost + added)
        best = joined
    pinned = {visit.id for visit in problem.visits if visit.pin}
    return min(
        cost + sum(penalties.cost(visit) for visit in problem.visits if visit.id not in served)
        for served, cost in best.items()
        if pinned <= served
    )


def _cheapest_routes(problem: Problem, shift: Shift) -> dict[Ids, int]:
    cheapest: dict[Ids, int] = {frozenset(): 0}
    numbers = [v.id for v in problem.visits if v.pin is None or v.pin.shift_id == shift.id]
    for count in range(1, len(numbers) + 1):
        for chosen in combinations(numbers, count):
            for order in permutations(chosen):
                route = time_route(problem, shift, order)
                if not check_route(problem, route).introduced:
                    known = cheapest.get(frozenset(chosen), route.cost)
                    cheapest[frozenset(chosen)] = min(known, route.cost)
    return cheapest


def least_cost_together(problem: Problem) -> int:
    """The cost of the best plan where routes depend on each other: every order there is."""
    penalties = sum(Penalties.of(problem).cost(visit) for visit in problem.visits)
    best = penalties
    ids = [visit.id for visit in problem.visits]
    for orders in _all_orders(ids, [shift.id for shift in problem.shifts]):
        plan = build_plan(problem, orders)
        if plan.cost < best and not check(problem, plan).introduced:
            best = plan.cost
    return best


def _all_orders(ids: list[int], shifts: list[int]) -> Iterator[dict[int, tuple[int, ...]]]:
    if not shifts:
        yield {}
        return
    for count in range(len(ids) + 1):
        for order in permutations(ids, count):
            rest = [one for one in ids if one not in order]
            for others in _all_orders(rest, shifts[1:]):
                yield {shifts[0]: order, **others}
