"""Why visits are left out, what would let them in, and what a plan pays for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings

from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explaining.alternatives import all_alternatives
from fieldservice.scheduling.explaining.applying import applied
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.explaining.unserved import explain, explain_one
from fieldservice.scheduling.explaining.words import fix_sentence, reason_sentence
from fieldservice.scheduling.insertion import insertions
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Overtime, Problem, Rule, TimeWindow
from fieldservice.scheduling.reasons import Fix, FixKind, Obstacle, Reason, Unassigned
from fieldservice.scheduling.score import Score, score_of_plan, score_of_route
from fieldservice.scheduling.solve import Budget, solve

from .instances import DAY, HOUR, MINUTE, a_problem, a_shift, a_visit, between
from .test_any_problem import problems, slow_is_fine

some = settings(slow_is_fine, max_examples=40)

Orders = Mapping[int, Sequence[int]]


def explained(problem: Problem, visit_id: int, order: tuple[int, ...] = ()) -> Unassigned:
    draft = Draft(problem)
    draft.adopt({1: order})
    return explain(draft, lambda: True)[visit_id]


def rules(problem: Problem, visit_id: int, order: tuple[int, ...] = ()) -> list[tuple[Rule, bool]]:
    return [(one.rule, one.proved) for one in explained(problem, visit_id, order).reasons]


def fix(problem: Problem, visit_id: int, order: tuple[int, ...], kind: FixKind) -> Fix:
    return next(one for one in explained(problem, visit_id, order).fixes if one.kind is kind)


def test_a_skill_nobody_has_is_proved_and_a_person_may_waive_it() -> None:
    problem = a_problem([a_visit(1, skills=frozenset({7}))], a_shift(1), a_shift(2))
    assert rules(problem, 1) == [(Rule.SKILL, True)]
    waived = fix(problem, 1, (), FixKind.WAIVER)
    assert (waived.rule, waived.cost) == (Rule.SKILL, 20 * MINUTE)


def test_a_window_outside_all_hours_is_proved() -> None:
    assert rules(a_problem([a_visit(1, windows=between(0, HOUR))]), 1) == [(Rule.WINDOW, True)]


def test_a_visit_longer_than_any_shift_is_proved() -> None:
    assert rules(a_problem([a_visit(1, service=10 * HOUR)]), 1) == [(Rule.SHIFT_HOURS, True)]


def test_a_place_too_far_to_return_from_is_proved() -> None:
    short = a_shift(window=TimeWindow(8 * HOUR, 9 * HOUR))
    assert rules(a_problem([a_visit(1, 40, 0)], short), 1) == [(Rule.SHIFT_HOURS, True)]


def test_without_shifts_nothing_can_be_served() -> None:
    problem = Problem((a_visit(1),), (), {"car": a_problem([]).travel["car"]})
    (reason,) = explain(Draft(problem), lambda: True)[1].reasons
    assert (reason.rule, reason.proved) == (Rule.NOBODY, True)
    assert "no technician" in reason_sentence(problem, problem.visit(1), reason)


def test_a_full_day_is_not_proved_and_names_the_overtime_that_would_do() -> None:
    problem = a_problem([a_visit(1, 10, 8 * HOUR), a_visit(2, 10, HOUR)])
    assert rules(problem, 2, (1,)) == [(Rule.SHIFT_HOURS, False)]
    longer = fix(problem, 2, (1,), FixKind.OVERTIME)
    assert (longer.overtime, longer.cost) == (20 * MINUTE, 2 * 20 * MINUTE)
    assert fix_sentence(problem, longer) == "Allow shift 1 20 min more overtime."


def test_a_window_taken_names_how_much_wider_would_do() -> None:
    wish = between(8 * HOUR + 10 * MINUTE, 9 * HOUR)
    problem = a_problem([a_visit(1, windows=wish), a_visit(2, windows=wish)])
    assert rules(problem, 2, (1,)) == [(Rule.WINDOW, False)]
    wider = fix(problem, 2, (1,), FixKind.WINDOW)
    assert wider.window == TimeWindow(wish[0].start, 9 * HOUR + 10 * MINUTE)


def test_a_window_far_off_is_named_instead_of_one_as_wide_as_the_day() -> None:
    wish = between(8 * HOUR, 10 * HOUR)
    first = between(8 * HOUR + 10 * MINUTE, 8 * HOUR + 10 * MINUTE)
    problem = a_problem([a_visit(1, 10, 5 * HOUR, windows=first), a_visit(2, windows=wish)])
    other = fix(problem, 2, (1,), FixKind.WINDOW)
    assert other.window == TimeWindow(13 * HOUR, 15 * HOUR)


def test_another_day_is_named_where_the_problem_holds_several() -> None:
    tomorrow = TimeWindow(DAY.start + 24 * HOUR, DAY.end + 24 * HOUR)
    today = between(8 * HOUR, 9 * HOUR)
    problem = a_problem(
        [a_visit(1, 10, 8 * HOUR, windows=today), a_visit(2, windows=today)],
        a_shift(1),
        a_shift(2, window=tomorrow),
    )
    found = fix(problem, 2, (1,), FixKind.DAY)
    assert (found.shift_id, found.cost) == (2, 20 * MINUTE)


def test_a_dearer_visit_may_take_the_place_of_another() -> None:
    problem = a_problem(
        [a_visit(1, 10, 8 * HOUR, penalty=100), a_visit(2, 20, 8 * HOUR, penalty=900)]
    )
    swap = fix(problem, 2, (1,), FixKind.SWAP)
    assert (swap.leaves, swap.cost, swap.penalty) == (1, 20 * MINUTE, -800)
    assert not any(one.leaves for one in explained(problem, 1, (2,)).fixes)


def test_a_visit_not_worth_its_drive_says_what_serving_it_costs() -> None:
    problem = a_problem([a_visit(1, 20, penalty=60)])
    (reason,) = explained(problem, 1).reasons
    assert (reason.rule, reason.proved, reason.cost) == (Rule.PENALTY, False, 40 * MINUTE)
    assert [one.kind for one in reason.fixes] == [FixKind.SERVE]


def test_a_wish_too_dear_to_miss_may_be_dropped() -> None:
    wish = a_visit(1, 20, preferred_shifts=frozenset({2}), preference_cost=5000, penalty=3000)
    problem = a_problem([wish], a_shift(1), a_shift(2, max_tasks=0))
    dropped = fix(problem, 1, (), FixKind.WISH)
    assert (dropped.shift_id, dropped.cost) == (1, 40 * MINUTE)


def test_a_shift_with_its_number_of_visits_says_so() -> None:
    problem = a_problem([a_visit(1), a_visit(2)], a_shift(max_tasks=1))
    assert rules(problem, 2, (1,))[0] == (Rule.MAX_TASKS, False)
    assert fix(problem, 2, (1,), FixKind.WAIVER).rule is Rule.MAX_TASKS


def test_each_shift_has_its_own_obstacle() -> None:
    problem = a_problem(
        [a_visit(1, 10, 8 * HOUR), a_visit(2, skills=frozenset({7}))],
        a_shift(1, skills=frozenset({7})),
        a_shift(2),
        a_shift(3, skills=frozenset({7}), overtime=Overtime(0)),
    )
    assert explained(problem, 2, (1,)).obstacles[:2] == (
        Obstacle(1, Rule.SHIFT_HOURS),
        Obstacle(2, Rule.SKILL, proved=True),
    )


def test_nothing_is_moved_into_the_past() -> None:
    problem = a_problem([a_visit(1, 10, windows=between(7 * HOUR, 7 * HOUR))])
    plan = StandingPlan.of(problem, {})
    windows = [one.window for one in explain_one(plan, problem.visit(1), 9 * HOUR).fixes]
    assert [one.start >= 9 * HOUR or one.end >= 9 * HOUR for one in windows if one] == [True]


def test_without_time_everything_is_explained_and_nothing_tried() -> None:
    problem = a_problem([a_visit(1, 10, 8 * HOUR), a_visit(2, 10, HOUR)])
    draft = Draft(problem)
    draft.adopt({1: (1,)})
    found = explain(draft, lambda: False)[2]
    assert (found.reasons[0].rule, found.fixes) == (Rule.SHIFT_HOURS, ())


def routes_cost(plan: Plan) -> int:
    return plan.cost - plan.penalty


@some
@given(problems())
def test_every_fix_applied_costs_what_it_promised_and_breaks_nothing(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=2))
    for left_out in plan.unassigned:
        for one in left_out.fixes:
            after, orders = applied(problem, plan.sequences, left_out.visit_id, one)
            fixed = build_plan(after, orders)
            assert check(after, fixed).introduced == ()
            assert routes_cost(fixed) - routes_cost(plan) == one.cost
            assert left_out.visit_id in fixed.sequences[one.shift_id]
            start = {stop.visit_id: stop.start for stop in fixed.routes[0].stops}
            start |= {stop.visit_id: stop.start for route in fixed.routes for stop in route.stops}
            assert start[left_out.visit_id] == one.start
            if Penalties.of(problem).given:
                assert fixed.cost - plan.cost == one.change


@some
@given(problems())
def test_kernels_and_labels_explain_alike(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=1))
    standing = StandingPlan.of(problem, plan.sequences)
    for left_out in plan.unassigned:
        alone = explain_one(standing, problem.visit(left_out.visit_id))
        assert alone.obstacles == left_out.obstacles
        assert {one.kind for one in alone.fixes} == {one.kind for one in left_out.fixes}


@some
@given(problems())
def test_the_other_places_of_a_visit_are_the_cheapest_there_are(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=1))
    for visit_id, others in all_alternatives(problem, plan).items():
        orders = {
            shift_id: tuple(one for one in order if one != visit_id)
            for shift_id, order in plan.sequences.items()
        }
        without = build_plan(problem, orders)
        saved = routes_cost(plan) - routes_cost(without)
        found = [
            one.cost - saved
            for one in insertions(problem, orders, problem.visit(visit_id))
            if plan.sequences.get(one.shift_id, ())[one.position : one.position + 1] != (visit_id,)
        ]
        assert [one.cost for one in others] == found[:3]


@some
@given(problems())
def test_what_a_plan_pays_for_sums_to_its_cost(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=1))
    assert score_of_plan(problem, plan).total == plan.cost
    for route in plan.routes:
        assert score_of_route(problem, route).total == route.cost


def test_a_score_tells_the_rules_apart() -> None:
    problem = a_problem(
        [a_visit(1, penalty=9), a_visit(2, 10, 9 * HOUR, penalty=7)],
        a_shift(fixed_cost=50, overtime=Overtime(HOUR, 3)),
    )
    plan = build_plan(problem, {1: (2,)})
    assert score_of_plan(problem, plan) == Score(
        travel=20 * MINUTE, fixed=50, overtime=3 * 20 * MINUTE, unassigned=9
    )


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ((2, 2), "Every shift lacks level 3 of skill 7."),
        ((0, 2), "Every shift lacks the skills."),
    ],
)
def test_what_is_lacking_is_named_where_all_lack_the_same(
    levels: tuple[int, int], words: str
) -> None:
    visit = a_visit(1, skills=frozenset({8}), skill_levels={7: 3})
    skills = [frozenset({8}) if level else frozenset[int]() for level in levels]
    shifts = [
        a_shift(number, skills=held, skill_levels={7: level} if level else {})
        for number, (level, held) in enumerate(zip(levels, skills, strict=True), 1)
    ]
    reason = Reason(Rule.SKILL, shift_ids=(1, 2), never=True)
    assert reason_sentence(a_problem([visit], *shifts), visit, reason) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Fix(FixKind.SERVE, 1, 0, 0, 0, 0), "Serve it all the same and send shift 1."),
        (Fix(FixKind.WISH, 1, 0, 0, 0, 0), "Drop the wish for a technician and send shift 1."),
        (
            Fix(FixKind.DAY, 1, 0, 0, 0, 0, window=TimeWindow(0, 60)),
            "Let it start on another day, between 0 s and 60 s.",
        ),
        (Fix(FixKind.SWAP, 1, 0, 0, 0, 0, leaves=7), "Let shift 1 leave out visit 7 instead."),
        (
            Fix(FixKind.WAIVER, 1, 0, 0, 0, 0, rule=Rule.SKILL),
            "Waive the skill rule and send shift 1.",
        ),
    ],
)
def test_each_kind_of_fix_has_its_words(one: Fix, words: str) -> None:
    assert fix_sentence(a_problem([a_visit(1)]), one) == words
