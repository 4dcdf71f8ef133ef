"""A list as it was sent: its headings and its lines, whatever kind of file it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.cells import Cell, Unreadable, is_blank, text_of
from fieldservice.operations.imports.delimited import read_delimited
from fieldservice.operations.imports.limits import MOST_BYTES, MOST_COLUMNS, MOST_LINES, Row
from fieldservice.operations.imports.workbooks import read_workbook

_HEADING_WITHIN = 10
"""Titles and blank lines above the headings that are looked past."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list with its number in the file, as the spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, place: int) -> Cell:
        """The cell under that heading; rows may be short."""
        return self.cells[place] if place < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Headings and the lines under them."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def header_hash(self) -> str:
        """The same for lists with the same headings in any order."""
        folded = "\n".join(sorted(fold(header) for header in self.headers if header))
        return hashlib.sha256(folded.encode()).hexdigest()


def read_sheet(content: bytes, known_headings: frozenset[str]) -> Sheet:
    """The list in this file, or a refusal that says what kind of file to send.

    `known_headings`, folded, tell the row of headings from titles above it.
    """
    if not content.strip():
        raise Refused("The file is empty. Choose the file with your list.", "file")
    if len(content) > MOST_BYTES:
        raise Refused(
            "The file is larger than %(megabytes)s MB. Split the list in two.",
            "file",
            megabytes=MOST_BYTES // 1024 // 1024,
        )
    _refuse_other_kinds(content)
    rows = read_workbook(content) if content.startswith(b"PK") else read_delimited(content)
    return _sheet(rows, known_headings)


def _refuse_other_kinds(content: bytes) -> None:
    heads = (
        (b"\xd0\xcf\x11\xe0", "an old .xls workbook or one with a password"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"<!DOCTYPE", "a web page"),
        (b"<html", "a web page"),
        (b"<?xml", "an XML file"),
        (b"{\\rtf", "a text document"),
        (b"\x1f\x8b", "a compressed file"),
    )
    for head, kind in heads:
        if content[:64].lstrip().lower().startswith(head.lower()):
            raise Refused(
                "This is %(kind)s, not a list. Save it as .xlsx or as CSV.", "file", kind=kind
            )


def _sheet(rows: Iterable[Row], known_headings: frozenset[str]) -> Sheet:
    filled = []
    for number, cells in rows:
        cells = _trimmed(cells)
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise Refused(
                "Line %(number)s has more than %(most)s columns. Keep the ones you need, or "
                "choose another separator.",
                "file",
                number=number,
                most=MOST_COLUMNS,
            )
        filled.append(Line(number, cells))
        if len(filled) > MOST_LINES:
            raise Refused(
                "The list has more than %(most)s rows. Split it in two.", "file", most=MOST_LINES
            )
    if not filled:
        raise Refused("The file has no rows. Choose the file with your list.", "file")
    heading = _heading(filled[:_HEADING_WITHIN], known_headings)
    if heading == len(filled) - 1:
        raise Refused("There is nothing under the headings. Add the rows of your list.", "file")
    headers = _headers(filled[heading])
    if sum(map(bool, headers)) < 2:
        raise Refused(
            "Only one column was found, so this is no list. Save it as .xlsx, or as CSV with "
            "commas or semicolons between the columns.",
            "file",
        )
    return Sheet(headers, tuple(filled[heading + 1 :]))


def _trimmed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return cells[:end]


def _heading(lines: list[Line], known: frozenset[str]) -> int:
    def understood(place: int) -> int:
        cells = lines[place].cells
        return sum(isinstance(cell, str) and fold(cell) in known for cell in cells)

    best = max(range(len(lines)), key=lambda place: (understood(place), -place))
    return best if understood(best) >= 2 else 0


def _headers(line: Line) -> tuple[str, ...]:
    names = ["" if isinstance(cell, Unreadable) else text_of(cell)[:120] for cell in line.cells]
    while names and not names[-1]:
        names.pop()
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        if name:
            seen[name] = seen.get(name, 0) + 1
            names[place] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return tuple(names)
