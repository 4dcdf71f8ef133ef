"""From a problem to the best plan found within a budget, always one that `check` passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fieldservice.errors import FieldServiceError
from fieldservice.scheduling.between.reasons import explain_together
from fieldservice.scheduling.between.rounds import Rounds, is_tied
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.lower_bound import Proof, prove
from fieldservice.scheduling.budget import Budget, Progress
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explaining.unserved import explain
from fieldservice.scheduling.master import choose_routes
from fieldservice.scheduling.orders import Orders
from fieldservice.scheduling.outlook.surer import surer
from fieldservice.scheduling.pace import Pace
from fieldservice.scheduling.plan import Bound, Plan, Unassigned, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search.packing import pack
from fieldservice.scheduling.search.parts import Parts
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.search.team import Team

__all__ = ["Budget", "PlanFaulty", "Progress", "solve"]

STEPS_PER_ITERATION = 100
"""Steps of the search in one iteration of a budget."""

STEPS_PER_VISIT = 20_000
"""Steps after which a small problem has nothing left to find."""

MASTER_SHARE = 0.15
"""Part of the time in which whole routes met on the way are put together anew."""

WORK_PER_ITERATION = 500_000
"""The same in steps of pricing, where iterations are counted."""

RISK_SHARE = 0.2
"""Part of the time in which the plan is made surer, where risk is weighed."""

LARGE = 1500
"""Visits above which a plan is searched by parts."""

PARTED_SHARE = 0.04
"""Part of the time in which a plan searched by parts is taken over, timed and explained."""

SEEDS_APART = 1_000_003

CLOSING_SECONDS = 0.2
"""Kept for timing the plan."""
EXPLAINING_SHARE, MOST_EXPLAINING_SECONDS = 0.05, 1.0
"""Kept for saying why visits are left out, where any are."""

POOLED = 60_000
HOT_PART = 0.5
"""Routes remembered for that; those of the hot part of the search are not worth it."""


class PlanFaulty(FieldServiceError):
    """A plan that breaks a rule nobody waived: a defect of the planner."""


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
    run = _Run(problem, budget, seed, progress, stopped)
    if is_tied(problem):
        orders, unassigned = _in_rounds(run)
        bound = run.prove(orders).bound
    else:
        run.search(run.steps)
        bound = run.close()
        orders, unassigned = run.draft.orders, explain(run.draft, run.unhurried)
    plan = build_plan(problem, orders, unassigned)
    faults = check(problem, plan).introduced
    if faults:
        raise PlanFaulty(f"The planner made a plan that breaks a rule: {faults[0].text}")
    return replace(plan, bound=bound)


def can_be_surer(problem: Problem) -> bool:
    """Tell whether risk has a price and is known."""
    return bool(problem.weights.risk and problem.spreads)


def seconds_of_search(problem: Problem, budget: Budget) -> float:
    """Return how long to look for a plan before it is made surer and a bound is proven."""
    return budget.searching * (1 - RISK_SHARE if can_be_surer(problem) else 1)


@dataclass(slots=True)
class _Run:
    problem: Problem
    budget: Budget
    seed: int
    progress: Callable[[Progress], None] | None
    stopped: Callable[[], bool]
    draft: Draft = field(init=False)
    began: float = field(init=False, default_factory=time.monotonic)
    best: int | None = field(init=False, default=None)
    routes: list[tuple[int, tuple[int, ...], int]] = field(init=False, default_factory=list)
    """Routes met on the way: a shift's id, its visits' ids, the cost."""
    elsewhere: int = field(init=False, default=0)
    """What the shifts cost that the search leaves alone."""

    def __post_init__(self) -> None:
        self.draft = Draft(self.problem)

    @property
    def steps(self) -> dict[int, tuple[int, ...]]:
        """The plan the shifts carry."""
        return {shift.id: shift.steps for shift in self.problem.shifts}

    def search(self, start: Mapping[int, Sequence[int]]) -> None:
        """Start from that plan, improve it, and put the best routes together."""
        self.draft.adopt(start)
        packed = pack(self.problem, self.draft.orders)
        search = Search.on(packed, self.draft.orders, self.seed, POOLED)
        self.elsewhere = self.draft.cost - search.cost
        if not search.is_trivial:
            search.construct()
            self.report(search.cost + self.elsewhere, search.unserved)
            if self.large:
                self.cool_by_parts(search)
            else:
                search = self.cool(search)
                self.combine(search)
            if self.bounded:
                self.routes = list(search.named_routes())
        self.fill()
        if can_be_surer(self.problem):
            self.draft.follow(surer(self.problem, self.draft.orders, self.seed, self.unhurried))
        self.report(self.draft.cost, len(self.draft.unserved))

    def cool(self, search: Search) -> Search:
        """Let the search cool down over its share of the budget, with others beside it."""
        others = [
            Search.on(search.packed, search.orders, self.seed + beside * SEEDS_APART, POOLED)
            for beside in range(1, self.budget.threads)
        ]
        team = Team([search, *others])
        pace = Pace(self.most_steps, self.until(MASTER_SHARE))
        while pace.done < 1 and not self.stopped():
            cost, began, steps = team.leader.cost, time.monotonic(), pace.chunk
            team.run(steps, pace.done, pace.after, gathers=pace.done > HOT_PART)
            pace.note(steps, time.monotonic() - began)
            if team.leader.cost < cost:
                self.report(team.leader.cost + self.elsewhere, team.leader.unserved)
        self.draft.adopt(team.leader.orders)
        return team.leader

    def cool_by_parts(self, search: Search) -> None:
        """Let parts of a large plan cool down over the whole budget."""
        parts = Parts(search.packed, search.orders, self.seed, self.budget.threads)

        def report() -> None:
            served = sum(len(parts.orders[shift.id]) for shift in search.packed.shifts)
            self.report(parts.cost + self.elsewhere, len(search.packed.visits) - served)

        parts.cool(self.until(PARTED_SHARE), self.most_steps, self.stopped, report)
        self.draft.adopt(parts.orders)

    @property
    def large(self) -> bool:
        """Whether the plan is searched by parts."""
        return len(self.problem.visits) > LARGE

    @property
    def bounded(self) -> bool:
        """Whether a bound is to be proven: asked for, and the plan small enough for one."""
        return self.budget.bounded and not self.large

    @property
    def most_steps(self) -> int:
        """Steps to make at most."""
        if self.budget.iterations is not None:
            return STEPS_PER_ITERATION * self.budget.iterations
        return STEPS_PER_VISIT * (len(self.problem.visits) + 1)

    def until(self, kept: float) -> float | None:
        """Return the second of the monotonic clock at which that share of the time is left."""
        if self.budget.seconds is None:
            return None
        return self.began + self.searching * (1 - kept)

    def combine(self, search: Search) -> None:
        """Choose the best plan among all routes met, where time is left for it."""
        seconds = None
        if self.budget.seconds is not None:
            seconds = self.began + self.searching - time.monotonic() - self.closing
        if not self.stopped() and (seconds is None or seconds > 0):
            found = choose_routes(search, seconds)
            if found is not None:
                self.draft.adopt(found)

    def fill(self) -> None:
        """Insert what the search left alone, the dearest first, while there is time."""
        for visit in sorted(self.draft.unserved, key=lambda v: -self.draft.penalties.cost(v)):
            if not self.unhurried():
                return
            self.draft.insert_all([visit])

    def close(self) -> Bound | None:
        """Prove a bound, and take over a better plan that is met on the way."""
        proof = self.prove(self.draft.orders)
        if proof.orders is not None:
            self.draft.follow(proof.orders)
            self.report(self.draft.cost, len(self.draft.unserved))
        return proof.bound

    def prove(self, orders: Orders) -> Proof:
        """Prove what no plan can undercut, as well as the rest of the budget allows."""
        if not self.bounded:
            return Proof()
        until = work = None
        if self.budget.seconds is not None:
            until = self.began + self.budget.seconds - self.closing
        if self.budget.iterations is not None:
            work = WORK_PER_ITERATION * self.budget.iterations
        effort = Effort(until, work, self.stopped)
        return prove(self.problem, orders, effort, self.routes)

    @property
    def searching(self) -> float:
        """The seconds that go to finding a plan."""
        return seconds_of_search(self.problem, self.budget)

    @property
    def closing(self) -> float:
        """The seconds that go to timing the plan and to saying why visits are left out."""
        assert self.budget.seconds is not None
        if not self.draft.unserved:
            return CLOSING_SECONDS
        return CLOSING_SECONDS + min(
            MOST_EXPLAINING_SECONDS, EXPLAINING_SHARE * self.budget.seconds
        )

    def unhurried(self) -> bool:
        """Tell whether nobody waits for the answer yet."""
        seconds = self.budget.seconds
        in_time = seconds is None or time.monotonic() - self.began < seconds
        return in_time and not self.stopped()

    def may_search(self) -> bool:
        """Tell whether there is time left to find a plan."""
        return time.monotonic() - self.began < self.budget.searching and not self.stopped()

    def report(self, cost: int, unserved: int) -> None:
        """Pass a better plan on."""
        if self.progress and (self.best is None or cost < self.best):
            self.best = cost
            self.progress(Progress(time.monotonic() - self.began, cost, unserved))


def _in_rounds(run: _Run) -> tuple[Orders, dict[int, Unassigned]]:
    """Search where routes depend on each other; each round has its share of the budget."""
    problem, budget = run.problem, run.budget

    def improve(agreed: Problem, orders: Orders, share: float) -> Orders:
        part = _Run(agreed, budget.share(share), run.seed, None, run.stopped)
        part.search(orders)
        return part.draft.orders

    def report(plan: Plan) -> None:
        run.report(plan.cost, len(plan.unassigned))

    rounds = Rounds(problem, improve, run.may_search, report, run.seed)
    orders = rounds.search(run.steps)
    return orders, explain_together(problem, orders, rounds.ties, run.unhurried)
