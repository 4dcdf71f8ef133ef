"""Lists as .xlsx workbooks: the first sheet that holds something, unpacked within bounds."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from openpyxl import load_workbook

from fieldservice.errors import Refused
from fieldservice.operations.imports.cells import LONGEST, Cell, Unreadable, is_blank
from fieldservice.operations.imports.limits import (
    MOST_BLANK_LINES,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_UNPACKED,
    Row,
)

_MEND = "Open it in your spreadsheet and save it as .xlsx or as CSV."
_NEVER_COUNTED = Unreadable(
    "This formula was never calculated. Open the file in your spreadsheet, save it and send it "
    "again, or paste the values."
)


def read_workbook(content: bytes) -> Iterator[Row]:
    """Every line of the first sheet that holds something."""
    formulas = _inspect(content)
    try:
        values = _open(content, values=True)
        written = _open(content, values=False) if formulas else None
        for sheet in values.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = _rows(sheet, written[sheet.title] if written else None)
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return
    except Refused:
        raise
    # Whatever a damaged file makes the reader stumble over is one thing to the sender.
    except Exception as error:
        raise Refused("This workbook is damaged. %(mend)s", "file", mend=_MEND) from error


def _inspect(content: bytes) -> bool:
    """Refuse what is no workbook or would not fit; say whether formulas are in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                kind = "an OpenDocument file" if "content.xml" in names else "a packed file"
                raise Refused(
                    "This is %(kind)s, not an .xlsx workbook. %(mend)s",
                    "file",
                    kind=kind,
                    mend=_MEND,
                )
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Refused(
                    "Unpacked, this workbook is larger than %(unpacked)s MB (files go up to "
                    "%(megabytes)s MB). Keep only the list in it.",
                    "file",
                    unpacked=MOST_UNPACKED // 1024**2,
                    megabytes=MOST_BYTES // 1024**2,
                )
            return _look_into(package, parts)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise Refused("This workbook is damaged. %(mend)s", "file", mend=_MEND) from error


def _look_into(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    formulas = False
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        data = package.read(part)
        # Workbooks declare nothing of their own; what does is made to grow when read.
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
            raise Refused(
                "This workbook is not one a spreadsheet wrote. %(mend)s", "file", mend=_MEND
            )
        if part.filename.startswith("xl/worksheets/"):
            formulas = formulas or b"<f>" in data or b"<f " in data or b"<f/" in data
    return formulas


def _open(content: bytes, *, values: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(content), read_only=True, data_only=values)


def _rows(sheet: Any, written: Any) -> Iterator[Row]:
    values = _lines(sheet)
    if written is None:
        yield from _until_blank(values)
        return
    pairs = zip(values, _lines(written), strict=False)
    yield from _until_blank(_marked(row, formula) for row, formula in pairs)


def _lines(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # What the file says about its own size may be wrong, and large.
    sheet.reset_dimensions()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from sheet.iter_rows(values_only=True)


def _marked(values: tuple[Any, ...], written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tell an empty cell from a formula nobody has calculated."""
    return tuple(
        _NEVER_COUNTED
        if value is None and isinstance(formula, str) and formula[:1] == "="
        else value
        for value, formula in zip_longest(values, written)
    )


def _until_blank(rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    blank = 0
    for number, values in enumerate(rows, start=1):
        cells = tuple(_cell(value) for value in values[: MOST_COLUMNS + 1])
        if not all(is_blank(value) for value in values[MOST_COLUMNS:]):
            cells = (*cells, "…")
        blank = blank + 1 if all(is_blank(cell) for cell in cells) else 0
        if blank > MOST_BLANK_LINES:
            return
        if not blank:
            yield number, cells


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        if value.startswith("#") and value.rstrip("!?").isupper() and len(value) < 12:
            return Unreadable(f"The spreadsheet shows the error {value} here. Mend its formula.")
        return value if len(value) <= LONGEST else value[:LONGEST]
    if value is None or isinstance(value, int | float) or hasattr(value, "isoformat"):
        return value  # type: ignore[no-any-return]
    if isinstance(value, Unreadable):
        return value
    return str(value)
