"""Lists as text: commas, semicolons or tabs; UTF-8 or what older spreadsheets write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from fieldservice.errors import Refused
from fieldservice.operations.imports.cells import LONGEST
from fieldservice.operations.imports.limits import MOST_COLUMNS, Row

_MEND = "Save it from your spreadsheet as .xlsx or as CSV."


def read_delimited(content: bytes) -> Iterator[Row]:
    """Every line with its number, from 1; a value over several lines counts from its first."""
    text = _decoded(content)
    said, rest = _said_separator(text)
    lines = csv.reader(
        io.StringIO(rest, newline=""), delimiter=said or _separator(rest), skipinitialspace=True
    )
    skipped = 1 if said else 0
    while True:
        number = lines.line_num + 1 + skipped
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                f"Line {number} is not readable as a list: a quotation mark is probably missing. "
                + _MEND,
                "file",
            ) from error
        yield number, tuple(_value(cell, number) for cell in cells)


def _value(cell: str, number: int) -> str:
    if len(cell) > LONGEST:
        raise Refused(
            "A value in line %(number)s is longer than %(longest)s characters; a quotation "
            "mark is probably missing before or in it.",
            "file",
            number=number,
            longest=LONGEST,
        )
    return cell


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(content, "utf-16")
    if b"\0" in content:
        raise Refused("The file holds no text: it is no list. %(mend)s", "file", mend=_MEND)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(content, "cp1252")


def _as(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            "The letters of this file cannot be read. %(mend)s", "file", mend=_MEND
        ) from error
    if "\0" in text:
        raise Refused("The file holds no text: it is no list. %(mend)s", "file", mend=_MEND)
    return text


def _said_separator(text: str) -> tuple[str | None, str]:
    first, _, rest = text.partition("\n")
    said = first.strip().strip('"').lower()
    if said.startswith("sep=") and len(said) == 5:
        return said[-1], rest
    return None, text


def _separator(text: str) -> str:
    """The sign that parts most of the first lines, outside quotation marks."""
    lines = [line for line in text.splitlines()[:10] if line.strip()]
    bare = ["".join(line.split('"')[::2]) for line in lines]
    votes = {sign: max((line.count(sign) for line in bare), default=0) for sign in ";,\t"}
    best = max(votes, key=lambda sign: (votes[sign], sign == ";"))
    if votes[best] > MOST_COLUMNS:
        raise Refused(
            "The file has more than %(most)s columns. Keep the ones you need.",
            "file",
            most=MOST_COLUMNS,
        )
    return best
