"""The usual working week as lists write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.times import read_window

_NAMES = (
    "mon monday dl dilluns lun lunes hetfo",
    "tue tuesday dt dimarts mar martes kedd",
    "wed wednesday dc dimecres mie miercoles szerda",
    "thu thursday dj dijous jue jueves csutortok",
    "fri friday dv divendres vie viernes pentek",
    "sat saturday ds dissabte sab sabado szombat",
    "sun sunday dg diumenge dom domingo vasarnap",
)
_DAY = {name: number for number, names in enumerate(_NAMES) for name in names.split()}
_FREE = {fold(word) for word in ("-", "lliure", "libre", "off", "free", "festa", "no", "0")}
_DAYS_AHEAD = re.compile(r"^\s*([^\d]+?)\s*:?\s+(\d.*)$")


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when on a weekday."""

    starts: time
    ends: time


Week = dict[int, Hours]


def read_hours(cell: Cell) -> Hours | None:
    """One day's hours, such as 8-17; None where the day is free."""
    text = text_of(cell)
    if fold(text) in _FREE or not text.strip("-–— "):
        return None
    found = read_window(text)
    if found.ends is None or found.ends == found.starts:
        raise Refused(f"{text!r} does not say from when until when. Write it as 8:00-17:00.")
    return Hours(found.starts, found.ends)


def read_week(cell: Cell) -> Week:
    """A whole week in one cell: “Mon-Fri 8-17; Sat 9-13”, in three languages."""
    week: Week = {}
    for part in re.split(r"[;\n]", text_of(cell)):
        if not part.strip():
            continue
        ahead, _, last = part.strip().rpartition(" ")
        if ahead and fold(last) in _FREE:
            for day in _days(ahead):
                week.pop(day, None)
            continue
        match = _DAYS_AHEAD.match(part)
        days, hours = (_days(match[1]), match[2]) if match else (range(5), part)
        found = read_hours(hours)
        if found:
            week.update(dict.fromkeys(days, found))
    return week


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        ends = [_day(name) for name in re.split(r"\s*[-–—]\s*|\s+(?:a|to|fins)\s+", part.strip())]
        first, last = ends[0], ends[-1]
        span = range(first, last + 1) if last >= first else (*range(first, 7), *range(last + 1))
        found += span
    return found


def _day(name: str) -> int:
    number = _DAY.get(fold(name))
    if number is None:
        raise Refused(f"{name!r} is not a weekday. Write Mon-Fri 8-17; Sat 9-13.")
    return number
