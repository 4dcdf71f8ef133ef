"""Dates as lists write them: ISO, day first, or typed by the spreadsheet."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from openpyxl.utils.datetime import from_excel

from fieldservice.clock import is_within_reach
from fieldservice.errors import Refused
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.times import read_time

_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\S.*))?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.\s](\d{1,2})[-/.\s](\d{4}|\d{2})(?:\s+(\S.*))?$")
_SERIALS = range(32874, 73051)
"""Days since 1900 as spreadsheets count them, from 1990 to 2099."""


def read_date(cell: Cell) -> date:
    """The day written in the cell."""
    return read_date_and_time(cell)[0]


def read_date_and_time(cell: Cell) -> tuple[date, time | None]:
    """The day, and the hour where one stands beside it."""
    found = _read(cell)
    if not is_within_reach(found[0]):
        raise Refused(f"{found[0]} is beyond any calendar. Check the year.")
    return found


def _read(cell: Cell) -> tuple[date, time | None]:
    if isinstance(cell, datetime):
        return cell.date(), cell.time() if cell.time() != time.min else None
    if isinstance(cell, date):
        return cell, None
    if isinstance(cell, int | float) and int(cell) in _SERIALS:
        return _typed(cell)
    return _written(text_of(cell))


def _typed(serial: float) -> tuple[date, time | None]:
    moment = from_excel(serial)
    return _read(moment) if isinstance(moment, datetime) else (moment, None)


def _written(text: str) -> tuple[date, time | None]:
    if match := _ISO.match(text):
        year, month, day, rest = match.groups()
    elif match := _DAY_FIRST.match(text):
        day, month, year, rest = match.groups()
    else:
        raise Refused(f"{text!r} is not a date. Write it as 24/11/2026 or 2026-11-24.")
    full = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        found = date(full, int(month), int(day))
    except ValueError as error:
        raise Refused(f"{text!r} is not in the calendar. {_mend(day, month)}") from error
    return found, read_time(rest) if rest else None


def _mend(day: str, month: str) -> str:
    if int(month) > 12 and int(day) <= 12:
        return "Write the day before the month, as in 24/11/2026."
    return "Correct the day or the month."
