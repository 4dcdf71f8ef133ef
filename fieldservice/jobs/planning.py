"""The clock's part in planning: claim a run, let a child process solve it, save what it found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flask import Flask, current_app

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.errors import FieldServiceError
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.planning import Claim, Question
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.runner import solve_in_child
from fieldservice.scheduling.solve import Budget, Progress

Watch = Callable[[Progress], None]
Solver = Callable[[Problem, Budget, int, Watch, Callable[[], bool]], Plan]

ASK_SECONDS = 1.0
"""How often a search looks whether it was asked to stop."""
BROKEN = "The planner broke down. The plan of the day stays as it was; plan again."


def beat(app: Flask) -> None:
    """Plan whatever waits, one run after another."""
    with app.app_context():
        while plan_next() is not None:
            pass


def plan_next(
    *, run_id: int | None = None, watch: Watch | None = None, solver: Solver | None = None
) -> int | None:
    """Plan the oldest waiting run, or the one named; its id, or None where nothing waits."""
    with transaction() as session:
        claim = planning.claim_run(session, clock.now(), run_id)
        question = planning.build(session, claim, clock.now()) if claim else None
    if claim is None or question is None:
        return None
    listener = _Listener(claim, watch)
    try:
        plan = _solved(claim, question, listener, solver or in_child)
    except FieldServiceError as error:
        _fail(claim, f"{error.sentence.rstrip('.')}. The plan of the day stays as it was.")
    except Exception:
        _fail(claim, BROKEN)
        raise
    else:
        with transaction() as session:
            planning.store_proposal(session, claim, question, plan, clock.now())
    return claim.run_id


def in_child(
    problem: Problem, budget: Budget, seed: int, watch: Watch, stopped: Callable[[], bool]
) -> Plan:
    """Solve in a process of its own, within the memory the settings allow."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return solve_in_child(problem, budget, seed, watch, stopped, settings.planner_memory_mb)


def _solved(claim: Claim, question: Question, listener: _Listener, solver: Solver) -> Plan:
    budget = Budget(seconds=claim.budget_seconds, bounded=not question.is_repair)
    return solver(question.problem, budget, claim.seed, listener.hear, listener.stopped)


def _fail(claim: Claim, because: str) -> None:
    with transaction() as session:
        planning.fail_run(session, claim, because, clock.now())


@dataclass(slots=True)
class _Listener:
    """Writes progress into the run, and reads there about once a second whether to stop."""

    claim: Claim
    watch: Watch | None
    begun_at: float = field(default_factory=time.monotonic)
    asked_at: float = 0.0
    stopping: bool = False
    best: Progress | None = None

    def hear(self, progress: Progress) -> None:
        self.best = progress
        self._show(progress)
        self._report(progress)

    def stopped(self) -> bool:
        if not self.stopping and time.monotonic() - self.asked_at > ASK_SECONDS:
            self._report(None)
            if self.best is not None:
                elapsed = time.monotonic() - self.begun_at
                self._show(replace(self.best, seconds=elapsed))
        return self.stopping

    def _show(self, progress: Progress) -> None:
        if self.watch:
            self.watch(progress)

    def _report(self, progress: Progress | None) -> None:
        self.asked_at = time.monotonic()
        with transaction() as session:
            self.stopping = planning.report(session, self.claim, clock.now(), progress)
