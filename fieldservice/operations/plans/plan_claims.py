"""Plan runs at work: claimed by one owner, fenced, followed and, at worst, failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from fieldservice.models.plans import PlanRun, PlanRunState
from fieldservice.operations.audit import record
from fieldservice.operations.plans.days import day_by_id
from fieldservice.operations.plans.problems import DayProblem, problem_for
from fieldservice.operations.plans.workplan import Sequences, sequences
from fieldservice.scheduling.disruptions import Emergency
from fieldservice.scheduling.exchange import problem_document
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.replanning import RestOfDay, UnderWay, rest_of_day
from fieldservice.scheduling.solve import Progress

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
"""How long an owner may stay silent before it is taken to be gone."""
WHOLE_DAY = 36 * 3600
"""Seconds of the longest day with its night shift."""
MOST_CLAIMS = 3
"""How many owners a run may lose before it is given up."""
LOST_OWNER = "The planner was cut off three times. The plan of the day stays as it was; plan again."


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a run, until somebody else takes it over."""

    run_id: int
    service_day_id: int
    fence: int
    budget_seconds: int
    seed: int
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repair:
    """How a day under way is to be mended."""

    freeze_seconds: int
    most_changes: int | None = None
    urgent_visit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the planner is asked, and the plan of the moment it was asked."""

    at: DayProblem
    working: Sequences
    version: int
    rest: RestOfDay
    """What of the day is left to plan."""
    is_repair: bool = False
    """Somebody waits for the answer."""

    @property
    def problem(self) -> Problem:
        """The problem, each shift starting from its working order."""
        return self.rest.problem


def question_of(
    at: DayProblem, working: Sequences, version: int, repair: Repair | None = None
) -> Question:
    """What to ask about that day: all of it before it has come, then what is left of it."""
    steps = {shift_id: tuple(order) for shift_id, order in working.items()}
    shifts = (replace(shift, steps=steps.get(shift.id, ())) for shift in at.problem.shifts)
    problem = replace(at.problem, shifts=tuple(shifts))
    if at.now is None:
        return Question(at, working, version, RestOfDay(problem, steps, {}, frozenset()))
    asked = repair or Repair(0)
    urgent = asked.urgent_visit_id
    emergencies = [Emergency(urgent, at.now)] if urgent and problem.has_visit(urgent) else []
    day = UnderWay(problem, at.now, at.begun, asked.freeze_seconds, asked.most_changes)
    return Question(at, working, version, rest_of_day(day, emergencies), repair is not None)


def claim_run(session: Session, now: datetime, run_id: int | None = None) -> Claim | None:
    """Take the oldest run that waits or has lost its owner; None where there is none.

    One conditional update decides between two who want the same run; a run that somebody else
    is just taking is passed over, not waited for.
    """
    passed: list[int] = []
    while (run := session.scalar(_waiting(now, run_id, passed))) is not None:
        passed.append(run.id)
        if run.fence >= MOST_CLAIMS:
            fail_run(session, _claim_of(run), LOST_OWNER, now)
            continue
        taken = session.execute(
            update(PlanRun)
            .where(PlanRun.id == run.id, PlanRun.fence == run.fence, PlanRun.state == run.state)
            .values(
                state=PlanRunState.RUNNING,
                fence=run.fence + 1,
                started_at=now,
                lease_until=now + LEASE,
            )
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount:  # type: ignore[attr-defined]
            session.refresh(run)
            return _claim_of(run)
    return None


def _waiting(now: datetime, run_id: int | None, passed: Sequence[int]) -> Select[PlanRun]:
    waiting = select(PlanRun).where(
        (PlanRun.state == PlanRunState.QUEUED)
        | ((PlanRun.state == PlanRunState.RUNNING) & (PlanRun.lease_until < now))
    )
    if run_id is not None:
        waiting = waiting.where(PlanRun.id == run_id)
    return (
        waiting.where(PlanRun.id.not_in(passed))
        .order_by(PlanRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _claim_of(run: PlanRun) -> Claim:
    return Claim(
        run.id, run.service_day_id, run.fence, run.budget_seconds, run.seed, run.started_at
    )


def build(session: Session, claim: Claim, now: datetime) -> Question:
    """What this run asks the planner: the day as it is now."""
    day = day_by_id(session, claim.service_day_id)
    at = problem_for(session, day, now)
    run = session.get_one(PlanRun, claim.run_id)
    question = question_of(at, sequences(day, at.problem), day.version, _repair(run))
    run.based_on_version = day.version
    run.problem_hash = problem_hash(question.problem)
    session.flush()
    return question


def _repair(run: PlanRun) -> Repair | None:
    if run.freeze_minutes is None:
        return None
    freeze = WHOLE_DAY if run.most_changes == 0 else run.freeze_minutes * 60
    return Repair(freeze, run.most_changes, run.urgent_visit_id)


def problem_hash(problem: Problem) -> str:
    """The same for the same question, so that equal answers can be told from luck."""
    return sha256(repr(problem_document(problem)).encode()).hexdigest()


def report(session: Session, claim: Claim, now: datetime, progress: Progress | None) -> bool:
    """Renew the lease and note how far the search is; True where it should stop with its best."""
    elapsed = now - (claim.started_at or now)
    news: dict[str, object] = {
        "lease_until": now + LEASE,
        "progress_seconds": round(elapsed.total_seconds()),
    }
    if progress is not None:
        news["progress_cost"] = progress.cost
        news["progress_unserved"] = progress.unserved
    session.execute(
        update(PlanRun)
        .where(*_owned(claim))
        .values(news)
        .execution_options(synchronize_session=False)
    )
    asked = session.scalar(select(PlanRun.stop_asked).where(*_owned(claim)))
    return asked is None or asked


def _owned(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        PlanRun.id == claim.run_id,
        PlanRun.fence == claim.fence,
        PlanRun.state == PlanRunState.RUNNING,
    )


def owned_run(session: Session, claim: Claim) -> PlanRun | None:
    """The run, locked, where the claim still holds; a late owner gets nothing."""
    return session.scalar(
        select(PlanRun)
        .where(*_owned(claim))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def fail_run(session: Session, claim: Claim, because: str, now: datetime) -> None:
    """End the run without a proposal; the working plan stays as it was."""
    run = owned_run(session, claim)
    if run is None:
        return
    run.state, run.ended_at, run.failure = PlanRunState.FAILED, now, because
    run.lease_until = None
    ids = {"plan_run_id": run.id, "service_day_id": run.service_day_id}
    log.error("plan run failed", extra=ids)
    record(session, now, None, "plan_run.failed", run, service_day_id=run.service_day_id)
    session.flush()
