from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from fieldservice.errors import Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.outlook.spreads import Spreads
from fieldservice.scheduling.plan import Bound, Plan
from fieldservice.scheduling.problem import (
    Overtime,
    Pin,
    Problem,
    Rule,
    Shift,
    TimeWindow,
    Visit,
    Waiver,
    Weights,
)
from fieldservice.scheduling.solve import Budget, Progress, seconds_of_search, solve

from .instances import (
    DAY,
    HOUR,
    LUNCH,
    MINUTE,
    NOON,
    a_problem,
    a_shift,
    a_stretch,
    a_visit,
    between,
)


def solved(
    visits: Iterable[Visit], *shifts: Shift, waivers: Iterable[Waiver] = (), iterations: int = 20
) -> Plan:
    problem = a_problem(visits, *shifts, waivers=waivers)
    plan = solve(problem, Budget(iterations=iterations))
    assert check(problem, plan).introduced == ()
    return plan


def where(plan: Plan) -> dict[int, int]:
    return {visit_id: route.shift_id for route in plan.routes for visit_id in route.visit_ids}


def left_out(plan: Plan) -> list[int]:
    return [unassigned.visit_id for unassigned in plan.unassigned]


def test_nothing_to_do() -> None:
    assert solved([]) == Plan((), (), 0, 0)


def test_nobody_to_do_it() -> None:
    problem = Problem((a_visit(1),), (), {"car": a_problem([]).travel["car"]})
    plan = solve(problem, Budget(iterations=1))
    assert left_out(plan) == [1]
    assert plan.unassigned[0].reasons


def test_one_visit() -> None:
    assert where(solved([a_visit(1)])) == {1: 1}


def test_a_line_is_driven_there_and_back() -> None:
    plan = solved([a_visit(number, place, 60) for number, place in enumerate((40, 10, 30, 20), 1)])
    assert plan.cost == 80 * MINUTE


def test_skills_decide_who_goes() -> None:
    plan = solved(
        [a_visit(1, skills=frozenset({1})), a_visit(2, skills=frozenset({2}))],
        a_shift(1, skills=frozenset({2})),
        a_shift(2, skills=frozenset({1})),
    )
    assert where(plan) == {1: 2, 2: 1}


def test_each_visit_starts_in_one_of_its_windows() -> None:
    windows = (*between(8 * HOUR, 9 * HOUR), *between(15 * HOUR, 16 * HOUR))
    plan = solved(
        [a_visit(1, 10, 3 * HOUR, windows=windows), a_visit(2, 10, HOUR, windows=windows)]
    )
    assert left_out(plan) == []


def test_everybody_has_lunch() -> None:
    plan = solved([a_visit(n, 10) for n in range(1, 8)], a_shift(breaks=(LUNCH,)))
    assert left_out(plan) == []
    (rest,) = [stop for stop in plan.routes[0].stops if stop.break_id]
    assert NOON <= rest.start <= NOON + HOUR


def test_overtime_is_worked_when_a_visit_is_worth_it() -> None:
    visits = [a_visit(1, 10, 9 * HOUR, penalty=10_000)]
    assert left_out(solved(visits, a_shift(overtime=Overtime(HOUR, 2)))) == []
    assert left_out(solved(visits, a_shift(overtime=Overtime(HOUR, 9)))) == [1]
    assert left_out(solved(visits, a_shift())) == [1]


def test_the_priority_is_served_when_not_all_can_be() -> None:
    plan = solved([a_visit(1, 10, 8 * HOUR), a_visit(2, 10, 8 * HOUR, priority=5)])
    assert left_out(plan) == [1]


def test_more_visits_beat_less_driving() -> None:
    plan = solved([a_visit(1, 1, 8 * HOUR), a_visit(2, 40, 2 * HOUR), a_visit(3, 41, 2 * HOUR)])
    assert left_out(plan) == [1]


def test_an_optional_visit_is_left_out_when_it_costs_too_much() -> None:
    plan = solved([a_visit(1, 10, penalty=9000), a_visit(2, 50, penalty=100)])
    assert left_out(plan) == [2]


def test_what_is_optional_is_served_on_the_way_or_for_its_penalty() -> None:
    usual = [a_visit(1, 20), a_visit(2, 30)]
    wishes = [
        a_visit(3, 25, optional=True),
        a_visit(4, 35, optional=True, penalty=11 * MINUTE),
        a_visit(5, 45, optional=True),
        a_visit(6, 50, optional=True, penalty=29 * MINUTE),
    ]
    assert left_out(solved([*usual, *wishes])) == [5, 6]


def test_no_number_of_optional_visits_outweighs_one_that_is_not() -> None:
    wishes = [a_visit(n, 1, HOUR, optional=True, penalty=10**6) for n in range(2, 9)]
    plan = solved([a_visit(1, 50, 7 * HOUR), *wishes])
    assert 1 in where(plan)


