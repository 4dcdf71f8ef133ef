"""Each kind of violation, put into a good plan, is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fieldservice.scheduling.check import check
from fieldservice.scheduling.plan import Plan, Unassigned, build_plan
from fieldservice.scheduling.problem import Overtime, Pin, Problem, Rule, Shift, Visit, Waiver

from .instances import (
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


def introduced(problem: Problem, plan: Plan) -> set[Rule]:
    return {violation.rule for violation in check(problem, plan).introduced}


def accepted(problem: Problem, plan: Plan) -> set[Rule]:
    return {violation.rule for violation in check(problem, plan).accepted}


def a_good_day() -> tuple[Problem, Plan]:
    visits = [
        a_visit(1, 10, windows=between(9 * HOUR, 10 * HOUR), penalty=9000),
        a_visit(2, 20, setup=300, penalty=9000),
        a_visit(3, 30, penalty=9000),
    ]
    problem = a_problem(visits, a_shift(1, breaks=(LUNCH,)), a_shift(2))
    return problem, build_plan(problem, {1: [1, 2]})


def with_stop(plan: Plan, place: int, **changes: Any) -> Plan:
    route = plan.routes[0]
    stops = list(route.stops)
    stops[place] = replace(stops[place], **changes)
    return replace(plan, routes=(replace(route, stops=tuple(stops)),))


def with_route(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **changes),))


def test_a_good_day_breaks_nothing() -> None:
    problem, plan = a_good_day()
    assert check(problem, plan).introduced == ()
    assert check(problem, plan).accepted == ()
    assert [stop.break_id for stop in plan.routes[0].stops] == [None, None, 1]


def test_an_overlap() -> None:
    problem, plan = a_good_day()
    second = plan.routes[0].stops[1]
    early = with_stop(plan, 1, start=second.start - 1500, end=second.end - 1500)
    assert Rule.OVERLAP in introduced(problem, early)


def test_starting_before_arriving() -> None:
    problem, plan = a_good_day()
    second = plan.routes[0].stops[1]
    assert Rule.OVERLAP in introduced(problem, with_stop(plan, 1, arrival=second.start + 60))


def test_a_drive_too_short() -> None:
    problem, plan = a_good_day()
    first = plan.routes[0].stops[0]
    assert Rule.TRAVEL in introduced(problem, with_stop(plan, 1, arrival=first.end + 60))


def test_a_drive_that_claims_less_than_it_needs() -> None:
    problem, plan = a_good_day()
    assert Rule.TRAVEL in introduced(problem, with_stop(plan, 1, travel_before=60))


def test_a_drive_home_too_short() -> None:
    problem, plan = a_good_day()
    finish = plan.routes[0].finish
    assert Rule.TRAVEL in introduced(problem, with_route(plan, finish=finish - 60))


def test_a_service_cut_short() -> None:
    problem, plan = a_good_day()
    second = plan.routes[0].stops[1]
    assert Rule.DURATION in introduced(problem, with_stop(plan, 1, end=second.end - 60))


@pytest.mark.parametrize("start", [8 * HOUR + 30 * MINUTE, 10 * HOUR + 1])
def test_a_start_outside_the_window(start: int) -> None:
    problem, plan = a_good_day()
    assert Rule.WINDOW in introduced(problem, with_stop(plan, 0, start=start, end=start + HOUR))


def test_a_start_later_than_the_lateness_allowed() -> None:
    visit = a_visit(1, windows=between(8 * HOUR, 8 * HOUR), max_lateness=5 * MINUTE)
    problem = a_problem([visit])
    assert introduced(problem, build_plan(problem, {1: [1]})) == {Rule.LATENESS}


def test_a_shift_that_ends_too_late() -> None:
    problem = a_problem([a_visit(1, service=9 * HOUR)])
    assert introduced(problem, build_plan(problem, {1: [1]})) == {Rule.SHIFT_HOURS}


def test_a_shift_that_leaves_too_early() -> None:
    problem, plan = a_good_day()
    assert Rule.SHIFT_HOURS in introduced(problem, with_route(plan, departure=7 * HOUR))


def test_too_much_overtime() -> None:
    shift = a_shift(overtime=Overtime(10 * MINUTE))
    problem = a_problem([a_visit(1, service=9 * HOUR)], shift)
    assert introduced(problem, build_plan(problem, {1: [1]})) == {Rule.OVERTIME}


def test_a_break_outside_its_window() -> None:
    problem, plan = a_good_day()
    at_two = with_stop(plan, 2, start=14 * HOUR, end=14 * HOUR + LUNCH.duration)
    assert Rule.BREAK in introduced(problem, at_two)


def test_a_break_cut_short() -> None:
    problem, plan = a_good_day()
    assert Rule.BREAK in introduced(problem, with_stop(plan, 2, end=NOON + 60))


def test_a_break_not_taken() -> None:
    problem, plan = a_good_day()
    stops = plan.routes[0].stops[:2]
    assert Rule.BREAK in introduced(problem, with_route(plan, stops=stops))


BROKEN_BY_ASSIGNMENT: list[tuple[Rule, Visit, Shift]] = [
    (Rule.SKILL, a_visit(1, skills=frozenset({7})), a_shift()),
    (Rule.ALLOWED_SHIFT, a_visit(1, allowed_shifts=frozenset({2})), a_shift()),
    (Rule.FORBIDDEN_SHIFT, a_visit(1, forbidden_shifts=frozenset({1})), a_shift()),
    (Rule.CAPACITY, a_visit(1, delivery=(5,)), a_shift(capacity=(4,))),
    (Rule.MAX_TASKS, a_visit(1), a_shift(max_tasks=0)),
    (Rule.MAX_TRAVEL_TIME, a_visit(1), a_shift(max_travel_time=60)),
    (Rule.MAX_LEG_TIME, a_visit(1), a_shift(max_leg_time=60)),
    (Rule.LAST_DEPARTURE, a_visit(1), a_shift(last_departure=9 * HOUR)),
    (Rule.AREA, a_visit(1), a_shift(area=(a_stretch(0, 9), a_stretch(11, 20)))),
    (Rule.SKILL, a_visit(1, skill_levels={7: 3}), a_shift(skill_levels={7: 2})),
    (Rule.SKILL, a_visit(1, skill_levels={7: 2}), a_shift(skills=frozenset({7}))),
]


@pytest.mark.parametrize(("rule", "visit", "shift"), BROKEN_BY_ASSIGNMENT)
def test_a_visit_on_a_shift_that_may_not_serve_it(rule: Rule, visit: Visit, shift: Shift) -> None:
    problem = a_problem([visit], shift, a_shift(2))
    assert introduced(problem, build_plan(problem, {1: [1]})) == {rule}


@pytest.mark.parametrize(("rule", "visit", "shift"), BROKEN_BY_ASSIGNMENT)
def test_a_waived_rule_is_listed_and_accepted(rule: Rule, visit: Visit, shift: Shift) -> None:
    problem = a_problem([visit], shift, a_shift(2), waivers=[Waiver(rule, 1)])
    plan = build_plan(problem, {1: [1]})
    assert (accepted(problem, plan), introduced(problem, plan)) == ({rule}, set())


@pytest.mark.parametrize(("rule", "visit", "shift"), BROKEN_BY_ASSIGNMENT)
def test_what_a_pin_breaks_by_itself_is_accepted(rule: Rule, visit: Visit, shift: Shift) -> None:
    problem = a_problem([replace(visit, pin=Pin(1))], shift, a_shift(2))
    plan = build_plan(problem, {1: [1]})
    assert (accepted(problem, plan), introduced(problem, plan)) == ({rule}, set())


def test_a_trainee_who_works_as_fast_as_a_master() -> None:
    visit = a_visit(1, setup=60, service_per_type={"trainee": 2 * HOUR}, setup_per_type={"van": 0})
    trainee = a_problem([visit], a_shift(type="trainee"))
    honest = build_plan(trainee, {1: [1]})
    assert introduced(trainee, honest) == set()
    master = build_plan(a_problem([visit]), {1: [1]})
    assert Rule.DURATION in introduced(trainee, master)
    van = a_problem([visit], a_shift(type="van"))
    assert Rule.DURATION in introduced(van, master)


def test_maintenance_that_takes_the_reserve() -> None:
    movable, urgent = a_visit(1, 10, 2 * HOUR, movable=True), a_visit(2, 10, 6 * HOUR, urgent=True)
    shift = a_shift(reserve=6 * HOUR)
    spared = a_problem([movable, urgent], shift)
    assert introduced(spared, build_plan(spared, {1: [1, 2]})) == set()
    longer = a_problem([replace(movable, service=3 * HOUR), urgent], shift)
    assert introduced(longer, build_plan(longer, {1: [1]})) == {Rule.RESERVE}
    booked = a_problem([movable, replace(urgent, service=HOUR, urgent=False)], shift)
    assert introduced(booked, build_plan(booked, {1: [1, 2]})) == {Rule.RESERVE}
    pinned = a_problem([replace(movable, service=3 * HOUR, pin=Pin(1))], shift)
    assert introduced(pinned, build_plan(pinned, {1: [1]})) == set()


def test_a_pinned_visit_elsewhere_or_nowhere() -> None:
    problem = a_problem([a_visit(1, pin=Pin(1))], a_shift(1), a_shift(2))
    assert introduced(problem, build_plan(problem, {2: [1]})) == {Rule.PIN}
    assert introduced(problem, build_plan(problem, {})) == {Rule.PIN}


def test_a_visit_pinned_in_time_that_is_moved() -> None:
    problem = a_problem([a_visit(1, pin=Pin(1, 9 * HOUR))])
    plan = build_plan(problem, {1: [1]})
    assert introduced(problem, plan) == set()
    assert Rule.PIN in introduced(problem, with_stop(plan, 0, start=9 * HOUR + 1))


def test_a_pinned_start_outside_its_window_is_accepted() -> None:
    visit = a_visit(1, windows=between(9 * HOUR, 10 * HOUR), pin=Pin(1, 11 * HOUR))
    problem = a_problem([visit])
    plan = build_plan(problem, {1: [1]})
    assert (accepted(problem, plan), introduced(problem, plan)) == ({Rule.WINDOW}, set())


def test_stops_that_started_sooner_than_the_drive_allows_are_accepted() -> None:
    facts = [a_visit(1, 10, pin=Pin(1, 9 * HOUR)), a_visit(2, 20, pin=Pin(1, 10 * HOUR + 60))]
    problem = a_problem(facts)
    plan = build_plan(problem, {1: [1, 2]})
    assert (accepted(problem, plan), introduced(problem, plan)) == ({Rule.TRAVEL}, set())


def test_what_pins_break_is_not_accepted_when_made_worse() -> None:
    visits = [a_visit(1, 10, 9 * HOUR, pin=Pin(1)), a_visit(2, 20, MINUTE)]
    problem = a_problem(visits)
    alone, crowded = build_plan(problem, {1: [1]}), build_plan(problem, {1: [1, 2]})
    assert (accepted(problem, alone), introduced(problem, alone)) == ({Rule.SHIFT_HOURS}, set())
    assert introduced(problem, crowded) == {Rule.SHIFT_HOURS}


def test_things_that_do_not_exist() -> None:
    problem, plan = a_good_day()
    assert introduced(problem, with_stop(plan, 0, visit_id=99)) == {Rule.UNKNOWN, Rule.MISSING}
    assert introduced(problem, with_stop(plan, 2, break_id=99)) == {Rule.UNKNOWN}
    assert introduced(problem, with_route(plan, shift_id=99)) == {Rule.UNKNOWN}


def test_a_visit_served_twice_or_served_and_left_out() -> None:
    problem, plan = a_good_day()
    assert Rule.DUPLICATE in introduced(problem, with_stop(plan, 1, visit_id=1))
    left_out = (*plan.unassigned, Unassigned(1))
    assert introduced(problem, replace(plan, unassigned=left_out)) == {Rule.DUPLICATE}


def test_a_shift_used_twice() -> None:
    problem, plan = a_good_day()
    assert Rule.DUPLICATE in introduced(problem, replace(plan, routes=plan.routes * 2))


def test_a_visit_that_vanished() -> None:
    problem, plan = a_good_day()
    assert introduced(problem, replace(plan, unassigned=())) == {Rule.MISSING}


@pytest.mark.parametrize(
    "measure", ["travel", "service", "waiting", "lateness", "overtime", "cost", "finish"]
)
def test_a_measure_of_a_route_that_does_not_add_up(measure: str) -> None:
    problem, plan = a_good_day()
    claimed = getattr(plan.routes[0], measure) + 1
    assert Rule.MEASURE in introduced(problem, with_route(plan, **{measure: claimed}))


@pytest.mark.parametrize("measure", ["cost", "penalty"])
def test_a_measure_of_the_plan_that_does_not_add_up(measure: str) -> None:
    problem, plan = a_good_day()
    claimed = replace(plan, **{measure: getattr(plan, measure) + 1})
    assert introduced(problem, claimed) == {Rule.MEASURE}


def test_a_stop_that_hides_its_lateness() -> None:
    visit = a_visit(1, windows=between(8 * HOUR, 8 * HOUR), max_lateness=HOUR)
    problem = a_problem([visit])
    hidden = with_stop(build_plan(problem, {1: [1]}), 0, lateness=0)
    assert introduced(problem, hidden) == {Rule.MEASURE}
