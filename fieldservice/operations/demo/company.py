"""The demo company itself: territory, kinds of work, skills, team, and who signs in."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import instant
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import (
    Absence,
    Activity,
    Skill,
    Technician,
    TechnicianSkill,
    WorkingHours,
)
from fieldservice.models.territories import KindDefault, Place, Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.demo.addresses import PARISHES
from fieldservice.operations.demo.people import TEAM, Hired
from fieldservice.operations.plans.days import add_shift

SLUG = "andorra"
ZONE = "Europe/Andorra"
MINUTES = {
    Kind.INSTALLATION: 75,
    Kind.MAINTENANCE: 40,
    Kind.REPAIR: 40,
    Kind.DEMONSTRATION: 30,
    Kind.INSPECTION: 20,
}
SKILLS = ("gas", "refrigerants", "electricity", "appliances")
CERTIFIED = {"gas": 700, "refrigerants": 400}
"""Skills that need a certificate, and for how many days a new one counts."""


def found(session: Session) -> Territory | None:
    """The demo company where it was set up before."""
    return session.scalar(select(Territory).where(Territory.slug == SLUG))


def territory(session: Session) -> Territory:
    """The demo company; it must have been set up."""
    return session.scalars(select(Territory).where(Territory.slug == SLUG)).one()


def set_up(session: Session, today: date) -> Territory:
    """The whole company without its customers, on the day it is first tried."""
    skills = {name: _skill(session, name) for name in SKILLS}
    here = Territory(
        name="Postvenda Andorra",
        slug=SLUG,
        zone=ZONE,
        country="AD",
        phone="+376800100",
        default_language="ca",
        public_booking=True,
        console_only=True,
        kinds=[KindDefault(kind=kind, duration_minutes=MINUTES[kind]) for kind in Kind],
        places=[
            Place(
                name=parish.name,
                folded_name=fold(parish.name),
                postcode=parish.postcode,
                lat=parish.lat,
                lon=parish.lon,
            )
            for parish in PARISHES
        ],
    )
    session.add(here)
    session.flush()
    hire(session, here, skills, today)
    return here


def _skill(session: Session, name: str) -> Skill:
    known = session.scalar(select(Skill).where(Skill.name == name))
    skill = known or Skill(name=name)
    session.add(skill)
    session.flush()
    return skill


def hire(session: Session, territory: Territory, skills: dict[str, Skill], today: date) -> None:
    """The team of twelve with their apprentice; one certificate has just run out."""
    rng = random.Random("team")
    hired: dict[str, Technician] = {}
    for number, person in enumerate(TEAM):
        technician = _technician(person, number, territory, skills, today, rng)
        session.add(technician)
        session.flush()
        hired[person.name] = technician
    for person in TEAM:
        if person.rides_with:
            for hours in hired[person.name].working_hours:
                hours.rides_with_id = hired[person.rides_with].id
    expired = next(
        s for s in hired["Joan Casals"].skills if s.skill_id == skills["refrigerants"].id
    )
    expired.expires_on = today - timedelta(days=3)
    session.flush()


def _technician(
    person: Hired,
    number: int,
    territory: Territory,
    skills: dict[str, Skill],
    today: date,
    rng: random.Random,
) -> Technician:
    _, lat, lon = PARISHES[person.parish].streets[person.street]
    return Technician(
        territory_id=territory.id,
        external_id=f"T{number + 1:02d}",
        name=person.name,
        phone=f"+3763{rng.randrange(100000):05d}",
        home_lat=lat,
        home_lon=lon,
        is_trainee=person.rides_with is not None,
        skills=[
            TechnicianSkill(
                skill_id=skills[name].id,
                level=level,
                expires_on=today + timedelta(days=CERTIFIED[name] + rng.randrange(200))
                if name in CERTIFIED
                else None,
            )
            for name, level in person.skills
        ],
        working_hours=[_hours(person, weekday) for weekday in range(5)],
    )


def _hours(person: Hired, weekday: int) -> WorkingHours:
    whole_day = person.ends.hour - person.starts.hour > 6
    return WorkingHours(
        weekday=weekday,
        starts=person.starts,
        ends=person.ends,
        lunch_from=time(12, 30) if whole_day else None,
        lunch_until=time(14) if whole_day else None,
        lunch_minutes=45 if whole_day else 0,
        overtime_minutes=30 if whole_day else 0,
    )


def send_away(session: Session, territory: Territory, day: date, now: datetime) -> None:
    """One technician is at the doctor's that morning."""
    technician = session.scalars(
        select(Technician).where(
            Technician.territory_id == territory.id, Technician.name == "Sílvia Naudi"
        )
    ).one()
    session.add(
        Absence(
            technician_id=technician.id,
            starts_at=instant(day, time(0), ZONE),
            ends_at=instant(day, time(12), ZONE),
            reason="doctor",
        )
    )
    session.flush()


def staff(session: Session, territory: Territory, day: ServiceDay) -> None:
    """Work on a weekend or holiday too, when that is the day somebody tries the demo."""
    if day.routes:
        return
    hours = session.scalars(
        select(WorkingHours)
        .join(Technician, Technician.id == WorkingHours.technician_id)
        .where(Technician.territory_id == territory.id, WorkingHours.weekday == 0)
        .order_by(WorkingHours.technician_id)
    ).all()
    for usual in hours:
        if usual.rides_with_id is None:
            riders = [one for one in hours if one.rides_with_id == usual.technician_id]
            add_shift(day, territory.zone, usual, riders)
    session.flush()


def train(session: Session, day: ServiceDay) -> None:
    """A training in the middle of one technician's afternoon."""
    shift = next(route.shift for route in day.routes if route.shift.lead.name == "Laura Montané")
    session.add(
        Activity(
            shift_id=shift.id,
            title="Training: new washing machines",
            starts_at=instant(day.day, time(15), ZONE),
            ends_at=instant(day.day, time(16), ZONE),
            lat=PARISHES[1].lat,
            lon=PARISHES[1].lon,
            place="Escaldes-Engordany",
        )
    )
    session.flush()