def test_who_takes_longer_is_given_less() -> None:
    visits = [a_visit(n, 10, 2 * HOUR, service_per_type={"trainee": 4 * HOUR}) for n in range(1, 7)]
    plan = solved(visits, a_shift(1), a_shift(2, type="trainee"))
    assert left_out(plan) == []
    assert sorted(where(plan).values()) == [1, 1, 1, 1, 2, 2]


def test_the_level_and_the_area_decide_who_goes() -> None:
    visits = [a_visit(1, 10, skill_levels={7: 2}), a_visit(2, 30)]
    plan = solved(
        visits,
        a_shift(1, skill_levels={7: 1}, area=(a_stretch(20, 40), a_stretch(0, 10))),
        a_shift(2, skill_levels={7: 2}, area=(a_stretch(0, 10),)),
    )
    assert where(plan) == {1: 2, 2: 1}


def test_a_level_nobody_has_is_a_reason() -> None:
    plan = solved([a_visit(1, skill_levels={7: 3})], a_shift(skill_levels={7: 2}))
    assert [reason.rule for reason in plan.unassigned[0].reasons] == [Rule.SKILL]


def test_a_long_way_is_driven_with_a_stop_in_the_middle() -> None:
    visits = [a_visit(1, 15, MINUTE), a_visit(2, 30, MINUTE), a_visit(3, 59, MINUTE)]
    plan = solved(visits, a_shift(max_leg_time=20 * MINUTE, end=30))
    assert left_out(plan) == [3]
    assert plan.routes[0].visit_ids == (1, 2)


def test_the_last_visit_is_left_in_time() -> None:
    visits = [a_visit(n, 10, HOUR) for n in range(1, 9)]
    plan = solved(visits, a_shift(breaks=(LUNCH,), last_departure=15 * HOUR))
    assert plan.routes[0].stops[-1].end <= 15 * HOUR
    assert len(left_out(plan)) == 2


def test_maintenance_fills_gaps_and_leaves_the_reserve_to_emergencies() -> None:
    shift = a_shift(reserve=2 * HOUR)
    movable = [a_visit(n, 10, HOUR, movable=True) for n in range(1, 9)]
    assert len(left_out(solved(movable, shift))) == 2
    urgent = [a_visit(n, 10, 2 * HOUR, urgent=True) for n in (11, 12, 13)]
    plan = solved([*movable[:6], *urgent], shift)
    assert len(set(left_out(plan)) & {11, 12, 13}) == len(left_out(plan)) == 2
    booked = [a_visit(n, 10, HOUR) for n in range(21, 29)]
    assert left_out(solved(booked, shift)) == []


def test_an_activity_stays_where_it_was_put() -> None:
    training = a_visit(1, 0, 2 * HOUR, pin=Pin(1, 10 * HOUR))
    plan = solved([training, *(a_visit(n, 10, 30 * MINUTE) for n in (2, 3, 4))])
    assert left_out(plan) == []
    (stop,) = [stop for stop in plan.routes[0].stops if stop.visit_id == 1]
    assert (stop.start, stop.end) == (10 * HOUR, 12 * HOUR)


def test_a_day_under_way_keeps_its_facts() -> None:
    facts = [a_visit(1, 10, pin=Pin(1, 9 * HOUR)), a_visit(2, 20, pin=Pin(1, 10 * HOUR + 60))]
    plan = solved([*facts, a_visit(3, 20), a_visit(4, 5)], a_shift(breaks=(LUNCH,)))
    assert left_out(plan) == []
    assert plan.routes[0].visit_ids[:2] == (1, 2)


def test_a_pinned_visit_that_cannot_be_on_time_is_served_all_the_same() -> None:
    pinned = a_visit(1, windows=between(0, HOUR), skills=frozenset({7}), pin=Pin(1))
    plan = solved([pinned, a_visit(2)])
    assert where(plan) == {1: 1, 2: 1}


def test_allowed_and_forbidden_shifts_are_kept() -> None:
    plan = solved(
        [a_visit(1, allowed_shifts=frozenset({2})), a_visit(2, forbidden_shifts=frozenset({2}))],
        a_shift(1),
        a_shift(2),
    )
    assert where(plan) == {1: 2, 2: 1}


@pytest.mark.parametrize(("cost", "shift"), [(HOUR, 2), (60, 1)])
def test_a_preferred_shift_is_worth_its_cost(cost: int, shift: int) -> None:
    far, near = a_shift(2, start=0, end=0), a_shift(1, start=10, end=10)
    visit = a_visit(1, 10, preferred_shifts=frozenset({2}), preference_cost=cost)
    assert where(solved([visit], near, far)) == {1: shift}


def test_loads_and_counts_are_shared_out() -> None:
    visits = [a_visit(n, 10, MINUTE, delivery=(2,)) for n in (1, 2, 3)]
    by_load = solved(visits, a_shift(1, capacity=(4,)), a_shift(2, capacity=(3,)))
    by_count = solved(visits, a_shift(1, max_tasks=2), a_shift(2, max_tasks=1))
    for plan in (by_load, by_count):
        assert sorted(where(plan).values()) == [1, 1, 2]


