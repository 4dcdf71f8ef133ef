"""Small problems: places on a line, a minute of driving from one to the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fieldservice.scheduling.problem import (
    Break,
    Location,
    Polygon,
    Problem,
    Shift,
    TimeWindow,
    Visit,
    Waiver,
)
from fieldservice.scheduling.travel import TravelMatrix

MINUTE = 60
HOUR = 3600
NOON = 12 * HOUR
DAY = TimeWindow(8 * HOUR, 17 * HOUR)
LUNCH = Break(1, 30 * MINUTE, (TimeWindow(NOON, 13 * HOUR),))


def on_a_line(places: int = 60) -> TravelMatrix:
    spots = np.arange(places)
    return TravelMatrix(MINUTE * np.abs(spots[:, None] - spots[None, :]))


ON_THE_LINE = tuple(Location(place / 100, 0.0) for place in range(60))
"""Where the places are on the map, for those who ask."""


def a_stretch(first: int, last: int) -> Polygon:
    """The land from one place of the line to another, both included."""
    west, east = first / 100, last / 100
    corners = ((west, -1.0), (east, -1.0), (east, 1.0), (west, 1.0))
    return Polygon(tuple(Location(*corner) for corner in corners))


def a_visit(number: int, place: int = 10, service: int = HOUR, **rules: Any) -> Visit:
    return Visit(number, place, service, **rules)


def a_shift(number: int = 1, **rules: Any) -> Shift:
    usual: dict[str, Any] = {"start": 0, "end": 0, "window": DAY}
    return Shift(number, **usual | rules)


def a_problem(
    visits: Iterable[Visit], *shifts: Shift, waivers: Iterable[Waiver] = (), **rules: Any
) -> Problem:
    return Problem(
        tuple(visits),
        shifts or (a_shift(),),
        {"car": on_a_line()},
        locations=ON_THE_LINE,
        waivers=frozenset(waivers),
        **rules,
    )


def between(start: int, end: int) -> tuple[TimeWindow, ...]:
    return (TimeWindow(start, end),)
