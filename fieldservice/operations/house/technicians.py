"""Adding and changing technicians: skills, usual week, whose van they are in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.technicians import Skill, Technician, TechnicianSkill, WorkingHours
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.homes import point_or_place
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.plans.rostering import follow_usual_week

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HIGHEST_LEVEL = 9


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill, how well it is held and until when its certificate counts."""

    name: str
    level: int = 1
    expires_on: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.level <= HIGHEST_LEVEL:
            raise Refused(
                "%(name)s is at level %(level)s. Levels go from 1 to %(highest)s.",
                "skills",
                name=self.name,
                level=self.level,
                highest=HIGHEST_LEVEL,
            )


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when on one weekday, on the wall."""

    weekday: int
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise Refused(
                "%(weekday)s: Ends %(ends)s, before it starts %(starts)s. Change the end.",
                f"ends_{self.weekday}",
                weekday=WEEKDAYS[self.weekday],
                ends=f"{self.ends:%H:%M}",
                starts=f"{self.starts:%H:%M}",
            )


@dataclass(frozen=True, slots=True)
class Lunch:
    """How long lunch is, and when it may begin."""

    earliest: time
    latest: time
    minutes: int

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise Refused(
                "Lunch begins at the latest %(latest)s, before the earliest %(earliest)s. Change "
                "the latest.",
                "lunch_until",
                latest=f"{self.latest:%H:%M}",
                earliest=f"{self.earliest:%H:%M}",
            )


@dataclass(frozen=True, slots=True)
class TechnicianEntry:
    """A technician as the office writes them down."""

    name: str
    home: str
    """Coordinates, a map link or a municipality."""
    phone: str | None = None
    is_trainee: bool = False
    rides_with_id: int | None = None
    skills: tuple[HeldSkill, ...] = ()
    week: tuple[Hours, ...] = ()
    lunch: Lunch | None = None
    overtime_minutes: int = 0

    def __post_init__(self) -> None:
        if not self.week:
            raise Refused(
                "%(name)s would be a technician without a shift, whom no visit can be given to. "
                "Enter the hours of at least one weekday.",
                "starts_0",
                name=self.name,
            )
        names = [fold(skill.name) for skill in self.skills]
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice:
            raise Refused(
                "The skill %(skill)s stands there twice. Keep one.", "skills", skill=repr(twice)
            )


def add_technician(
    session: Session,
    now: datetime,
    actor_id: int | None,
    territory: Territory,
    entry: TechnicianEntry,
) -> Technician:
    """A new technician, with a shift on every day to come that is open already."""
    technician = Technician(territory_id=territory.id, name=entry.name)
    _write(session, territory, technician, entry)
    session.add(technician)
    audit.record(session, now, actor_id, "technician.added", technician)
    follow_usual_week(session, now, territory, technician)
    return technician


def change_technician(
    session: Session,
    now: datetime,
    actor_id: int | None,
    technician_id: int,
    entry: TechnicianEntry,
) -> tuple[date, ...]:
    """The technician as written now; the days whose plan the new hours concern."""
    technician = technician_of(session, technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    _write(session, territory, technician, entry)
    audit.record(session, now, actor_id, "technician.changed", technician)
    return follow_usual_week(session, now, territory, technician)


def retire_technician(
    session: Session, now: datetime, actor_id: int | None, technician_id: int
) -> tuple[date, ...]:
    """They work here no more; the days to come that lose their shift."""
    technician = technician_of(session, technician_id)
    riders = _riders(session, technician)
    if riders:
        raise Refused(
            "%(rider)s rides in %(technician)s's van. Give them another van first.",
            rider=riders[0].name,
            technician=technician.name,
        )
    technician.is_active = False
    audit.record(session, now, actor_id, "technician.retired", technician)
    territory = session.get_one(Territory, technician.territory_id)
    return follow_usual_week(session, now, territory, technician)


def technician_of(session: Session, technician_id: int) -> Technician:
    """The technician of that number, or a page that says there is none."""
    found = session.get(Technician, technician_id)
    if found is None:
        raise NotFound("There is no such technician.")
    return found


def _write(
    session: Session, territory: Territory, technician: Technician, entry: TechnicianEntry
) -> None:
    _check_van(session, territory, technician, entry)
    home = point_or_place(session, territory, entry.home, "home")
    technician.name = entry.name
    technician.phone = phone_number(entry.phone, territory.country) if entry.phone else None
    technician.home_lat, technician.home_lon = home.lat, home.lon
    technician.is_trainee = entry.is_trainee
    _write_skills(session, technician, entry)
    _write_week(technician, entry)


def _check_van(
    session: Session, territory: Territory, technician: Technician, entry: TechnicianEntry
) -> None:
    if entry.rides_with_id is None:
        if entry.is_trainee:
            raise Refused(
                "%(technician)s is an apprentice and never works alone. Choose whose van they "
                "ride in.",
                "rides_with",
                technician=entry.name,
            )
        return
    lead = session.get(Technician, entry.rides_with_id)
    if lead is None or lead.territory_id != territory.id or not lead.is_active:
        raise Refused("That van is not in this territory. Choose another.", "rides_with")
    if (
        lead is technician
        or lead.is_trainee
        or any(one.rides_with_id for one in lead.working_hours)
    ):
        raise Refused(
            "%(technician)s does not drive a van of their own. Choose somebody who does.",
            "rides_with",
            technician=lead.name,
        )
    riders = _riders(session, technician)
    if riders:
        raise Refused(
            "%(rider)s rides in %(technician)s's van. Give them another van first.",
            "rides_with",
            rider=riders[0].name,
            technician=entry.name,
        )
    _check_days_of(lead, entry)


def _check_days_of(lead: Technician, entry: TechnicianEntry) -> None:
    driven = {usual.weekday for usual in lead.working_hours}
    for hours in entry.week:
        if hours.weekday not in driven:
            raise Refused(
                "%(technician)s's van does not drive on %(weekday)s. Leave that day empty.",
                f"starts_{hours.weekday}",
                technician=lead.name,
                weekday=WEEKDAYS[hours.weekday],
            )


def _riders(session: Session, technician: Technician) -> list[Technician]:
    if technician not in session:
        return []
    return list(
        session.scalars(
            select(Technician)
            .join(WorkingHours, WorkingHours.technician_id == Technician.id)
            .where(WorkingHours.rides_with_id == technician.id, Technician.is_active)
            .distinct()
        )
    )


def _write_skills(session: Session, technician: Technician, entry: TechnicianEntry) -> None:
    known = {fold(skill.name): skill for skill in session.scalars(select(Skill))}
    held = {fold(one.skill.name): one for one in technician.skills}
    technician.skills = [
        _held(held, known.get(fold(one.name)) or Skill(name=one.name), one) for one in entry.skills
    ]


def _held(held: dict[str, TechnicianSkill], skill: Skill, one: HeldSkill) -> TechnicianSkill:
    row = held.get(fold(one.name)) or TechnicianSkill(skill=skill)
    row.level, row.expires_on = one.level, one.expires_on
    return row


def _write_week(technician: Technician, entry: TechnicianEntry) -> None:
    known = {usual.weekday: usual for usual in technician.working_hours}
    week: list[WorkingHours] = []
    for hours in entry.week:
        usual = known.get(hours.weekday) or WorkingHours(weekday=hours.weekday)
        usual.starts, usual.ends = hours.starts, hours.ends
        usual.lunch_from = entry.lunch.earliest if entry.lunch else None
        usual.lunch_until = entry.lunch.latest if entry.lunch else None
        usual.lunch_minutes = entry.lunch.minutes if entry.lunch else 0
        usual.overtime_minutes = entry.overtime_minutes
        usual.rides_with_id = entry.rides_with_id
        week.append(usual)
    technician.working_hours = week
