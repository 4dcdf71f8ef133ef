"""What a cell of a list may hold, and how it reads as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from fieldservice.errors import Refused
from fieldservice.operations.visible import visible


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell whose value the spreadsheet itself could not give, with the mend."""

    sentence: str


Cell = str | int | float | datetime | date | time | Unreadable | None

LONGEST = 2000


def text_of(cell: Cell) -> str:
    """The cell as a person reads it: whole numbers without “.0”, spaces squeezed at the ends."""
    match cell:
        case None:
            return ""
        case Unreadable():
            raise Refused(cell.sentence)
        case bool():
            return "yes" if cell else "no"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time.min else f"{cell:%Y-%m-%d}"
        case date():
            return f"{cell:%Y-%m-%d}"
        case time():
            return f"{cell:%H:%M}"
    return visible(str(cell).replace("\xa0", " ")).strip()


def shown(cell: Cell) -> str:
    """The cell as a fault quotes it: short, and whatever it holds."""
    text = "" if isinstance(cell, Unreadable) else text_of(cell)
    return text if len(text) <= 60 else f"{text[:59]}…"


def is_blank(cell: Cell) -> bool:
    """Whether nothing is written in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\xa0 \t\r\n"))
