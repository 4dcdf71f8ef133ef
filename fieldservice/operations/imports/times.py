"""Hours and arrival windows as lists write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.cells import Cell, text_of

_CLOCK = re.compile(
    r"^(\d{1,2})(?:\s*[:.,h]\s*(\d{2})?(?::\d{2}(?:\.\d+)?)?)?\s*(?:h|hrs?|hores|horas)?\s*([ap]\.?m\.?)?$",
    re.IGNORECASE,
)
_FOUR_DIGITS = re.compile(r"^(\d{1,2})(\d{2})$")
_BETWEEN = re.compile(r"\s*(?:[-–—/]|\b(?:a|to|i|y|and|fins|hasta|until)\b)\s*", re.IGNORECASE)
_AHEAD = re.compile(r"^\s*(?:de|des de|desde|from|entre|between)\s+", re.IGNORECASE)
_PARTS_OF_DAY = frozenset(
    fold(word)
    for word in (
        *("matí", "migdia", "tarda", "nit", "mañana", "mediodía", "tarde", "noche"),
        *("morning", "noon", "afternoon", "evening"),
    )
)


@dataclass(frozen=True, slots=True)
class Window:
    """From and until on the wall clock; `until` is None where the list gives one hour."""

    starts: time
    ends: time | None


def read_time(cell: Cell) -> time:
    """The hour: 9:30, 9.30, 9h30, 0930, 9, or typed by the spreadsheet."""
    if isinstance(cell, datetime):
        if cell.year > 1904:
            raise Refused(_became_date(cell))
        return cell.time()
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, float) and 0 <= cell < 1:
        return _of_minutes(round(cell * 1440) % 1440)
    text = text_of(cell)
    match = _FOUR_DIGITS.match(text) if len(text) > 2 else None
    match = match or _CLOCK.match(text)
    if match is None:
        raise Refused(f"{text!r} is not a time. Write it as 9:30.")
    afternoon = match[3] if match.re is _CLOCK else None
    return _time(int(match[1]), int(match[2] or 0), (afternoon or "").lower(), text)


def _of_minutes(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _time(hour: int, minute: int, half: str, text: str) -> time:
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        raise Refused(f"{text!r} is not on the clock. Hours go from 0:00 to 23:59.")
    return time(hour, minute)


def read_window(cell: Cell) -> Window:
    """From and until in one cell: 9-11, 9:00–11:00, de 9 a 11, or one hour alone."""
    if isinstance(cell, datetime | date) and not (isinstance(cell, datetime) and cell.year < 1905):
        raise Refused(_became_date(cell))
    if not isinstance(cell, str):
        return Window(read_time(cell), None)
    text = text_of(cell)
    if fold(text) in _PARTS_OF_DAY:
        raise Refused(f"{text!r} is not a window. Write the hours promised, such as 9-13.")
    parts = [part for part in _BETWEEN.split(_AHEAD.sub("", text)) if part]
    if len(parts) > 2:
        raise Refused(f"{text!r} is not a window. Write it as 9:00-11:00.")
    starts = read_time(parts[0] if parts else text)
    return window(starts, read_time(parts[1]) if len(parts) == 2 else None)


def window(starts: time, ends: time | None) -> Window:
    """The window, or a refusal where it ends before it starts."""
    if ends is not None and ends < starts:
        raise Refused(f"Ends {ends:%H:%M}, before it starts {starts:%H:%M}. Change the end.")
    return Window(starts, ends)


def _became_date(moment: date) -> str:
    return (
        f"The spreadsheet turned this into a date ({moment.day}/{moment.month}). Format the "
        "column as text and write the hours again, such as 9:00-11:00."
    )
