"""Rules between routes: crews, waits, tools, rest, balance and change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fieldservice.errors import Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import After, Overtime, Pin, Problem, Rule, TimeWindow, Weights
from fieldservice.scheduling.solve import Budget, solve
from tests.unit.scheduling.instances import (
    DAY,
    HOUR,
    MINUTE,
    a_problem,
    a_shift,
    a_visit,
    between,
)

SOON = Budget(iterations=20)


def starts(plan: Plan) -> dict[int, int]:
    return {
        stop.visit_id: stop.start
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id is not None
    }


def rules(problem: Problem, plan: Plan) -> set[Rule]:
    return {one.rule for one in check(problem, plan).introduced}


def crew(**rules: Any) -> Problem:
    """Two at the same door at once, one of them with a skill; both vans have other work."""
    visits = [
        a_visit(1, 10, group=7, **rules),
        a_visit(2, 10, group=7, skills=frozenset({5}), **rules),
        a_visit(3, 5),
        a_visit(4, 20),
    ]
    return a_problem(visits, a_shift(1, skills=frozenset({5})), a_shift(2))


def test_a_crew_starts_together_on_two_shifts() -> None:
    problem = crew()
    plan = solve(problem, SOON)
    when = starts(plan)
    assert plan.unassigned == ()
    assert when[1] == when[2]
    assert check(problem, plan).introduced == ()


def test_whoever_comes_first_waits_for_the_others_of_the_crew() -> None:
    plan = build_plan(crew(), {1: (2,), 2: (3, 4, 1)})
    when = starts(plan)
    assert when[1] == when[2] > when[4]


def test_a_crew_is_whole_or_absent() -> None:
    problem = crew()
    assert Rule.GROUP in rules(problem, build_plan(problem, {1: (2, 3), 2: (4,)}))


def test_nobody_is_twice_in_a_crew() -> None:
    problem = crew()
    assert Rule.GROUP in rules(problem, build_plan(problem, {1: (1, 2, 3), 2: (4,)}))


def test_a_crew_larger_than_the_team_is_explained_with_a_proof() -> None:
    visits = [a_visit(number, 10, group=7) for number in (1, 2, 3)]
    plan = solve(a_problem(visits, a_shift(1), a_shift(2)), SOON)
    assert [left.visit_id for left in plan.unassigned] == [1, 2, 3]
    assert all(left.reasons[0].proved for left in plan.unassigned)
    assert plan.unassigned[0].reasons[0].rule is Rule.GROUP


def drying(**wait: Any) -> Problem:
    """Glue first, then fit once it is dry."""
    after = (After(1, **wait),)
    return a_problem([a_visit(1, 10), a_visit(2, 10, after=after)], a_shift(1), a_shift(2))


def test_what_waits_for_another_visit_starts_when_it_may() -> None:
    problem = drying(delay=2 * HOUR, max_delay=3 * HOUR)
    plan = solve(problem, SOON)
    when = starts(plan)
    assert plan.unassigned == ()
    assert 2 * HOUR <= when[2] - (when[1] + HOUR) <= 3 * HOUR


def test_too_soon_too_late_and_elsewhere_are_seen() -> None:
    plan = build_plan(drying(), {1: (1,), 2: (2,)})
    for wait in ({"delay": HOUR * 9}, {"same_shift": True}):
        assert Rule.AFTER in rules(drying(**wait), plan)
    late = replace(
        drying(max_delay=0), visits=(a_visit(1), a_visit(2, 10, after=(After(1, 0, 0),)))
    )
    held = build_plan(late, {1: (1,), 2: (2,)})
    assert check(late, held).introduced == ()
    assert Rule.AFTER in rules(late, _later(held, 2, HOUR))


def _later(plan: Plan, visit_id: int, seconds: int) -> Plan:
    """The plan with one visit claimed later than it is."""
    routes = tuple(
        replace(
            route,
            stops=tuple(
                replace(stop, start=stop.start + seconds, end=stop.end + seconds)
                if stop.visit_id == visit_id
                else stop
                for stop in route.stops
            ),
        )
        for route in plan.routes
    )
    return replace(plan, routes=routes)


def test_the_first_waits_at_home_rather_than_let_too_much_time_pass() -> None:
    visits = [
        a_visit(1, 10),
        a_visit(2, 10, after=(After(1, 0, HOUR),), windows=between(14 * HOUR, 15 * HOUR)),
    ]
    plan = build_plan(a_problem(visits, a_shift(1), a_shift(2)), {1: (1,), 2: (2,)})
    assert starts(plan) == {1: 12 * HOUR, 2: 14 * HOUR}


def test_what_follows_a_visit_left_out_is_left_out_too() -> None:
    visits = [
        a_visit(1, 10, skills=frozenset({9})),
        a_visit(2, 10, after=(After(1),)),
        a_visit(3, 5),
    ]
    problem = a_problem(visits, a_shift(1))
    plan = solve(problem, SOON)
    assert {left.visit_id for left in plan.unassigned} == {1, 2}
    assert all(left.reasons for left in plan.unassigned)
    assert Rule.AFTER in rules(problem, build_plan(problem, {1: (2, 3)}))


def test_visits_that_wait_for_each_other_are_refused_by_name() -> None:
    visits = [a_visit(1, after=(After(2),)), a_visit(2, after=(After(1),))]
    with pytest.raises(Refused, match=r"wait for each other: \d → \d → \d"):
        a_problem(visits)


def test_one_ladder_goes_with_one_van() -> None:
    visits = [a_visit(number, 10 * number, tools=frozenset({4})) for number in (1, 2, 3)]
    visits.append(a_visit(4, 55))
    problem = a_problem(visits, a_shift(1), a_shift(2), tools={4: 1})
    plan = solve(problem, SOON)
    assert plan.unassigned == ()
    carrying = [route for route in plan.routes if set(route.visit_ids) & {1, 2, 3}]
    assert len(carrying) == 1
    assert Rule.TOOL in rules(problem, build_plan(problem, {1: (1, 2), 2: (3, 4)}))


def two_days(rest: int) -> Problem:
    late = Overtime(4 * HOUR, 0)
    night = TimeWindow(DAY.start + 24 * HOUR, DAY.end + 24 * HOUR)
    visits = [
        a_visit(1, 10, windows=between(17 * HOUR, 18 * HOUR), penalty=9 * HOUR),
        a_visit(2, 10, windows=between(32 * HOUR, 33 * HOUR), penalty=9 * HOUR),
    ]
    return a_problem(
        visits,
        a_shift(1, overtime=late, technician=3, rest=rest),
        a_shift(2, window=night, technician=3, rest=rest),
    )


def test_a_technician_rests_between_two_days() -> None:
    short = two_days(rest=11 * HOUR)
    assert check(short, build_plan(short, {1: (1,), 2: (2,)})).introduced == ()
    long = two_days(rest=14 * HOUR)
    assert Rule.REST in rules(long, build_plan(long, {1: (1,), 2: (2,)}))
    assert len(solve(long, SOON).unassigned) == 1


def test_balance_gives_the_idle_van_some_of_the_work() -> None:
    visits = [a_visit(number, 5) for number in range(1, 5)]
    alone = a_problem(visits, a_shift(1), a_shift(2, fixed_cost=600))
    assert len(solve(alone, SOON).routes) == 1
    fair = a_problem(visits, a_shift(1), a_shift(2), weights=Weights(balance=1))
    plan = solve(fair, SOON)
    assert plan.between.balance == 0
    assert plan.cost == sum(route.cost for route in plan.routes)


def as_published(told: TimeWindow | None = None, **rules: Any) -> Problem:
    """Two vans each with the other's neighbourhood: moving saves driving and costs changes."""
    visits = [a_visit(n, place, told=told) for n, place in ((1, 10), (2, 50), (3, 12), (4, 52))]
    shifts = (
        a_shift(1, start=10, end=10, steps=(2, 1), starts=(9 * HOUR, 12 * HOUR)),
        a_shift(2, start=50, end=50, steps=(3, 4), starts=(9 * HOUR, 12 * HOUR)),
    )
    return a_problem(visits, *shifts, **rules)


