"""Rows of a list of technicians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from fieldservice.errors import Refused
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.customers.points import Point
from fieldservice.operations.imports.amounts import SkillLevel, read_skills
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.fields import WEEKDAYS
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.keys import row_key
from fieldservice.operations.imports.people import read_point
from fieldservice.operations.imports.times import read_time, read_window
from fieldservice.operations.imports.weeks import Hours, Week, read_hours, read_week
from fieldservice.operations.imports.words import read_yes

_USUAL_LUNCH = 60


@dataclass(frozen=True, slots=True)
class Lunch:
    """When lunch may begin, first and last, and how long it is."""

    earliest: time
    latest: time
    minutes: int


@dataclass(frozen=True, slots=True)
class TechnicianRow:
    """A technician as the row says it."""

    line: int
    key: str
    name: str
    external_id: str | None
    phone: str | None
    home: Point
    skills: tuple[SkillLevel, ...]
    week: tuple[tuple[int, Hours], ...]
    lunch: Lunch | None
    overtime_minutes: int
    is_trainee: bool
    rides_with: str | None


def read_technician(row: RowReader, ground: Ground) -> TechnicianRow | None:
    """The technician of this row, or None where the reader has noted what is wrong."""
    name = row.needed("name")

    def phone(cell: Cell) -> str:
        return phone_number(text_of(cell), ground.country)

    reached = row.take("mobile", phone) or row.take("phone", phone)
    home = _home(row, ground)
    week = _week(row)
    skills = row.take("skills", read_skills) or ()
    lunch, overtime = _lunch(row), row.take("overtime", _minutes) or 0
    trainee = row.take("trainee", read_yes) or False
    external_id, rides_with = row.text("external_id", 120) or None, row.text("rides_with") or None
    if not week and not row.faults:
        row.fault(
            "hours", f"{name} has no working hours, so no shift. Write hours such as Mon-Fri 8-17."
        )
    if row.faults or home is None:
        return None
    return TechnicianRow(
        line=row.line.number,
        key=row_key(external_id or name),
        name=name,
        external_id=external_id,
        phone=reached,
        home=home,
        skills=skills,
        week=tuple(sorted(week.items())),
        lunch=lunch,
        overtime_minutes=overtime,
        is_trainee=trainee,
        rides_with=rides_with,
    )


def _home(row: RowReader, ground: Ground) -> Point | None:
    given = read_point(row, ground)
    if given or row.faults:
        return given
    town = row.text("municipality") or row.text("address").rpartition(",")[2].strip()
    known = ground.place(town, row.text("postcode", 12))
    if known is None:
        row.fault(
            "point",
            "There is no home to start the day from. Give coordinates, or a municipality of the "
            "place list.",
        )
    return known.point if known else None


def _week(row: RowReader) -> Week:
    week: Week = row.take("hours", read_week) or {}
    starts, ends = row.take("starts", read_time), row.take("ends", read_time)
    if starts and ends and ends > starts:
        week = dict.fromkeys(range(5), Hours(starts, ends)) | week
    elif starts and ends:
        row.fault("ends", f"Ends {ends:%H:%M}, before it starts {starts:%H:%M}. Change the end.")
    elif (starts or ends) and not row.faults:
        row.fault("ends" if starts else "starts", "Give the start and the end of the day.")
    for number, day in enumerate(WEEKDAYS):
        found = row.take(day, read_hours)
        if found:
            week[number] = found
        elif row.has(day):
            week.pop(number, None)
    return week


def _lunch(row: RowReader) -> Lunch | None:
    found = row.take("lunch", read_window)
    minutes = row.take("lunch_minutes", _minutes)
    if found is None:
        return None
    if found.ends is None:
        return Lunch(found.starts, found.starts, minutes or _USUAL_LUNCH)
    first, end = _from_midnight(found.starts), _from_midnight(found.ends)
    length = minutes or min(_USUAL_LUNCH, end - first)
    last = max(first, end - length)
    return Lunch(found.starts, time(last // 60, last % 60), length)


def _from_midnight(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _minutes(cell: Cell) -> int:
    text = text_of(cell)
    digits = text.split()[0].rstrip("'′") if text else ""
    if not digits.isdecimal() or int(digits) > 240:
        raise Refused(f"{text!r} is not a number of minutes up to 240. Write 60.")
    return int(digits)
