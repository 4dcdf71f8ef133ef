from __future__ import annotations

from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explain import explain
from fieldservice.scheduling.plan import Reason
from fieldservice.scheduling.problem import Problem, Rule, TimeWindow

from .instances import HOUR, MINUTE, a_problem, a_shift, a_visit, between


def reasons(problem: Problem, visit_id: int, order: tuple[int, ...] = ()) -> tuple[Reason, ...]:
    draft = Draft(problem)
    draft.adopt({1: order})
    return explain(draft, lambda: True)[visit_id]


def test_a_skill_nobody_has_is_proved() -> None:
    problem = a_problem([a_visit(1, skills=frozenset({7}))], a_shift(1), a_shift(2))
    (reason,) = reasons(problem, 1)
    assert (reason.rule, reason.proved) == (Rule.SKILL, True)


def test_a_window_outside_all_hours_is_proved() -> None:
    (reason,) = reasons(a_problem([a_visit(1, windows=between(0, HOUR))]), 1)
    assert (reason.rule, reason.proved) == (Rule.WINDOW, True)


def test_a_visit_longer_than_any_shift_is_proved() -> None:
    (reason,) = reasons(a_problem([a_visit(1, service=10 * HOUR)]), 1)
    assert (reason.rule, reason.proved) == (Rule.SHIFT_HOURS, True)


def test_a_place_too_far_to_return_from_is_proved() -> None:
    short = a_shift(window=TimeWindow(8 * HOUR, 9 * HOUR))
    (reason,) = reasons(a_problem([a_visit(1, 40, 0)], short), 1)
    assert (reason.rule, reason.proved) == (Rule.SHIFT_HOURS, True)


def test_without_shifts_nothing_can_be_served() -> None:
    problem = Problem((a_visit(1),), (), {"car": a_problem([]).travel["car"]})
    (reason,) = explain(Draft(problem), lambda: True)[1]
    assert reason.proved


def test_a_full_day_is_not_proved_and_names_the_overtime_that_would_do() -> None:
    problem = a_problem([a_visit(1, 10, 8 * HOUR), a_visit(2, 10, HOUR)])
    (reason,) = reasons(problem, 2, (1,))
    assert (reason.rule, reason.proved) == (Rule.SHIFT_HOURS, False)
    assert [fix.change for fix in reason.fixes] == ["Allow shift 1 20 min more overtime."]


def test_a_window_taken_names_how_much_wider_would_do() -> None:
    wish = between(8 * HOUR + 10 * MINUTE, 9 * HOUR)
    problem = a_problem([a_visit(1, windows=wish), a_visit(2, windows=wish)])
    reason = reasons(problem, 2, (1,))[0]
    assert reason.rule is Rule.WINDOW
    assert reason.fixes[0].change == "Widen the time window by 10 min."


def test_a_visit_not_worth_its_drive_says_so() -> None:
    (reason,) = reasons(a_problem([a_visit(1, 20, penalty=60)]), 1)
    assert (reason.rule, reason.proved) == (Rule.PENALTY, False)


def test_a_shift_with_its_number_of_visits_says_so() -> None:
    problem = a_problem([a_visit(1), a_visit(2)], a_shift(max_tasks=1))
    assert reasons(problem, 2, (1,))[0].rule is Rule.MAX_TASKS
