"""Travel times: where they come from, and the square matrix they end up in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fieldservice.errors import Refused
from fieldservice.scheduling.speeds import AT_USUAL_SPEED, Speeds

EARTH_RADIUS_KM = 6371.0088
FEW = 40
"""Up to so many places a matrix is small enough to be kept."""

Degrees = NDArray[np.float64]
"""Points on the map: rows of longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map, in degrees (WGS 84)."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not -180 <= self.lon <= 180:
            raise Refused(f"A longitude lies between -180 and 180, not {self.lon}.", "lon")
        if not -90 <= self.lat <= 90:
            raise Refused(f"A latitude lies between -90 and 90, not {self.lat}.", "lat")


@dataclass(frozen=True, slots=True, eq=False)
class TravelMatrix:
    """Seconds from each place (row) to each place (column); need not be symmetric.

    So long a drive takes at the usual speed; `speeds` say at which hours another one holds.
    """

    durations: NDArray[np.int64]
    speeds: Speeds = AT_USUAL_SPEED

    def __post_init__(self) -> None:
        durations = _whole_numbers(self.durations)
        if durations.ndim != 2 or durations.shape[0] != durations.shape[1]:
            raise Refused("A travel matrix has as many columns as rows.", "durations")
        if durations.size and durations.min() < 0:
            raise Refused("A travel time cannot be negative.", "durations")
        durations.flags.writeable = False
        object.__setattr__(self, "durations", durations)

    def __len__(self) -> int:
        return len(self.durations)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TravelMatrix)
            and self.speeds == other.speeds
            and np.array_equal(self.durations, other.durations)
        )

    def __hash__(self) -> int:
        return hash((self.speeds, self.durations.tobytes()))


class TravelTimes(Protocol):
    """Whatever can tell how long it takes between places."""

    def matrix(self, locations: Sequence[Location]) -> TravelMatrix:
        """Return the seconds between each two of `locations`, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Travel guessed from the great circle: a start-up time plus so much per kilometre."""

    base_seconds: float = 210
    seconds_per_km: float = 108

    def matrix(self, locations: Sequence[Location]) -> TravelMatrix:
        """Return seconds, rounded up, and 0 between identical places."""
        if len(locations) > FEW:
            return _straight_lines(self, tuple(locations))
        return _known_lines(self, tuple(locations))

    def seconds_from(self, here: Location, places: Degrees) -> NDArray[np.float64]:
        """Return seconds from one place to each of the others, not rounded."""
        origin = degrees([here])
        km = _great_circle_km(origin, places)[0]
        same = (places == origin).all(axis=1)
        return np.where(same, 0.0, self.base_seconds + self.seconds_per_km * km)

    def with_one_more(self, matrix: TravelMatrix, places: Degrees, one: Location) -> TravelMatrix:
        """Return the matrix of these places with one more behind them; the others stay as given."""
        size = len(matrix)
        grown = np.zeros((size + 1, size + 1), np.int64)
        grown[:size, :size] = matrix.durations
        grown[:size, size] = grown[size, :size] = np.ceil(self.seconds_from(one, places))
        return replace(matrix, durations=grown)


@lru_cache(maxsize=64)
def _known_lines(line: StraightLine, locations: tuple[Location, ...]) -> TravelMatrix:
    """The places of one route are asked about again and again while a visit is put among them."""
    return _straight_lines(line, locations)


def _straight_lines(line: StraightLine, locations: tuple[Location, ...]) -> TravelMatrix:
    if not locations:
        return TravelMatrix(np.zeros((0, 0), dtype=np.int64))
    places = degrees(locations)
    seconds = line.base_seconds + line.seconds_per_km * _great_circle_km(places, places)
    same = (places[:, None, :] == places[None, :, :]).all(axis=2)
    return TravelMatrix(np.where(same, 0, np.ceil(seconds)).astype(np.int64))


def degrees(locations: Iterable[Location]) -> Degrees:
    """Return a row for each of them: longitude, latitude."""
    return np.array([(place.lon, place.lat) for place in locations], dtype=float).reshape(-1, 2)


def _great_circle_km(here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances from each to each by the haversine formula (Sinnott 1984)."""
    (lon, lat), (to_lon, to_lat) = np.radians(here).T, np.radians(there).T
    half_lon = (lon[:, None] - to_lon[None, :]) / 2
    half_lat = (lat[:, None] - to_lat[None, :]) / 2
    chord = np.sin(half_lat) ** 2 + np.outer(np.cos(lat), np.cos(to_lat)) * np.sin(half_lon) ** 2
    distance: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1)))
    return distance


def _whole_numbers(table: Any) -> NDArray[np.int64]:
    try:
        given = np.array(table)
    except ValueError:
        raise Refused("All rows of a travel matrix are equally long.", "durations") from None
    if given.size and given.dtype.kind not in "iu":
        raise Refused("Travel times are whole seconds.", "durations")
    return given.astype(np.int64, copy=False)
