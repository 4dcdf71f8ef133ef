"""Days to plan, drawn from a seed: towns, skills, promised windows, lunch, overtime, wishes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.problem import Break, Overtime, Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.travel import TravelMatrix

HOUR, MINUTE = 3600, 60
REGION_KM = 60.0
VISITS_A_TOWN = 25
SKILLS = 4
OVERFULL = 1.3
"""How much longer work takes on a day that holds more than anybody can do."""

TUNING = range(1, 100)
"""Seeds of days that the planner may be tried and changed on."""

JUDGING = range(1000, 1100)
"""Seeds of days that only judge it; nothing is ever tuned on them."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What kind of day to draw.

    `equal` leaves out what some planners cannot express: breaks, overtime, wishes, part-time.
    """

    visits: int
    shifts: int
    equal: bool = False
    overfull: bool = False

    def __str__(self) -> str:
        kinds = [" equal"] * self.equal + [" overfull"] * self.overfull
        return f"{self.visits}/{self.shifts}{''.join(kinds)}"


def a_day(sort: Sort, seed: int) -> Problem:
    """Draw a day; the same for the same sort and seed."""
    chance = np.random.default_rng([seed, sort.visits, sort.shifts])
    towns = chance.uniform(0, REGION_KM, (max(3, sort.visits // VISITS_A_TOWN), 2))
    around = chance.integers(len(towns), size=sort.visits + sort.shifts)
    points = towns[around] + chance.normal(0, 3, (len(around), 2))
    visits = tuple(_visit(chance, number, sort) for number in range(sort.visits))
    shifts = tuple(_shift(chance, number, sort) for number in range(sort.shifts))
    return Problem(visits, shifts, {"car": drives(points)})


def drives(points: np.ndarray) -> TravelMatrix:
    """Seconds by three and a half minutes and 1.8 minutes a kilometre."""
    km = np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=2))
    seconds = np.ceil(210 + 108 * km).astype(np.int64)
    np.fill_diagonal(seconds, 0)
    return TravelMatrix(seconds)


def _visit(chance: np.random.Generator, number: int, sort: Sort) -> Visit:
    wished = frozenset[int]()
    if not sort.equal and chance.random() < 0.15:
        wished = frozenset({int(chance.integers(sort.shifts))})
    skilled = chance.random() < 0.5
    return Visit(
        id=number,
        location=number,
        service=_service(chance, sort),
        windows=_windows(chance),
        skills=frozenset({int(chance.integers(SKILLS))}) if skilled else frozenset(),
        penalty=int(chance.integers(10_000, 30_000)),
        preferred_shifts=wished,
        preference_cost=900 if wished else 0,
    )


def _service(chance: np.random.Generator, sort: Sort) -> int:
    usual = int(chance.integers(4, 13)) * 7 * MINUTE
    return int(usual * OVERFULL) // MINUTE * MINUTE if sort.overfull else usual


def _windows(chance: np.random.Generator) -> tuple[TimeWindow, ...]:
    draw = chance.random()
    if draw < 0.5:
        start = (8 + 2 * int(chance.integers(4))) * HOUR
        return (TimeWindow(start, start + 2 * HOUR),)
    if draw < 0.75:
        start = 8 * HOUR if chance.random() < 0.5 else 13 * HOUR
        return (TimeWindow(start, start + 4 * HOUR),)
    return ()


def _shift(chance: np.random.Generator, number: int, sort: Sort) -> Shift:
    home = sort.visits + number
    part_time = not sort.equal and chance.random() < 0.2
    lunch = Break(1, 30 * MINUTE, (TimeWindow(11 * HOUR + 30 * MINUTE, 13 * HOUR),))
    return Shift(
        id=number,
        start=home,
        end=home,
        window=TimeWindow(8 * HOUR, (13 if part_time else 17) * HOUR),
        breaks=() if sort.equal or part_time else (lunch,),
        skills=frozenset(skill for skill in range(SKILLS) if chance.random() < 0.7),
        overtime=None if sort.equal else Overtime(HOUR, 2),
        fixed_cost=600,
    )
