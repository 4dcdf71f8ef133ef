"""Instances of the vehicle routing problem with time windows, after Solomon's recipe (1987).

R scatters customers, C gathers them, RC does both; type 1 has a short day and small vans, so that
many routes are needed, type 2 the opposite. Also reads the original files, if one has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fieldservice.errors import Refused
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.travel import TravelMatrix

TENTH = 10
"""Units to the unit of the original, so that whole numbers lose little of a distance."""

MUST = 10**7
"""Penalty of a customer left out: none is."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What makes a type: share in clusters, capacity of a van, length of the day, window width."""

    clustered: float
    capacity: int
    day: int
    half_width: int
    service: int


LAYOUTS = {
    "R1": Layout(0.0, 200, 230, 15, 10),
    "C1": Layout(1.0, 200, 1236, 60, 90),
    "RC1": Layout(0.5, 200, 240, 20, 10),
    "R2": Layout(0.0, 1000, 1000, 60, 10),
    "C2": Layout(1.0, 700, 3390, 160, 90),
    "RC2": Layout(0.5, 1000, 960, 60, 10),
}
CUSTOMERS_A_CLUSTER = 10
SIDE = 100
WINDOWED = (1.0, 0.75, 0.5, 0.25)
"""Shares of customers with a window narrower than the day, one after another by seed."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Points, demands, windows and service of the depot (row 0) and of each customer."""

    points: NDArray[np.float64]
    demand: NDArray[np.int64]
    ready: NDArray[np.int64]
    due: NDArray[np.int64]
    service: NDArray[np.int64]
    vans: int
    capacity: int


def drawn(kind: str, size: int, seed: int) -> Problem:
    """Draw an instance: every customer can be reached in time by a van of its own."""
    layout = LAYOUTS[kind]
    chance = np.random.default_rng([seed, size, list(LAYOUTS).index(kind)])
    # Twice as many customers live on twice the ground, as Gehring and Homberger have it.
    side = SIDE * np.sqrt(size / 100)
    points = _points(chance, layout, size, side)
    from_depot = np.sqrt(((points - points[0]) ** 2).sum(axis=1))
    day = int(layout.day * np.sqrt(size / 100))
    first = np.ceil(from_depot).astype(np.int64)
    last = np.maximum(first, np.floor(day - from_depot - layout.service).astype(np.int64))
    centre = chance.integers(first, last + 1)
    half = np.maximum(5, chance.normal(layout.half_width, layout.half_width / 4, size + 1))
    ready = np.maximum(first, centre - half.astype(np.int64))
    due = np.minimum(last, centre + half.astype(np.int64))
    free = chance.random(size + 1) >= WINDOWED[seed % len(WINDOWED)]
    ready[free], due[free] = 0, last[free]
    ready[0], due[0] = 0, day
    demand = np.clip(chance.normal(15, 8, size + 1), 1, 50).astype(np.int64)
    service = np.full(size + 1, layout.service)
    vans = size // 4
    return problem_of(Customers(points, demand, ready, due, service, vans, layout.capacity))


def read(file: Path) -> Problem:
    """Read an instance in the format of Solomon's files (also of Gehring and Homberger's)."""
    rows = [line.split() for line in file.read_text().splitlines()]
    numbers = [[float(one) for one in row] for row in rows if row and _is_number(row[0])]
    fleet = [row for row in numbers if len(row) == 2]
    table = np.array([row for row in numbers if len(row) == 7])
    if len(fleet) != 1 or not len(table):
        raise Refused(f"{file} is no instance in Solomon's format.", str(file))
    vans, capacity = (int(one) for one in fleet[0])
    whole = table.astype(np.int64)
    return problem_of(
        Customers(table[:, 1:3], whole[:, 3], whole[:, 4], whole[:, 5], whole[:, 6], vans, capacity)
    )


def problem_of(given: Customers) -> Problem:
    """Return the problem whose cost is the distance driven, in tenths of the original's unit."""
    away = np.sqrt(((given.points[:, None] - given.points[None, :]) ** 2).sum(axis=2))
    # Rounded up, so that a way round a corner is never shorter than the way itself.
    matrix = TravelMatrix(np.ceil(TENTH * away - 1e-9).astype(np.int64))
    visits = tuple(
        Visit(
            id=row,
            location=row,
            service=TENTH * int(given.service[row]),
            windows=(TimeWindow(TENTH * int(given.ready[row]), TENTH * int(given.due[row])),),
            delivery=(int(given.demand[row]),),
            penalty=MUST,
        )
        for row in range(1, len(given.points))
    )
    hours = TimeWindow(TENTH * int(given.ready[0]), TENTH * int(given.due[0]))
    shifts = tuple(Shift(n, 0, 0, hours, capacity=(given.capacity,)) for n in range(given.vans))
    return Problem(visits, shifts, {"car": matrix})


def _points(
    chance: np.random.Generator, layout: Layout, size: int, side: float
) -> NDArray[np.float64]:
    points = chance.uniform(0, side, (size + 1, 2))
    points[0] = side / 2
    centres = chance.uniform(0.1 * side, 0.9 * side, (max(1, size // CUSTOMERS_A_CLUSTER), 2))
    gathered = int(layout.clustered * size)
    home = chance.integers(len(centres), size=gathered)
    points[1 : gathered + 1] = centres[home] + chance.normal(0, 3, (gathered, 2))
    return points


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