def test_a_shift_drives_no_longer_than_it_may() -> None:
    plan = solved([a_visit(1, 10), a_visit(2, 40)], a_shift(max_travel_time=HOUR))
    assert left_out(plan) == [2]


def test_a_dear_shift_stays_at_home() -> None:
    visits = [a_visit(1), a_visit(2)]
    assert set(where(solved(visits, a_shift(1, fixed_cost=99), a_shift(2))).values()) == {2}
    assert set(where(solved(visits, a_shift(1, cost_per_hour=3700), a_shift(2))).values()) == {2}


def test_a_little_lateness_beats_leaving_out() -> None:
    wish = between(8 * HOUR, 9 * HOUR)
    visits = [a_visit(n, 10, windows=wish, penalty=9000, max_lateness=HOUR) for n in (1, 2)]
    plan = solved(visits)
    assert left_out(plan) == []
    assert plan.routes[0].lateness == 10 * MINUTE


def test_a_faster_van_serves_what_a_slow_one_cannot() -> None:
    short = TimeWindow(8 * HOUR, 9 * HOUR)
    visit = a_visit(1, 40, 60)
    assert left_out(solved([visit], a_shift(window=short))) == [1]
    assert left_out(solved([visit], a_shift(window=short, speed_factor=2.0))) == []


def test_setting_up_once_leaves_time_for_the_neighbour() -> None:
    visits = [a_visit(n, 10, 4 * HOUR, setup=20 * MINUTE) for n in (1, 2)]
    assert left_out(solved(visits)) == []


def test_the_given_plan_is_the_start() -> None:
    visits = [a_visit(n, 10, 100 * MINUTE) for n in range(1, 9)]
    plan = solved(visits, a_shift(1, steps=(5, 6)), a_shift(2, steps=(1, 2)), iterations=1)
    assert left_out(plan) == []


def test_steps_that_break_rules_are_mended() -> None:
    visits = [a_visit(1, skills=frozenset({7})), a_visit(2, windows=between(9 * HOUR, 10 * HOUR))]
    shifts = [a_shift(1, steps=(1, 2)), a_shift(2, steps=(2, 1), skills=frozenset({7}))]
    assert left_out(solved(visits, *shifts)) == []


def test_steps_that_no_day_can_hold_are_shortened() -> None:
    visits = [a_visit(n, 10, 3 * HOUR) for n in range(1, 6)]
    plan = solved(visits, a_shift(steps=(1, 2, 3, 4, 5)))
    assert len(left_out(plan)) == 3


def test_a_waived_rule_lets_a_visit_in() -> None:
    visit = a_visit(1, skills=frozenset({7}))
    assert left_out(solved([visit])) == [1]
    assert left_out(solved([visit], waivers=[Waiver(Rule.SKILL, 1)])) == []


def test_the_same_question_and_seed_give_the_same_plan() -> None:
    visits = [a_visit(n, (7 * n) % 50, 40 * MINUTE, windows=(DAY,)) for n in range(1, 25)]
    problem = a_problem(visits, a_shift(1, breaks=(LUNCH,)), a_shift(2, breaks=(LUNCH,)))
    assert solve(problem, Budget(iterations=30), 3) == solve(problem, Budget(iterations=30), 3)


def test_progress_is_told_and_never_gets_worse() -> None:
    visits = [a_visit(n, (7 * n) % 50, 40 * MINUTE) for n in range(1, 15)]
    told: list[Progress] = []
    plan = solve(a_problem(visits), Budget(iterations=50), progress=told.append)
    assert [one.cost for one in told] == sorted((one.cost for one in told), reverse=True)
    assert told[-1].cost == plan.cost


def test_a_search_told_to_stop_returns_what_it_has() -> None:
    problem = a_problem([a_visit(1), a_visit(2)])
    plan = solve(problem, Budget(iterations=10**6), stopped=lambda: True)
    assert left_out(plan) == []


@pytest.mark.parametrize("budget", [{}, {"seconds": 0.0}, {"iterations": 0}])
def test_a_budget_says_when_to_stop(budget: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Budget(**budget)


def test_a_plan_can_come_with_the_bound_that_it_meets() -> None:
    problem = a_problem([a_visit(1, 10), a_visit(2, 20)])
    plan = solve(problem, Budget(iterations=20, bounded=True))
    assert plan.bound == Bound(40 * MINUTE)
    assert (plan.gap, plan.gap_served) == (0.0, 0.0)
    assert solve(problem, Budget(iterations=20)).bound is None


def test_rounds_leave_the_bound_its_time() -> None:
    assert Budget(10).share(0.5).seconds == 5
    assert Budget(10, bounded=True).share(0.5).seconds == 3.5
    assert Budget(iterations=10, bounded=True).share(0.5).iterations == 5


def test_no_time_is_kept_for_risk_that_nobody_can_know() -> None:
    asked = replace(a_problem([a_visit(1)]), weights=Weights(risk=3))
    assert seconds_of_search(asked, Budget(10)) == 10
    assert seconds_of_search(replace(asked, spreads=Spreads()), Budget(10)) == 8
