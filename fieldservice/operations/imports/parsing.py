"""A whole list read into rows and faults, before any of it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldservice.models.imports import ImportKind
from fieldservice.operations.imports.asset_rows import read_asset
from fieldservice.operations.imports.columns import Columns
from fieldservice.operations.imports.customer_rows import read_customer
from fieldservice.operations.imports.dates import read_date
from fieldservice.operations.imports.faults import Fault, RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.place_rows import read_place
from fieldservice.operations.imports.sheets import Sheet
from fieldservice.operations.imports.technician_rows import read_technician
from fieldservice.operations.imports.visit_rows import read_visit

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

EVERY = 250

READERS: dict[ImportKind, Callable[[RowReader, Ground], Any]] = {
    ImportKind.VISITS: read_visit,
    ImportKind.TECHNICIANS: read_technician,
    ImportKind.CUSTOMERS: read_customer,
    ImportKind.ASSETS: read_asset,
    ImportKind.PLACES: read_place,
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The rows that can be written as far as the list alone tells, and the faults of the rest."""

    kind: ImportKind
    ground: Ground
    columns: Columns
    lines: int
    rows: tuple[Any, ...]
    faults: tuple[Fault, ...]


def no_progress(_doing: str, _done: int, _total: int) -> None:
    """Nobody is watching."""


def parse(
    sheet: Sheet, columns: Columns, ground: Ground, progress: Progress = no_progress
) -> Parsed:
    """Read every row; each fault names its line and column."""
    rows: list[Any] = []
    faults: list[Fault] = []
    for done, line in enumerate(sheet.lines):
        if done % EVERY == 0:
            progress("Reading", done, len(sheet.lines))
        reader = RowReader(line, columns)
        row = READERS[columns.kind](reader, ground)
        faults += reader.faults
        if row is not None and not reader.faults:
            rows.append(row)
    progress("Reading", len(sheet.lines), len(sheet.lines))
    kept, repeated = _once(rows)
    found = sorted((*faults, *repeated), key=lambda fault: fault.line)
    return Parsed(columns.kind, ground, columns, len(sheet.lines), kept, tuple(found))


def busiest_day(sheet: Sheet, columns: Columns) -> date | None:
    """The day most rows of the list are for."""
    days: Counter[date] = Counter()
    for line in sheet.lines:
        day = RowReader(line, columns).take("day", read_date)
        if day is not None:
            days[day] += 1
    return max(days, key=lambda day: (days[day], -day.toordinal()), default=None)


def _once(rows: Iterable[Any]) -> tuple[tuple[Any, ...], list[Fault]]:
    """Each row once; a second one about the same thing is a fault of the list."""
    first: dict[str, Any] = {}
    repeated: list[Fault] = []
    for row in rows:
        if row.key not in first:
            first[row.key] = row
            continue
        reason = f"This row says the same as line {first[row.key].line}. Take one of the two out."
        repeated.append(Fault(row.line, None, "", reason))
    return tuple(first.values()), repeated
