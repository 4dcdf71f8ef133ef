"""Rows of a territory's own list of places."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.points import Point
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.keys import row_key
from fieldservice.operations.imports.people import read_point


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A municipality with its point."""

    line: int
    key: str
    name: str
    postcode: str | None
    point: Point


def read_place(row: RowReader, ground: Ground) -> PlaceRow | None:
    """The place of this row, or None where the reader has noted what is wrong."""
    name, postcode = row.needed("place"), row.text("postcode", 12) or None
    if name and not fold(name):
        row.fault("place", "This holds no letters. Write the name of the place.")
    point = read_point(row, ground)
    if point is None and not row.faults:
        row.fault("point", "There are no coordinates. Give latitude and longitude.")
    if row.faults or point is None:
        return None
    return PlaceRow(row.line.number, row_key(name), name, postcode, point)
