"""All gaps judged at once give the place that looking at them one by one gives."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.gaps import Gaps
from fieldservice.scheduling.insertion import cheapest_of
from fieldservice.scheduling.problem import Problem, Visit
from fieldservice.scheduling.standing import Standing
from tests.unit.scheduling.test_any_problem import problems

from .instances import HOUR, a_problem, a_shift, a_visit, between


def one_by_one(problem: Problem, orders: dict[int, list[int]], visit: Visit) -> object:
    """The cheapest place, route by route."""
    return cheapest_of(problem, [Standing.of(problem, s, orders) for s in problem.shifts], visit)


@settings(max_examples=60, deadline=None)
@given(problem=problems(), data=st.data())
def test_any_visit_goes_where_looking_gap_by_gap_puts_it(
    problem: Problem, data: st.DataObject
) -> None:
    visits = [visit for visit in problem.visits if visit.pin is None and not visit.group]
    if not visits or not problem.shifts:
        return
    asked = data.draw(st.sampled_from(visits))
    orders: dict[int, list[int]] = {shift.id: [] for shift in problem.shifts}
    for visit in problem.visits:
        where = visit.pin.shift_id if visit.pin else data.draw(st.sampled_from(sorted(orders)))
        if visit.id != asked.id:
            orders[where].append(visit.id)
    found = Gaps.of(problem, orders).around(problem, asked).cheapest(asked)
    assert (found.place if found else None) == one_by_one(problem, orders, asked)


def test_one_look_serves_every_window() -> None:
    visits = [a_visit(1, 10, HOUR, windows=between(8 * HOUR, 9 * HOUR)), a_visit(2, 30)]
    problem = a_problem([*visits, a_visit(3, 20)], a_shift(1), a_shift(2))
    orders = {1: [1], 2: [2]}
    around = Gaps.of(problem, orders).around(problem, problem.visit(3))
    for hour in range(7, 18):
        asked = replace(problem.visit(3), windows=between(hour * HOUR, (hour + 1) * HOUR))
        found = around.cheapest(asked)
        assert (found.place if found else None) == one_by_one(problem, orders, asked)
        if found:
            assert hour * HOUR <= found.start <= (hour + 1) * HOUR
