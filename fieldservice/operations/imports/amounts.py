"""Durations, levels and other amounts as lists write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, time

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.dates import read_date

_HOURS = re.compile(
    r"^(?:(\d{1,2})\s*h(?:rs?|oras?|ores?|ours?)?\.?)?\s*(?:(\d{1,3})\s*(?:m|min|mins|minutos?|minuts?|minutes?|'|′)?\.?)?$",
    re.IGNORECASE,
)
_PART_HOURS = re.compile(r"^(\d{1,2}[.,]\d+)\s*(?:h|hores|horas|hours)?$", re.IGNORECASE)
_WALL = re.compile(r"^(\d{1,2}):(\d{2})(?::00)?$")
_SKILL = re.compile(r"^(.+?)(?:\s*[:=\s]\s*(\d+))?(?:\s*\(\s*([^)]+?)\s*\))?$")
_LONGEST_MINUTES = 12 * 60
_LEVELS = range(1, 10)


def read_minutes(cell: Cell) -> int:
    """A duration: 90, 90 min, 1:30, 1h30, 1,5 h or typed by the spreadsheet."""
    minutes = _minutes(cell)
    if minutes is None:
        raise Refused(f"{text_of(cell)!r} is not a duration. Write minutes, such as 90, or 1:30.")
    if not 5 <= minutes <= _LONGEST_MINUTES:
        raise Refused(f"{text_of(cell)} is {minutes} minutes. A visit takes 5 minutes to 12 hours.")
    return minutes


def _minutes(cell: Cell) -> int | None:
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, float) and not cell.is_integer():
        # Below one it is a typed time, a part of a day; above, hours and a part.
        return round(cell * 1440) if cell < 1 else round(cell * 60)
    text = text_of(cell)
    if match := _WALL.match(text):
        return int(match[1]) * 60 + int(match[2])
    if match := _PART_HOURS.match(text):
        return round(float(match[1].replace(",", ".")) * 60)
    match = _HOURS.match(text)
    if match is None or not any(match.groups()):
        return None
    return int(match[1] or 0) * 60 + int(match[2] or 0)


def read_months(cell: Cell) -> int:
    """A warranty in months: 24, 24 months, 2 years."""
    text = fold(text_of(cell))
    match = re.match(r"^(\d{1,3})\s*(.*)$", text)
    if match is None:
        raise Refused(f"{text_of(cell)!r} is not a number of months. Write 24.")
    years = match[2].startswith(("y", "a", "ev"))
    months = int(match[1]) * (12 if years else 1)
    if not 0 <= months <= 240:
        raise Refused(f"{months} months is too long. Warranties go up to 240 months.")
    return months


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """A skill by name, its level, and the last day it counts."""

    name: str
    level: int
    expires_on: date | None = None


def read_skills(cell: Cell) -> tuple[SkillLevel, ...]:
    """Skills with levels and expiry: “gas:2; fred:1 (31/12/2026)”."""
    parts = [part.strip() for part in re.split(r"[;,|\n]", text_of(cell)) if part.strip()]
    skills = tuple(_skill(part) for part in parts)
    names = [fold(skill.name) for skill in skills]
    for name in names:
        if names.count(name) > 1:
            raise Refused(f"Skill {name!r} is named twice. Keep one of them.")
    return skills


def _skill(part: str) -> SkillLevel:
    match = _SKILL.match(part)
    if match is None or not fold(match[1]):
        raise Refused(f"{part!r} is not a skill. Write its name and level, such as gas:2.")
    level = int(match[2] or 1)
    if level not in _LEVELS:
        raise Refused(f"Level {level} of {match[1]!r} does not exist. Levels go from 1 to 9.")
    return SkillLevel(match[1].strip(), level, read_date(match[3]) if match[3] else None)
