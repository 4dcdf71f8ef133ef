"""Which places a polygon holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.scheduling.area import Polygon
from fieldservice.scheduling.travel import Location


def polygon(*corners: tuple[float, float]) -> Polygon:
    return Polygon(tuple(Location(*corner) for corner in corners))


BAY = polygon((0, 0), (4, 0), (4, 4), (2, 1), (0, 4))
"""A square with a bay cut into its north."""


@pytest.mark.parametrize(
    ("lon", "lat", "held"),
    [
        (2, 0.5, True),
        (2, 2, False),
        (0.5, 2, True),
        (3.5, 2, True),
        (-1, 0, False),
        (5, 0, False),
        (2, 0, True),
        (4, 4, True),
        (2, 1, True),
        (0, 5, False),
        (3, 2.5, True),
        (5, 4, False),
        (-1, 4, False),
    ],
)
def test_a_place_is_inside_on_the_edge_or_outside(lon: float, lat: float, held: bool) -> None:
    assert BAY.holds(Location(lon, lat)) is held


spots = st.builds(complex, st.integers(-5, 5), st.integers(-5, 5))


@given(spots, spots, spots, spots)
def test_a_triangle_holds_what_lies_on_the_inner_side_of_its_edges(
    a: complex, b: complex, c: complex, spot: complex
) -> None:
    sides = [
        ((other - one).conjugate() * (spot - one)).imag for one, other in ((a, b), (b, c), (c, a))
    ]
    area = ((b - a).conjugate() * (c - a)).imag
    if area:
        held = all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
        corners = [(corner.real, corner.imag) for corner in (a, b, c)]
        assert polygon(*corners).holds(Location(spot.real, spot.imag)) is held


def test_two_corners_are_no_land() -> None:
    with pytest.raises(Refused):
        polygon((0, 0), (1, 1), (0, 0))
