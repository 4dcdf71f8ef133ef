"""Technicians of a list, with their skills and usual week."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fieldservice.models.technicians import Skill, Technician, TechnicianSkill, WorkingHours
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.technician_rows import TechnicianRow
from fieldservice.operations.imports.writing import Writing, Written


def write_technicians(writing: Writing, rows: Sequence[TechnicianRow]) -> Written:
    """Write every row; skills nobody has named yet are made."""
    session = writing.session
    skills = {fold(skill.name): skill for skill in session.scalars(select(Skill))}
    before = len(skills)
    made: dict[str, Technician] = {}
    for row in rows:
        technician = Technician(
            territory_id=writing.ground.territory_id,
            name=row.name,
            external_id=row.external_id,
            phone=row.phone,
            home_lat=row.home.lat,
            home_lon=row.home.lon,
            is_trainee=row.is_trainee,
            skills=[
                TechnicianSkill(
                    skill=skills.setdefault(fold(one.name), Skill(name=one.name)),
                    level=one.level,
                    expires_on=one.expires_on,
                )
                for one in row.skills
            ],
        )
        session.add(technician)
        made[fold(row.name)] = technician
    session.flush()
    for row in rows:
        made[fold(row.name)].working_hours = _week(row, made, writing)
    session.flush()
    for row in rows:
        writing.mark("technician.imported", row.key, Technician, made[fold(row.name)].id)
    notes = [f"New skills: {len(skills) - before}."] if len(skills) > before else []
    return Written(len(rows), tuple(notes))


def _week(row: TechnicianRow, made: dict[str, Technician], writing: Writing) -> list[WorkingHours]:
    lunch = row.lunch
    return [
        WorkingHours(
            weekday=weekday,
            starts=hours.starts,
            ends=hours.ends,
            lunch_from=lunch.earliest if lunch else None,
            lunch_until=lunch.latest if lunch else None,
            lunch_minutes=lunch.minutes if lunch else 0,
            overtime_minutes=row.overtime_minutes,
            rides_with_id=_van_of(row, made, writing),
        )
        for weekday, hours in row.week
    ]


def _van_of(row: TechnicianRow, made: dict[str, Technician], writing: Writing) -> int | None:
    if row.rides_with is None:
        return None
    name = fold(row.rides_with)
    if name in made:
        return made[name].id
    return writing.ground.technicians[name].id
