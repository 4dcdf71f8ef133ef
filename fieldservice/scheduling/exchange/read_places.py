"""The places of a file: indices into its matrices, or coordinates collected as they are met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields, each, field_names, number, whole
from fieldservice.scheduling.travel import Location, TravelMatrix, TravelTimes

UNREACHABLE = 2**31
"""Seconds of a drive that nobody makes: more than the hours of any vehicle."""


@dataclass(slots=True)
class Places:
    """The places met while reading: indices into the matrices given, or coordinates collected."""

    matrices: Mapping[str, TravelMatrix]
    at: dict[int, Location] = field(default_factory=dict)
    indices: dict[Location, int] = field(default_factory=dict)

    def index(self, fields: Fields, coordinates: str, index: str) -> int | None:
        """Return the place a job or vehicle names, None when it names none."""
        named = fields.has(coordinates)
        place_at = location(fields.values[coordinates], fields.at(coordinates)) if named else None
        if not self.matrices:
            if fields.has(index):
                fields.refuse(index, "An index needs matrices.")
            return None if place_at is None else self.indices.setdefault(place_at, len(self))
        if not fields.has(index):
            if place_at is not None:
                fields.refuse(index, "With matrices, give the index of this place too.")
            return None
        place = fields.whole(index)
        if any(place >= len(matrix) for matrix in self.matrices.values()):
            fields.refuse(index, f"Place {place} is outside the matrix.")
        if place_at is not None:
            self.at[place] = place_at
        return place

    def __len__(self) -> int:
        return len(self.indices)

    def locations(self) -> tuple[Location | None, ...]:
        """Return the coordinates by index, as far as they are known."""
        if not self.matrices:
            return tuple(self.indices)
        size = max(len(matrix) for matrix in self.matrices.values())
        return tuple(self.at.get(place) for place in range(size)) if self.at else ()

    def travel(self, profiles: set[str], travel: TravelTimes) -> Mapping[str, TravelMatrix]:
        """Return the matrices given or, without any, computed ones for every profile."""
        if self.matrices:
            return self.matrices
        matrix = travel.matrix(tuple(self.indices))
        return dict.fromkeys(sorted(profiles), matrix)


def matrices_of(top: Fields) -> dict[str, TravelMatrix]:
    """Return the travel times the file gives, by profile; none where it gives none."""
    if not top.has("matrices"):
        return {}
    path = top.at("matrices")
    given = Fields.of(top.values["matrices"], path, top.values["matrices"] or ())
    return {name: _matrix(value, given.at(name)) for name, value in given.values.items()}


def _matrix(value: object, path: str) -> TravelMatrix:
    fields = Fields.of(value, path, {"durations"})
    rows = fields.each("durations", lambda row, row_path: each(row, row_path, _seconds))
    for place, row in enumerate(rows):
        if len(row) != len(rows):
            raise Refused(
                f"This row has {len(row)} cells, the matrix {len(rows)} rows.",
                f"{fields.at('durations')}[{place}]",
            )
    return TravelMatrix(np.array(rows, dtype=np.int64).reshape(len(rows), len(rows)))


def _seconds(value: object, path: str) -> int:
    if value is None:
        raise Refused(f"Write a drive that cannot be made as {UNREACHABLE}, not as null.", path)
    return whole(value, path)


def location(value: object, path: str) -> Location:
    """Return the place written as [longitude, latitude]."""
    degrees = each(value, path, number)
    if len(degrees) != 2:
        raise Refused("A place is [longitude, latitude].", path)
    with field_names(path):
        return Location(*degrees)
