"""The team page: who works in a territory, with what, when, and until when certificates count."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice.clock import day_span, local_day
from fieldservice.models.technicians import (
    Absence,
    Activity,
    Shift,
    ShiftMember,
    Technician,
    TechnicianSkill,
    WorkingHours,
)
from fieldservice.models.territories import Territory
from fieldservice.models.users import User
from fieldservice.operations.customers.phones import shown_phone

SOON = timedelta(days=60)
"""How long before it runs out a certificate is worth a word."""


class Expiry(enum.StrEnum):
    """How a certificate stands."""

    GOOD = "good"
    SOON = "soon"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SkillLine:
    """One skill as held."""

    name: str
    level: int
    expires_on: date | None
    expiry: Expiry


@dataclass(frozen=True, slots=True)
class WeekLine:
    """Weekdays in a row with the same hours: first and last, 0 Monday."""

    first: int
    last: int
    hours: str


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """An absence that is not over."""

    absence_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity to come."""

    activity_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One technician as the office sees them."""

    technician_id: int
    name: str
    phone: str | None
    is_trainee: bool
    is_active: bool
    rides_with: str | None
    skills: tuple[SkillLine, ...]
    week: tuple[WeekLine, ...]
    absences: tuple[AbsenceLine, ...]
    activities: tuple[ActivityLine, ...]
    account: str | None
    """The address they sign in with."""

    @property
    def worries(self) -> bool:
        """Whether a certificate is about to run out, or has."""
        return any(skill.expiry is not Expiry.GOOD for skill in self.skills)


def team(session: Session, territory: Territory, now: datetime) -> tuple[TeamMember, ...]:
    """Everybody of the territory, those who work here first, by name."""
    found = session.scalars(
        select(Technician)
        .where(Technician.territory_id == territory.id)
        .options(
            selectinload(Technician.skills).joinedload(TechnicianSkill.skill),
            selectinload(Technician.working_hours),
            selectinload(Technician.absences),
        )
    ).all()
    names = {one.id: one.name for one in found}
    accounts = _accounts(session, list(names))
    activities = _activities(session, territory, now)
    members = [
        _member(one, names, accounts, activities.get(one.id, ()), territory, now) for one in found
    ]
    return tuple(sorted(members, key=lambda one: (not one.is_active, one.name.casefold())))


def _member(
    technician: Technician,
    names: dict[int, str],
    accounts: dict[int, str],
    activities: Sequence[Activity],
    territory: Territory,
    now: datetime,
) -> TeamMember:
    today = local_day(now, territory.zone)
    vans = {usual.rides_with_id for usual in technician.working_hours if usual.rides_with_id}
    return TeamMember(
        technician_id=technician.id,
        name=technician.name,
        phone=shown_phone(technician.phone) if technician.phone else None,
        is_trainee=technician.is_trainee,
        is_active=technician.is_active,
        rides_with=", ".join(names[van] for van in vans if van in names) or None,
        skills=tuple(_skill_line(held, today) for held in technician.skills),
        week=week_lines(technician.working_hours),
        absences=tuple(_absence_line(one, now) for one in technician.absences if one.ends_at > now),
        activities=tuple(
            ActivityLine(one.id, one.title, one.starts_at, one.ends_at, one.place)
            for one in activities
        ),
        account=accounts.get(technician.id),
    )


def _skill_line(held: TechnicianSkill, today: date) -> SkillLine:
    expiry = Expiry.GOOD
    if held.expires_on is not None and held.expires_on < today:
        expiry = Expiry.OVER
    elif held.expires_on is not None and held.expires_on <= today + SOON:
        expiry = Expiry.SOON
    return SkillLine(held.skill.name, held.level, held.expires_on, expiry)


def _absence_line(absence: Absence, now: datetime) -> AbsenceLine:
    return AbsenceLine(
        absence.id, absence.starts_at, absence.ends_at, absence.reason, absence.starts_at <= now
    )


def week_lines(week: Sequence[WorkingHours]) -> tuple[WeekLine, ...]:
    """The usual week, days in a row with the same hours on one line."""
    days = sorted(week, key=lambda usual: usual.weekday)
    runs = groupby(
        enumerate(days), key=lambda one: (one[1].weekday - one[0], one[1].starts, one[1].ends)
    )
    lines: list[WeekLine] = []
    for (_, starts, ends), run in runs:
        some = [usual.weekday for _, usual in run]
        lines.append(WeekLine(some[0], some[-1], f"{starts:%H:%M}–{ends:%H:%M}"))
    return tuple(lines)


def _accounts(session: Session, technician_ids: Sequence[int]) -> dict[int, str]:
    rows = select(User.technician_id, User.email).where(
        User.technician_id.in_(technician_ids), User.active
    )
    return {
        technician_id: email
        for technician_id, email in session.execute(rows)
        if technician_id is not None
    }


def _activities(session: Session, territory: Territory, now: datetime) -> dict[int, list[Activity]]:
    """Activities from today on, by each technician in their van."""
    midnight = day_span(local_day(now, territory.zone), territory.zone)[0]
    rows = (
        select(ShiftMember.technician_id, Activity)
        .join(Shift, Shift.id == ShiftMember.shift_id)
        .join(Activity, Activity.shift_id == Shift.id)
        .where(Shift.territory_id == territory.id, Activity.ends_at > midnight)
        .order_by(Activity.starts_at)
    )
    found: dict[int, list[Activity]] = {}
    for technician_id, activity in session.execute(rows):
        found.setdefault(technician_id, []).append(activity)
    return found
