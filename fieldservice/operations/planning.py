"""Plan runs as the office handles them: asked for, found, stopped."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import is_holiday, local_day
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import PlanRun, PlanRunState, ServiceDay
from fieldservice.models.technicians import Technician
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.operations.acceptance import accept, accept_move, refuse, refuse_move
from fieldservice.operations.audit import record
from fieldservice.operations.plan_claims import (
    Claim,
    Question,
    build,
    claim_run,
    fail_run,
    must_stop,
    report,
)
from fieldservice.operations.problems import problem_for
from fieldservice.operations.proposals import store_proposal

__all__ = [
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
    "must_stop",
    "newest_run",
    "refuse",
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
            f"A plan takes between {SHORTEST} and {LONGEST} seconds, not {budget_seconds}.",
            "seconds",
        )
    _refuse_unplannable(session, day, now)
    busy = under_way(session, day.id)
    if busy is not None:
        raise Conflict("This day is being planned already. Wait for that plan, or stop it.")
    run = PlanRun(
        service_day_id=day.id,
        asked_by_id=asked_by,
        asked_at=now,
        budget_seconds=budget_seconds,
        seed=seed,
    )
    session.add(run)
    record(session, now, asked_by, "plan_run.asked", run, service_day_id=day.id)
    return run


def under_way(session: Session, service_day_id: int) -> PlanRun | None:
    """The run that is queued or running for that day."""
    return session.scalar(
        select(PlanRun).where(
            PlanRun.service_day_id == service_day_id, PlanRun.state.in_(UNDER_WAY)
        )
    )


def _refuse_unplannable(session: Session, day: ServiceDay, now: datetime) -> None:
    territory = session.get_one(Territory, day.territory_id)
    words = day_words(day.day)
    if day.day < local_day(now, territory.zone):
        raise Refused(f"{words} is over. Choose today or a later day.", "date")
    refuse_nobody(session, territory, day.day)
    at = problem_for(session, day, now)
    if not at.problem.shifts:
        raise Refused(f"{_why_nobody(session, day, territory)} Choose another day.", "date")
    if not any(visit.id > 0 for visit in at.problem.visits):
        raise Refused(
            f"There is nothing to plan on {words}: book a visit, or add one from the backlog.",
            "date",
        )


def refuse_nobody(session: Session, territory: Territory, day: date) -> None:
    """Refuse a territory without technicians."""
    anybody = select(Technician.id).where(
        Technician.territory_id == territory.id, Technician.is_active
    )
    if session.scalar(anybody.limit(1)) is None:
        raise Refused(
            f"{territory.name} has no technicians yet. Import or add them first.", "territory"
        )


def _why_nobody(session: Session, day: ServiceDay, territory: Territory) -> str:
    words = day_words(day.day)
    if is_holiday(day.day, territory.country):
        return f"{words} is a public holiday and nobody has a shift."
    closed = select(ClosedDay.id).where(
        ClosedDay.territory_id == territory.id, ClosedDay.day == day.day
    )
    if session.scalar(closed) is not None:
        return f"The office is closed on {words} and nobody has a shift."
    if day.routes:
        return f"Everybody with a shift on {words} is absent."
    return f"Nobody has a shift on {words}."


def day_words(day: date) -> str:
    """A date that cannot be misread: Tue 24 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


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
