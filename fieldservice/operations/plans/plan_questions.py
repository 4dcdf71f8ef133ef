"""Which days can be planned at all, and what is said of those that cannot."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import is_holiday, local_day
from fieldservice.errors import Refused
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Shift, Technician
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.operations.plans.problems import problem_for


def refuse_unplannable(session: Session, day: ServiceDay, now: datetime) -> None:
    """Refuse a day that is over, that nobody works, or on which there is nothing to plan."""
    territory = session.get_one(Territory, day.territory_id)
    refuse_over(session, territory, day.day, now)
    refuse_nobody(session, territory, day.day)
    at = problem_for(session, day, now)
    if not at.problem.shifts:
        raise Refused(
            "%(why)s Choose another day.", "date", why=why_nobody(session, day, territory)
        )
    if not any(visit.id > 0 for visit in at.problem.visits):
        raise Refused(
            "There is nothing to plan on %(day)s: book a visit, or add one from the backlog.",
            "date",
            day=day.day,
        )


def refuse_over(session: Session, territory: Territory, day: date, now: datetime) -> None:
    """Refuse a day of which nothing is left to plan."""
    if is_over(session, territory, day, now):
        raise Refused("%(day)s is over. Choose a later day.", "date", day=day)


def is_over(session: Session, territory: Territory, day: date, now: datetime) -> bool:
    """Whether its date is past, or it is today and every shift has ended with its overtime."""
    today = local_day(now, territory.zone)
    if day != today:
        return day < today
    rows = select(Shift.ends_at, Shift.overtime_minutes).where(
        Shift.territory_id == territory.id, Shift.service_on == day
    )
    ends = [at + timedelta(minutes=more) for at, more in session.execute(rows)]
    return bool(ends) and max(ends) <= now


def refuse_nobody(session: Session, territory: Territory, day: date) -> None:
    """Refuse a territory without technicians."""
    anybody = select(Technician.id).where(
        Technician.territory_id == territory.id, Technician.is_active
    )
    if session.scalar(anybody.limit(1)) is None:
        raise Refused(
            "%(territory)s has no technicians yet. Import or add them first.",
            "territory",
            territory=territory.name,
        )


def why_nobody(session: Session, day: ServiceDay, territory: Territory) -> str:
    """Why nobody works that day."""
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
