"""Ways to book a call: which of the times that suit the customer is proposed first.

The customer takes the first proposal that suits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.rolling.calls import FIXED_COST, WINDOWS, Call, World
from benchmarks.rolling.diary import Day, Opening
from fieldservice.scheduling.demand import Neighbours
from fieldservice.scheduling.expectation import A_DAY_LATER, Added, Ahead

HORIZON = 10
"""Business days ahead on which times are offered."""

BY_COUNT = 6
"""Visits a technician is given a day where nobody looks at routes."""

REMEMBERED = 500
"""Past visits from which demand is learned."""


@dataclass
class Past:
    """What was learned so far: where visits come from, and how many a day there usually are."""

    places: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def note(self, call: Call) -> None:
        """Remember where a call came from."""
        self.places = [*self.places[1 - REMEMBERED :], call.location]

    def seen_from(self, world: World, location: int) -> Neighbours:
        """The demand of a usual day around that place."""
        usual = float(np.mean(self.days)) if self.days else 0.0
        drives = world.travel.durations[location][self.places].astype(np.float64)
        return Neighbours(drives, np.full(len(drives), usual / max(1, len(drives))))


Policy = Callable[[World, Sequence[Day], Past, Call], Opening | None]
"""From the days ahead to the time the customer gets; None where none is found."""


def first_available(_world: World, days: Sequence[Day], _past: Past, call: Call) -> Opening | None:
    """The earliest time that truly fits."""
    return next((one for day in days for one in day.openings(call)), None)


def raw_cost(_world: World, days: Sequence[Day], _past: Past, call: Call) -> Opening | None:
    """The time that adds least to the routes as they stand, the earliest of equal ones."""
    found = [one for day in days for one in day.openings(call)]
    return min(found, key=lambda one: one.place.cost, default=None)


def raw_cost_and_waiting(
    _world: World, days: Sequence[Day], _past: Past, call: Call
) -> Opening | None:
    """The same, where every day of waiting has its price."""
    found = [one for day in days for one in day.openings(call)]
    return min(found, key=lambda one: one.place.cost + A_DAY_LATER * one.day, default=None)


def expected_cost(world: World, days: Sequence[Day], past: Past, call: Call) -> Opening | None:
    """The time that will have added least when its day comes, every day of waiting at its price."""
    around = past.seen_from(world, call.location)
    priced = [one for day in days for one in _expected(day, around, call)]
    return min(priced, key=lambda one: one[0] + A_DAY_LATER * one[1].day, default=(0, None))[1]


def _expected(day: Day, around: Neighbours, call: Call) -> Iterator[tuple[int, Opening]]:
    for one in day.openings(call):
        fixed = FIXED_COST if one.empty else 0
        added = Added(one.place.cost, one.driving, one.driving, fixed)
        ahead = Ahead.of(day.problem, day.orders, day.problem.shifts, one.window)
        (cost,) = ahead.expected(around, call.service, [added])
        yield cost, one


def by_count(days: Sequence[Day], call: Call) -> tuple[Day, int] | None:
    """The earliest day and window with a place left by numbers alone; no route is looked at."""
    for day in days:
        places = BY_COUNT * len(day.problem.shifts) / len(WINDOWS)
        for number, window in enumerate(WINDOWS):
            taken = sum(visit.windows == (window,) for visit in day.problem.visits)
            if taken < places and call.suits(day.number, window):
                return day, number
    return None


POLICIES: dict[str, Policy | None] = {
    "by numbers, planned on the day only": None,
    "first available": first_available,
    "raw insertion cost": raw_cost,
    "raw insertion cost and waiting": raw_cost_and_waiting,
    "expected cost and waiting": expected_cost,
}
