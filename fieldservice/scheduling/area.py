"""Where somebody works: polygons on the map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from fieldservice.errors import Refused
from fieldservice.scheduling.travel import Location


@dataclass(frozen=True, slots=True)
class Polygon:
    """A stretch of land by its corners in order, edges included; the last joins the first."""

    corners: tuple[Location, ...]

    def __post_init__(self) -> None:
        if len(set(self.corners)) < 3:
            raise Refused("A polygon has at least three different corners.", "area")

    def holds(self, place: Location) -> bool:
        """Tell whether a place lies in it, by the edges a line eastward crosses (Shimrat 1962)."""
        inside = False
        for one, other in pairwise((*self.corners, self.corners[0])):
            side = _side(one, other, place)
            if side == 0 and _between(one, other, place):
                return True
            if (one.lat > place.lat) != (other.lat > place.lat):
                inside ^= (side > 0) == (other.lat > one.lat)
        return inside


def _side(one: Location, other: Location, place: Location) -> float:
    """Above 0 where the place is left of the way from one to the other, 0 on that line."""
    return (other.lon - one.lon) * (place.lat - one.lat) - (other.lat - one.lat) * (
        place.lon - one.lon
    )


def _between(one: Location, other: Location, place: Location) -> bool:
    lon, lat = sorted((one.lon, other.lon)), sorted((one.lat, other.lat))
    return lon[0] <= place.lon <= lon[1] and lat[0] <= place.lat <= lat[1]
