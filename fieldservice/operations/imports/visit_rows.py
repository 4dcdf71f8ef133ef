"""Rows of a list of visits."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date

from fieldservice.models.kinds import Kind
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.amounts import SkillLevel, read_minutes, read_skills
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground, KnownTechnician
from fieldservice.operations.imports.keys import row_key
from fieldservice.operations.imports.people import Address, Person, read_address, read_person
from fieldservice.operations.imports.promises import When, read_day, read_when
from fieldservice.operations.imports.words import read_kind, read_priority

_USUAL_PRIORITY = 30


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as its row says it, nothing wrong with it."""

    line: int
    key: str
    reference: str | None
    person: Person
    address: Address
    kind: Kind
    summary: str
    priority: int
    minutes: int
    when: When
    due_on: date | None
    technician_id: int | None
    serial: str | None
    skills: tuple[tuple[int, int], ...]
    """Skill ids with levels."""


def read_visit(row: RowReader, ground: Ground) -> VisitRow | None:
    """The visit of this row, or None where the reader has noted what is wrong."""
    person, address = read_person(row, ground), read_address(row, ground)
    kind = row.take("kind", read_kind)
    if not row.has("kind"):
        row.fault("kind", "Kind of work is empty. Write installation, repair or another kind.")
    when = read_when(row, ground)
    technician = _technician(row, ground, when)
    minutes = _minutes(row, kind, ground)
    skills = _skills(row, kind, ground)
    reference = row.text("reference", 40) or None
    priority = row.take("priority", read_priority)
    due_on = read_day(row, "due_on", ground)
    summary, remarks = row.text("summary", 1000), row.text("remarks", 1000)
    serial = row.text("serial", 80) or None
    if row.faults or kind is None or minutes is None:
        return None
    return VisitRow(
        line=row.line.number,
        key=_key(reference, person, address, kind, when),
        reference=reference,
        person=person,
        address=address,
        kind=kind,
        summary="\n".join(part for part in (summary, remarks) if part),
        priority=_USUAL_PRIORITY if priority is None else priority,
        minutes=minutes,
        when=when,
        due_on=due_on,
        technician_id=technician.id if technician else None,
        serial=serial,
        skills=skills,
    )


def _key(reference: str | None, person: Person, address: Address, kind: Kind, when: When) -> str:
    if reference:
        return row_key("reference", reference)
    bound = when.service_on or (when.earliest_at.date() if when.earliest_at else None)
    reached = person.phone or person.name
    return row_key(reached, bound.isoformat() if bound else "", kind.value, address.whole)


def _minutes(row: RowReader, kind: Kind | None, ground: Ground) -> int | None:
    if row.has("duration"):
        return row.take("duration", read_minutes)
    need = ground.kinds.get(kind) if kind else None
    if need is None and kind is not None:
        row.fault(
            "duration",
            f"There is no duration, and {ground.territory} has no usual one for "
            f"{kind.value}. Fill it in.",
        )
    return need.minutes if need else None


def _skills(row: RowReader, kind: Kind | None, ground: Ground) -> tuple[tuple[int, int], ...]:
    asked = row.take("skills", read_skills)
    if asked is None:
        need = ground.kinds.get(kind) if kind else None
        return ((need.skill_id, 1),) if need and need.skill_id else ()
    return tuple(
        (skill_id, one.level) for one in asked if (skill_id := _skill(row, one, ground)) is not None
    )


def _skill(row: RowReader, asked: SkillLevel, ground: Ground) -> int | None:
    skill_id = ground.skills.get(fold(asked.name))
    if skill_id is None:
        known = ", ".join(sorted(ground.skills)) or "none yet"
        row.fault("skills", f"Nobody knows the skill {asked.name!r}. Skills are: {known}.")
    return skill_id


def _technician(row: RowReader, ground: Ground, when: When) -> KnownTechnician | None:
    name = row.text("technician")
    if not name:
        return None
    known = ground.technicians.get(fold(name)) or _by_part(name, ground)
    if known is None:
        row.fault("technician", _unknown(name, ground))
        return None
    if when.service_on and when.service_on.weekday() not in known.weekdays:
        day = f"{when.service_on:%A}"
        row.fault(
            "technician",
            f"{known.name} does not work on a {day}. Change the day or the technician.",
        )
    return known


def _by_part(name: str, ground: Ground) -> KnownTechnician | None:
    """Somebody whose first name or surname it is, where only one has it."""
    wanted = set(fold(name).split())
    found = {
        known.id: known for full, known in ground.technicians.items() if wanted <= set(full.split())
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _unknown(name: str, ground: Ground) -> str:
    near = difflib.get_close_matches(fold(name), ground.technicians, n=1, cutoff=0.6)
    hint = f" Is it {ground.technicians[near[0]].name}?" if near else ""
    return (
        f"No technician of {ground.territory} is called {name!r}.{hint} "
        "Correct the name, add the technician first, or leave it empty."
    )
