"""Who calls, from where and for what: the same calls for every way to book them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.planner.days import HOUR, MINUTE, REGION_KM, SKILLS, drives
from fieldservice.scheduling.problem import Break, Shift, TimeWindow
from fieldservice.scheduling.travel import TravelMatrix

SITES = 400
TOWNS = 7
OUTSIDE = 0.15
"""Share of the sites that lie in no town."""

WINDOWS = tuple(TimeWindow(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 12, 14))
"""The arrival windows that can be promised on a day."""

SUITS = 0.5
"""How often a window suits a customer."""

FIXED_COST = 600
"""What it costs, in seconds of driving, that a technician goes out at all."""

EMERGENCIES = 1.5
"""Calls a day that cannot wait until tomorrow."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody wants a visit: on which business day they call, and what it takes."""

    id: int
    day: int
    second: int
    location: int
    service: int
    skills: frozenset[int]
    mood: int

    def suits(self, day: int, window: TimeWindow) -> bool:
        """Tell whether the customer can be at home then; always the same answer."""
        drawn = np.random.default_rng([self.mood, day, window.start])
        return bool(drawn.random() < SUITS)


@dataclass(frozen=True)
class World:
    """A team, its region and all that will happen, drawn from a seed."""

    seed: int
    technicians: int
    calls_a_day: float

    @cached_property
    def travel(self) -> TravelMatrix:
        """Seconds between the sites and, after them, the technicians' homes."""
        chance = self._chance(1)
        towns = chance.uniform(0, REGION_KM, (TOWNS, 2))
        sizes = chance.dirichlet(np.full(TOWNS, 2.0))
        count = SITES + self.technicians
        points = towns[chance.choice(TOWNS, size=count, p=sizes)] + chance.normal(0, 3, (count, 2))
        scattered = np.flatnonzero(chance.random(SITES) < OUTSIDE)
        points[scattered] = chance.uniform(0, REGION_KM, (len(scattered), 2))
        return drives(points)

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """The team, the same on every day."""
        chance = self._chance(2)
        lunch = Break(1, 30 * MINUTE, (TimeWindow(11 * HOUR + 30 * MINUTE, 13 * HOUR),))
        return tuple(
            Shift(
                id=number,
                start=SITES + number,
                end=SITES + number,
                window=TimeWindow(8 * HOUR, 17 * HOUR),
                breaks=(lunch,),
                skills=frozenset(one for one in range(SKILLS) if chance.random() < 0.8),
                fixed_cost=FIXED_COST,
            )
            for number in range(self.technicians)
        )

    def calls(self, day: int) -> list[Call]:
        """The calls of a business day, in order; each is for tomorrow or later."""
        chance = self._chance(3, day)
        count = int(chance.poisson(self.calls_a_day))
        return self._draw(chance, day, count, first_id=1000 * day)

    def emergencies(self, day: int) -> list[Call]:
        """The calls of a day that somebody must answer on the same day, in order."""
        chance = self._chance(4, day)
        return self._draw(chance, day, int(chance.poisson(EMERGENCIES)), first_id=1000 * day + 900)

    def lasts(self, call_id: int, spread: float) -> float:
        """How many times as long as planned something takes: log-normal with mean 1."""
        drawn = self._chance(5, call_id).normal(-spread * spread / 2, spread)
        return float(np.exp(drawn))

    def sick(self, day: int, share: float) -> frozenset[int]:
        """Who does not come that morning."""
        absent: NDArray[np.bool_] = self._chance(6, day).random(self.technicians) < share
        return frozenset(int(one) for one in np.flatnonzero(absent))

    def _draw(self, chance: np.random.Generator, day: int, count: int, first_id: int) -> list[Call]:
        able = sorted({skill for shift in self.shifts for skill in shift.skills})
        seconds = np.sort(chance.integers(8 * HOUR, 15 * HOUR, count))
        return [
            Call(
                id=first_id + number,
                day=day,
                second=int(second),
                location=int(chance.integers(SITES)),
                service=int(chance.integers(4, 13)) * 7 * MINUTE,
                skills=frozenset({int(chance.choice(able))} if chance.random() < 0.5 else ()),
                mood=int(chance.integers(2**31)),
            )
            for number, second in enumerate(seconds)
        ]

    def _chance(self, *what: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.technicians, *what])
