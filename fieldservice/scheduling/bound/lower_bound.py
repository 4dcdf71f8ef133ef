"""The bound of a whole problem, in seconds of driving, and what it left out in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.day import Day, is_countable
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.generating import Generation
from fieldservice.scheduling.bound.relaxing import relax
from fieldservice.scheduling.plan import Bound, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import price

STEPS_A_PAIR = 128
"""Work for each two visits of a shift: without time for one round there is nothing to begin."""

Route = tuple[int, Sequence[int], int]
"""A shift's id, its visits' ids in order and what that costs."""


def lower_bound(
    problem: Problem,
    orders: Mapping[int, Sequence[int]],
    effort: Effort,
    known: Iterable[Route] = (),
) -> Bound | None:
    """Return what no plan of the problem can undercut, None where nothing was proven in time.

    `orders` is the best plan so far, `known` are other routes that break nothing.
    """
    relaxed = relax(problem)
    if relaxed is None or _one_round(problem) > effort.left:
        return None
    day = Day.of(problem, relaxed)
    cost = build_plan(problem, orders).cost
    if not is_countable(day, cost):
        return None
    least = _least(problem, day, orders, effort, known, cost)
    if least is None:
        return None
    return Bound(-(-least // UNIT), relaxed.words)


def _one_round(problem: Problem) -> int:
    """Return about how much work it is to price every shift once."""
    return len(problem.visits) ** 2 * len(problem.shifts) * STEPS_A_PAIR


def _least(
    problem: Problem,
    day: Day,
    orders: Mapping[int, Sequence[int]],
    effort: Effort,
    known: Iterable[Route],
    enough: int,
) -> int | None:
    columns = Columns()
    rows = {visit.id: c for c, visit in enumerate(day.packed.visits)}
    groups = {shift.id: n for n, group in enumerate(day.groups) for shift in group.shifts}
    best = ((i, order, price(problem, problem.shift(i), order)[1]) for i, order in orders.items())
    for shift_id, order, cost in (*best, *known):
        if order and shift_id in groups and rows.keys() >= set(order):
            columns.add(groups[shift_id], tuple(rows[one] for one in order), UNIT * cost)
    generation = Generation(day, columns, effort, enough)
    generation.run()
    return generation.least
