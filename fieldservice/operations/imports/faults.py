"""What is wrong with a row, told by line and column with the mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fieldservice.errors import Refused
from fieldservice.operations.imports.cells import Cell, Unreadable, is_blank, shown, text_of
from fieldservice.operations.imports.columns import Columns
from fieldservice.operations.imports.fields import field_titled
from fieldservice.operations.imports.sheets import Line

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a row out: where it stands, what is written there, why not."""

    line: int
    column: str | None
    written: str
    reason: str


class RowReader:
    """Reads one row field by field and collects what is wrong with it."""

    def __init__(self, line: Line, columns: Columns) -> None:
        self.line = line
        self.columns = columns
        self.faults: list[Fault] = []
        if len(line.cells) > len(columns.headers):
            self._more_cells_than_headings()

    def _more_cells_than_headings(self) -> None:
        extra = self.line.cells[len(self.columns.headers)]
        reason = (
            f"This row has {len(self.line.cells)} cells, the headings are "
            f"{len(self.columns.headers)}. Put a value that holds the separator in quotation marks."
        )
        self.faults.append(Fault(self.line.number, None, shown(extra), reason))

    def cell(self, field: str) -> Cell:
        """What stands under the field's heading; nothing where it has no column."""
        place = self.columns.places.get(field)
        return None if place is None else self.line.cell(place)

    def has(self, field: str) -> bool:
        """Whether anything is written there."""
        return not is_blank(self.cell(field))

    def fault(self, field: str, reason: str) -> None:
        """Note what is wrong with a field of this row."""
        column = self.columns.header(field) or field_titled(self.columns.kind, field)
        self.faults.append(Fault(self.line.number, column, shown(self.cell(field)), reason))

    def take(self, field: str, reading: Callable[[Cell], Value]) -> Value | None:
        """The value read, or None where there is none or it is wrong, which is noted."""
        cell = self.cell(field)
        if is_blank(cell):
            return None
        try:
            if isinstance(cell, Unreadable):
                raise Refused(cell.sentence)
            return reading(cell)
        except Refused as error:
            self.fault(field, error.sentence)
            return None

    def text(self, field: str, longest: int = 200) -> str:
        """The text there, squeezed to one line; too long is wrong."""
        text = self.take(field, text_of) or ""
        text = " ".join(text.split())
        if len(text) > longest:
            self.fault(field, f"This is longer than {longest} characters. Shorten it.")
        return text

    def needed(self, field: str, longest: int = 200) -> str:
        """The text there; nothing is wrong."""
        text = self.text(field, longest)
        if not text and not self.has(field):
            self.fault(field, f"{field_titled(self.columns.kind, field)} is empty. Fill it in.")
        return text
