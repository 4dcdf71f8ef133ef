from __future__ import annotations

import pytest

from fieldservice.scheduling import runner
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.runner import PlannerFailed, solve_in_child
from fieldservice.scheduling.solve import Budget, Progress, solve

from .instances import LUNCH, a_problem, a_shift, a_visit


def a_day() -> Problem:
    visits = [a_visit(n, (7 * n) % 50, 2400) for n in range(1, 15)]
    return a_problem([*visits, a_visit(15, skills=frozenset({7}))], a_shift(breaks=(LUNCH,)))


def test_the_child_answers_as_the_parent_would() -> None:
    told: list[Progress] = []
    budget = Budget(iterations=5, bounded=True)
    assert solve_in_child(a_day(), budget, 2, told.append) == solve(a_day(), budget, 2)
    assert told


def test_a_child_told_to_stop_returns_its_best() -> None:
    plan = solve_in_child(a_day(), Budget(iterations=10**9), should_stop=lambda: True)
    assert plan.routes


def test_a_child_without_memory_says_so() -> None:
    with pytest.raises(PlannerFailed, match="memory"):
        solve_in_child(a_day(), Budget(iterations=1), memory_limit_mb=150)


def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", -1.0)
    with pytest.raises(PlannerFailed, match="in time"):
        solve_in_child(a_day(), Budget(seconds=0.5))
