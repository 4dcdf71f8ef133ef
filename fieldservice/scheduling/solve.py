"""From a problem to the best plan found within a budget, always one that `check` passes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fieldservice.errors import FieldServiceError, Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explain import explain
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.polish import polish
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.routing import Limits, Sequences, route

ROUTING_SHARE = 0.3
"""Part of the time given to the routing model, the rest polishes its answer exactly."""

STEPS_PER_ITERATION = 1000
"""Search steps of the routing model in one iteration of a budget."""


class PlanFaulty(FieldServiceError):
    """A plan that breaks a rule nobody waived: a defect of the planner."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search: wall seconds, or iterations for the same answer on any machine."""

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.iterations is None):
            raise Refused("Give either seconds or iterations.", "seconds")
        if self.seconds is not None and not 0 < self.seconds < float("inf"):
            raise Refused("The seconds must be more than 0.", "seconds")
        if self.iterations is not None and self.iterations < 1:
            raise Refused("The iterations must be at least 1.", "iterations")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come."""

    seconds: float
    cost: int
    unserved: int


def solve(
    problem: Problem,
    budget: Budget,
    seed: int = 1,
    progress: Callable[[Progress], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Plan:
    """Return the best plan found, each visit served or explained.

    `progress` hears of each better plan, `stopped` ends the search early with the best so far.
    Raises PlanFaulty when the plan would break a rule.
    """
    search = _Search(problem, budget, seed, progress, stopped)
    search.start_from_steps()
    search.consult_routing_model()
    search.polish()
    plan = build_plan(problem, search.draft.orders, explain(search.draft, search.unhurried))
    faults = check(problem, plan).introduced
    if faults:
        raise PlanFaulty(f"The planner made a plan that breaks a rule: {faults[0].text}")
    return plan


@dataclass(slots=True)
class _Search:
    problem: Problem
    budget: Budget
    seed: int
    progress: Callable[[Progress], None] | None
    stopped: Callable[[], bool]
    draft: Draft = field(init=False)
    began: float = field(init=False, default_factory=time.monotonic)
    best: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.draft = Draft(self.problem)

    def start_from_steps(self) -> None:
        """Take the plan the shifts start from, and insert everything that fits."""
        self.draft.adopt({shift.id: shift.steps for shift in self.problem.shifts})
        self.fill()
        self.report()

    def fill(self) -> None:
        """Insert what is unserved, the dearest first, while there is time."""
        for visit in sorted(self.draft.unserved, key=lambda v: -self.draft.penalties.cost(v)):
            if not self.time_left():
                return
            self.draft.insert_all([visit])

    def consult_routing_model(self) -> None:
        """Let OR-Tools search, and keep the exact version of its answer where it is cheaper."""
        before, cost = self.draft.snapshot(), self.draft.cost
        seconds = None if self.budget.seconds is None else self.budget.seconds * ROUTING_SHARE
        limits = Limits(
            deadline=None if seconds is None else self.began + seconds,
            steps=self.budget.iterations and self.budget.iterations * STEPS_PER_ITERATION,
            stopped=self.stopped,
        )
        start: Sequences = before
        proposed = route(self.problem, start, limits)
        if proposed is None:
            return
        self.draft.adopt(proposed)
        self.fill()
        if self.draft.cost > cost:
            self.draft.restore(before)
        self.report()

    def polish(self) -> None:
        """Improve on exact times for the rest of the budget."""
        rounds = 0

        def spent() -> float:
            nonlocal rounds
            rounds += 1
            if self.stopped():
                return 1
            if self.budget.iterations is not None:
                return (rounds - 1) / self.budget.iterations
            return (time.monotonic() - self.began) / ((self.budget.seconds or 0) * 0.95)

        polish(self.draft, self.seed, spent, self.report)

    def time_left(self) -> bool:
        """Tell whether anything may still take time."""
        seconds = self.budget.seconds
        return seconds is None or time.monotonic() - self.began < seconds

    def unhurried(self) -> bool:
        """Tell whether nobody waits for the answer yet."""
        return self.time_left() and not self.stopped()

    def report(self) -> None:
        """Pass a better plan on."""
        cost = self.draft.cost
        if self.progress and (self.best is None or cost < self.best):
            self.best = cost
            elapsed = time.monotonic() - self.began
            self.progress(Progress(elapsed, cost, len(self.draft.unserved)))
