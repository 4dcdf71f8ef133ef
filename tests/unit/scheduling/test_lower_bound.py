"""The bound is below every plan, whatever the rules, and meets the best plan where it says so."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.lower_bound import prove
from fieldservice.scheduling.bound.relaxing import KEPT
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.plan import Bound
from fieldservice.scheduling.problem import Overtime, Pin, Problem, Rule, Visit, Waiver

from .exhaustive import least_cost
from .instances import HOUR, LUNCH, MINUTE, a_problem, a_shift, a_visit, between
from .test_any_problem import problems

ENOUGH = 20_000_000
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def bound_of(problem: Problem, work: int = ENOUGH) -> Bound | None:
    return prove(problem, Draft(problem).orders, Effort(work=work)).bound


def proven(problem: Problem, work: int = ENOUGH) -> int:
    bound = bound_of(problem, work)
    assert bound is not None
    return bound.cost


def is_below_the_best_plan(problem: Problem, work: int) -> None:
    bound = bound_of(problem, work)
    assert bound is None or bound.cost <= least_cost(problem)


@few
@given(problems(most=4), st.sampled_from((1000, 100_000, ENOUGH)))
def test_no_plan_is_cheaper_whenever_it_stops(problem: Problem, work: int) -> None:
    is_below_the_best_plan(problem, work)


@pytest.mark.soak
def test_no_plan_is_cheaper_on_many_days() -> None:
    many = settings(few, max_examples=300, database=None)
    many(given(problems(most=6), st.just(ENOUGH))(is_below_the_best_plan))()


def test_a_line_is_driven_there_and_back_at_least() -> None:
    visits = [a_visit(number, place, MINUTE) for number, place in enumerate((40, 10, 30, 20), 1)]
    assert proven(a_problem(visits)) == 80 * MINUTE


def test_what_nobody_can_do_costs_its_penalty() -> None:
    visits = [a_visit(1, 10, penalty=5000, skills=frozenset({9})), a_visit(2, 10, penalty=9000)]
    assert proven(a_problem(visits)) == 5000 + 20 * MINUTE


def test_nothing_to_do_and_nobody_to_do_it() -> None:
    assert proven(a_problem([])) == 0
    problem = Problem((a_visit(1, penalty=70),), (), {"car": a_problem([]).travel["car"]})
    assert proven(problem) == 70


def test_lunch_and_overtime_are_part_of_it() -> None:
    visits = [a_visit(n, 10, 250 * MINUTE, penalty=99_000) for n in (1, 2)]
    free = proven(a_problem(visits, a_shift()))
    assert free == 20 * MINUTE
    with_lunch = a_problem(visits, a_shift(breaks=(LUNCH,), overtime=Overtime(HOUR, 3)))
    assert proven(with_lunch) == 20 * MINUTE + 3 * 10 * MINUTE


def test_shifts_alike_are_priced_once_and_counted_each() -> None:
    visits = [a_visit(number, 20, 8 * HOUR, penalty=99_000) for number in range(1, 5)]
    shifts = [a_shift(number, fixed_cost=600) for number in range(1, 4)]
    assert proven(a_problem(visits, *shifts)) == 3 * (600 + 40 * MINUTE) + 99_000


def test_days_without_penalties_are_bounded_too() -> None:
    problem = a_problem([a_visit(1, 10, 8 * HOUR), a_visit(2, 10, 8 * HOUR, priority=5)])
    assert proven(problem) == least_cost(problem)


def test_a_shift_broken_by_people_is_left_aside_and_named() -> None:
    pinned = a_visit(1, 30, penalty=50_000, pin=Pin(1, 8 * HOUR))
    problem = a_problem([pinned, a_visit(2, 10, penalty=50_000)], a_shift(1), a_shift(2))
    bound = bound_of(problem)
    assert bound is not None
    assert bound.relaxed == ("the rules of shift 1, broken by people's decisions",)
    assert 0 < bound.cost <= least_cost(problem)


def test_a_waived_limit_binds_nobody_who_may_use_it() -> None:
    visits = [a_visit(number, 10, HOUR, penalty=50_000) for number in (1, 2)]
    problem = a_problem(visits, a_shift(max_tasks=1), waivers=[Waiver(Rule.MAX_TASKS, 1)])
    bound = bound_of(problem)
    assert bound == Bound(20 * MINUTE, ("max_tasks of shift 1, waived",))


def test_more_work_never_proves_less() -> None:
    visits = [
        a_visit(n, 7 * n % 40, HOUR, windows=between((8 + n % 4) * HOUR, (10 + n % 4) * HOUR))
        for n in range(1, 13)
    ]
    problem = a_problem(visits, a_shift(1), a_shift(2, start=30, end=30), a_shift(3, fixed_cost=9))
    bounds = [bound_of(problem, work) for work in (3000, 30_000, 3_000_000)]
    costs = [-1 if bound is None else bound.cost for bound in bounds]
    assert costs == sorted(costs)


def test_a_day_too_large_for_its_time_is_not_begun() -> None:
    visits = [a_visit(number, number % 50, MINUTE) for number in range(2000)]
    assert bound_of(a_problem(visits, *map(a_shift, range(1, 30))), 1_000_000) is None


def test_a_rule_nobody_decided_on_leaves_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KEPT, Visit, KEPT[Visit] - {"max_lateness"})
    assert bound_of(a_problem([a_visit(1)])) is not None
    assert bound_of(a_problem([a_visit(1, max_lateness=60)])) is None