def test_a_dear_change_keeps_every_visit_on_its_shift() -> None:
    free, dear = as_published(), as_published(weights=Weights(change=10 * HOUR))
    assert set(solve(free, SOON).sequences[1]) == {1, 3}
    plan = solve(dear, SOON)
    assert {shift: set(ids) for shift, ids in plan.sequences.items()} == {1: {1, 2}, 2: {3, 4}}


def test_no_more_visits_are_moved_than_may_be() -> None:
    for most in (0, 1, 2, 4):
        problem = as_published(max_changes=most)
        plan = solve(problem, SOON)
        assert check(problem, plan).introduced == ()
        assert plan.between.changes <= most
        assert plan.unassigned == ()
    everything = build_plan(as_published(max_changes=1), {1: (1, 3), 2: (2, 4)})
    assert Rule.MAX_CHANGES in rules(as_published(max_changes=1), everything)


def test_who_was_told_a_window_is_moved_only_by_leaving_it() -> None:
    told = TimeWindow(9 * HOUR, 13 * HOUR)
    problem = as_published(told=told, max_changes=0)
    plan = solve(problem, SOON)
    assert set(plan.sequences[1]) == {1, 3}
    assert plan.between.changes == 0
    late = as_published(told=TimeWindow(8 * HOUR, 8 * HOUR + 1), max_changes=0)
    assert Rule.MAX_CHANGES in rules(late, build_plan(late, {1: (1, 3), 2: (2, 4)}))


def test_a_pinned_visit_stays_though_its_neighbour_would_change_places_with_it() -> None:
    visits = [
        a_visit(1, 10, pin=Pin(2), together=frozenset({8})),
        a_visit(2, 50, pin=Pin(1), together=frozenset({9})),
    ]
    shifts = (a_shift(1, start=10, end=10), a_shift(2, start=50, end=50))
    problem = a_problem(visits, *shifts, weights=Weights(together=HOUR))
    assert solve(problem, SOON).sequences == {1: (2,), 2: (1,)}


def test_one_customer_meets_one_technician_where_it_is_worth_it() -> None:
    visits = [a_visit(1, 10, together=frozenset({8})), a_visit(2, 50, together=frozenset({8}))]
    shifts = (a_shift(1, start=10, end=10), a_shift(2, start=50, end=50))
    assert len(solve(a_problem(visits, *shifts), SOON).routes) == 2
    plan = solve(a_problem(visits, *shifts, weights=Weights(together=3 * HOUR)), SOON)
    assert len(plan.routes) == 1
    assert plan.between.extra == 0


def test_pinned_visits_that_cannot_start_together_are_accepted_as_decided() -> None:
    visits = [
        a_visit(1, 10, group=7, pin=Pin(1, 9 * HOUR)),
        a_visit(2, 10, group=7, pin=Pin(2, 10 * HOUR)),
    ]
    problem = a_problem(visits, a_shift(1), a_shift(2))
    plan = solve(problem, SOON)
    findings = check(problem, plan)
    assert findings.introduced == ()
    assert {one.rule for one in findings.accepted} == {Rule.GROUP}
    assert starts(plan)[2] - starts(plan)[1] == 60 * MINUTE
