"""Plan runs as the office handles them: asked for, found, stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import PlanRun, PlanRunState, ServiceDay
from fieldservice.operations.audit import record
from fieldservice.operations.plans.acceptance import accept, accept_move, refuse, refuse_move
from fieldservice.operations.plans.plan_claims import (
    Claim,
    Question,
    build,
    claim_run,
    fail_run,
    report,
)
from fieldservice.operations.plans.plan_questions import day_words, refuse_unplannable
from fieldservice.operations.plans.proposals import store_proposal

__all__ = [
    "UNDER_WAY",
    "Claim",
    "Question",
    "accept",
    "accept_move",
    "ask_for_plan",
    "ask_to_stop",
    "build",
    "claim_run",
    "day_words",
    "fail_run",
    "find_run",
    "newest_run",
    "queue",
    "refuse",
    "refuse_busy",
    "refuse_move",
    "report",
    "store_proposal",
    "under_way",
]

UNDER_WAY = (PlanRunState.QUEUED, PlanRunState.RUNNING)
SHORTEST, LONGEST = 1, 600
"""Seconds a run may search."""


def ask_for_plan(
    session: Session,
    day: ServiceDay,
    budget_seconds: int,
    seed: int,
    asked_by: int | None,
    now: datetime,
) -> PlanRun:
    """Queue a run for the day, refused where there is nothing to plan or one is under way."""
    if not SHORTEST <= budget_seconds <= LONGEST:
        raise Refused(
            "A plan takes between %(shortest)s and %(longest)s seconds, not %(asked)s.",
            "seconds",
            shortest=SHORTEST,
            longest=LONGEST,
            asked=budget_seconds,
        )
    run = PlanRun(budget_seconds=budget_seconds, seed=seed)
    return queue(session, day, run, "plan_run.asked", asked_by, now)


def queue(
    session: Session, day: ServiceDay, run: PlanRun, deed: str, asked_by: int | None, now: datetime
) -> PlanRun:
    """Put a run in the day's queue, refused where there is nothing to plan or one is under way."""
    refuse_unplannable(session, day, now)
    refuse_busy(session, day)
    run.service_day_id, run.asked_by_id, run.asked_at = day.id, asked_by, now
    session.add(run)
    record(session, now, asked_by, deed, run, service_day_id=day.id)
    return run


def refuse_busy(session: Session, day: ServiceDay) -> None:
    """Refuse to plan a day twice at a time."""
    if under_way(session, day.id) is not None:
        raise Conflict("This day is being planned already. Wait for that plan, or stop it.")


def under_way(session: Session, service_day_id: int) -> PlanRun | None:
    """The run that is queued or running for that day."""
    return session.scalar(
        select(PlanRun).where(
            PlanRun.service_day_id == service_day_id, PlanRun.state.in_(UNDER_WAY)
        )
    )


def ask_to_stop(session: Session, run: PlanRun, now: datetime, actor_id: int | None) -> None:
    """Ask the search to end with its best so far; one that has not begun is called off."""
    if run.state not in UNDER_WAY:
        raise Conflict("This plan has ended already. Look at its result.")
    run.stop_asked = True
    if run.state is PlanRunState.QUEUED:
        run.state, run.ended_at = PlanRunState.SUPERSEDED, now
    record(session, now, actor_id, "plan_run.stopped", run, service_day_id=run.service_day_id)


def find_run(session: Session, run_id: int) -> PlanRun:
    """The run of that number, locked until the commit."""
    run = session.scalar(
        select(PlanRun)
        .where(PlanRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound("There is no such plan. Open the day and plan it again.")
    return run


def newest_run(session: Session, service_day_id: int) -> PlanRun | None:
    """The latest call of the planner for that day, whatever came of it."""
    return session.scalar(
        select(PlanRun)
        .where(PlanRun.service_day_id == service_day_id)
        .order_by(PlanRun.id.desc())
        .limit(1)
    )
