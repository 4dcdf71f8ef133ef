from __future__ import annotations

import signal
import subprocess
from typing import Any

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


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every child the runner starts, so that a test can do it harm."""
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def noted(*given: Any, **named: Any) -> subprocess.Popen[bytes]:
        started.append(start(*given, **named))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return started


def test_a_child_that_is_killed_leaves_a_clear_sentence(
    children: list[subprocess.Popen[bytes]],
) -> None:
    def kill(_: Progress) -> None:
        children[0].send_signal(signal.SIGKILL)

    with pytest.raises(PlannerFailed, match="it was killed"):
        solve_in_child(a_day(), Budget(iterations=10**9), on_progress=kill)
    assert children[0].poll() is not None


def test_no_child_outlives_its_answer(children: list[subprocess.Popen[bytes]]) -> None:
    solve_in_child(a_day(), Budget(iterations=1))
    assert children[0].poll() is not None


def test_a_child_that_does_not_stop_when_asked_is_ended(
    children: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", -1.0)
    with pytest.raises(PlannerFailed, match="in time"):
        solve_in_child(a_day(), Budget(iterations=10**9), should_stop=lambda: True)
    assert children[0].poll() is not None
