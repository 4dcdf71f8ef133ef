"""The bound of a whole problem, in seconds of driving, and what it left out in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fieldservice.scheduling.bound.closing import Chosen, Closing
from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.day import Day, is_countable
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.generating import Generation
from fieldservice.scheduling.bound.relaxing import relax
from fieldservice.scheduling.check import check
from fieldservice.scheduling.orders import Orders
from fieldservice.scheduling.plan import Bound, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import price

STEPS_A_PAIR = 128
"""Work for each two visits of a shift: without time for one round there is nothing to begin."""

Route = tuple[int, Sequence[int], int]
"""A shift's id, its visits' ids in order and what that costs."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What no plan can undercut, and the orders of a cheaper plan where one was met."""

    bound: Bound | None = None
    orders: Orders | None = None


def prove(problem: Problem, orders: Orders, effort: Effort, known: Iterable[Route] = ()) -> Proof:
    """Prove what no plan of the problem can undercut; nothing where there is no time for that.

    `orders` is the best plan so far, `known` are other routes that break nothing.
    """
    relaxed = relax(problem)
    if relaxed is None or _one_round(problem) > effort.left:
        return Proof()
    day = Day.of(problem, relaxed)
    cost = build_plan(problem, orders).cost
    if not is_countable(day, cost):
        return Proof()
    columns, best = _columns(problem, day, orders, known)
    generation = Generation(day, columns, effort, cost)
    generation.run()
    least, prices = generation.least, generation.prices
    if least is None or prices is None:
        return Proof()
    closing = Closing(
        *(day, effort, generation.pricing, prices.whole(day), generation.cuts),
        *(least, UNIT * cost, best),
    )
    closing.run()
    bound = Bound(-(-closing.least // UNIT), relaxed.words)
    if closing.most == UNIT * cost or relaxed.words:
        return Proof(bound)
    return Proof(bound, _cheaper(problem, _orders(day, closing.best, problem), cost))


def _cheaper(problem: Problem, orders: Orders, cost: int) -> Orders | None:
    """Return the orders if they break nothing and cost less."""
    plan = build_plan(problem, orders)
    return orders if plan.cost < cost and not check(problem, plan).introduced else None


def _one_round(problem: Problem) -> int:
    """Return about how much work it is to price every shift once."""
    return len(problem.visits) ** 2 * len(problem.shifts) * STEPS_A_PAIR


def _columns(
    problem: Problem, day: Day, orders: Orders, known: Iterable[Route]
) -> tuple[Columns, list[Chosen]]:
    """Return all routes known as pricing has them, and those of the best plan."""
    columns = Columns()
    rows = {visit.id: c for c, visit in enumerate(day.packed.visits)}
    groups = {shift.id: n for n, group in enumerate(day.groups) for shift in group.shifts}
    best = [(i, order, price(problem, problem.shift(i), order)[1]) for i, order in orders.items()]
    mine = []
    for place, (shift_id, order, cost) in enumerate((*best, *known)):
        if order and shift_id in groups and rows.keys() >= set(order):
            route = groups[shift_id], tuple(rows[one] for one in order), UNIT * cost
            columns.add(*route)
            if place < len(best):
                mine.append(route)
    return columns, mine


def _orders(day: Day, routes: Iterable[Chosen], problem: Problem) -> Orders:
    """Deal the routes of each group out to its shifts."""
    found: Orders = {shift.id: () for shift in problem.shifts}
    free = [list(group.shifts) for group in day.groups]
    for group, order, _cost in routes:
        found[free[group].pop(0).id] = tuple(day.packed.visits[c].id for c in order)
    return found
