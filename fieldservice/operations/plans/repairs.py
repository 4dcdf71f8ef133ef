"""A day under way mended: what is asked of the planner, and how much it may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.errors import Refused
from fieldservice.models.plans import PlanRun, ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.plans.plan_questions import refuse_over
from fieldservice.operations.plans.planning import queue

SEARCH_SECONDS = 1
"""Somebody waits at the telephone; a child process takes as long again to begin and to end."""
USUAL_FREEZE = 30
LONGEST_FREEZE = 240
MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class RepairWish:
    """What a repair has to leave alone, and what it has to fit in."""

    freeze_minutes: int = USUAL_FREEZE
    """Stops that begin within so many minutes stay."""
    most_changes: int | None = None
    """How many customers may be told another time besides those that must."""
    urgent_visit_id: int | None = None


def ask_for_repair(
    session: Session, day: ServiceDay, wish: RepairWish, asked_by: int | None, now: datetime
) -> PlanRun:
    """Queue a short run over what is left of today."""
    refuse_other_days(session, day, now)
    if not 0 <= wish.freeze_minutes <= LONGEST_FREEZE:
        raise Refused(
            "Keep the stops of the next 0 to %(longest)s minutes, not %(asked)s.",
            "freeze",
            longest=LONGEST_FREEZE,
            asked=wish.freeze_minutes,
        )
    run = PlanRun(
        budget_seconds=SEARCH_SECONDS,
        freeze_minutes=wish.freeze_minutes,
        most_changes=wish.most_changes,
        urgent_visit_id=wish.urgent_visit_id,
    )
    return queue(session, day, run, "plan_run.repair_asked", asked_by, now)


def refuse_other_days(session: Session, day: ServiceDay, now: datetime) -> None:
    """Refuse to repair a day that is not under way."""
    territory = session.get_one(Territory, day.territory_id)
    if day.day != local_day(now, territory.zone):
        raise Refused("Only today can be repaired. Plan another day instead.", "date")
    refuse_over(session, territory, day.day, now)
