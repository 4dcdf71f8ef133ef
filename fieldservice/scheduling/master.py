"""The master: a plan chosen anew among all routes met, by CP-SAT.

Set partitioning: at most one route for each shift, each visit on one route or left out at its
penalty. Rules between routes live here.
"""

from __future__ import annotations

from collections import defaultdict

from ortools.sat.python import cp_model

from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.searching import Search

MOST_ROUTES = 12_000
"""Routes offered to the model, the cheapest for what they serve; more take too long to load."""

STEADY_TIME = 2.0
"""The solver's own deterministic seconds, where the answer must not depend on the machine."""

Chosen = tuple[int, tuple[int, ...], int]


def choose_routes(search: Search, seconds: float | None) -> dict[int, tuple[int, ...]] | None:
    """Return orders by shift that cost less than the search's best; None where there are none.

    Without `seconds` the same pool always gives the same answer.
    """
    routes = _worth_offering(search)
    if not routes:
        return None
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in routes]
    on_shift, with_visit = defaultdict(list), defaultdict(list)
    for variable, (k, visits, _cost) in zip(chosen, routes, strict=True):
        on_shift[k].append(variable)
        for c in visits:
            with_visit[c].append(variable)
    for variables in on_shift.values():
        model.add_at_most_one(variables)
    left_out = {}
    for c, row in enumerate(search.packed.visit):
        left_out[c] = model.new_bool_var("")
        model.add_exactly_one([*with_visit[c], left_out[c]])
        if row[at.FIXED]:
            model.add(left_out[c] == 0)
    penalties = [int(row[at.PENALTY]) for row in search.packed.visit]
    paid = sum(cost * x for x, (_k, _visits, cost) in zip(chosen, routes, strict=True))
    model.minimize(paid + sum(penalties[c] * x for c, x in left_out.items()))
    _hint(model, search, chosen, routes, left_out)
    solver = _solver(seconds)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    if solver.objective_value >= search.cost:
        return None
    return _orders(search, [r for x, r in zip(chosen, routes, strict=True) if solver.value(x)])


def _solver(seconds: float | None) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    if seconds is None:
        solver.parameters.max_deterministic_time = STEADY_TIME
    else:
        solver.parameters.max_time_in_seconds = seconds
    return solver


def _worth_offering(search: Search) -> list[Chosen]:
    """Return the best routes of the pool and those of the best plan, each once."""
    best = search.best_routes()
    known = {(k, frozenset(visits)) for k, visits, _cost in best}
    pool = [route for route in search.routes() if (route[0], frozenset(route[1])) not in known]
    if len(pool) > MOST_ROUTES:
        share = _shares(search, best)
        pool.sort(key=lambda route: route[2] - sum(share[c] for c in route[1]))
        pool = pool[:MOST_ROUTES]
    return [*best, *pool] if pool else []


def _shares(search: Search, best: list[Chosen]) -> list[float]:
    """Return what each visit costs on the best plan: a guess at what serving it is worth."""
    share = [float(row[at.PENALTY]) for row in search.packed.visit]
    for _k, visits, cost in best:
        for c in visits:
            share[c] = cost / len(visits)
    return share


def _hint(
    model: cp_model.CpModel,
    search: Search,
    chosen: list[cp_model.IntVar],
    routes: list[Chosen],
    left_out: dict[int, cp_model.IntVar],
) -> None:
    best = len(search.best_routes())
    served = {c for _k, visits, _cost in routes[:best] for c in visits}
    for number, variable in enumerate(chosen):
        model.add_hint(variable, number < best)
    for c, variable in left_out.items():
        model.add_hint(variable, c not in served)


def _orders(search: Search, routes: list[Chosen]) -> dict[int, tuple[int, ...]]:
    orders: dict[int, tuple[int, ...]] = {shift.id: () for shift in search.packed.shifts}
    for k, visits, _cost in routes:
        shift = search.packed.shifts[k]
        orders[shift.id] = tuple(search.packed.visits[c].id for c in visits)
    return {**search.orders, **orders}
