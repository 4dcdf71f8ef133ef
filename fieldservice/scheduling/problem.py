"""What is to be planned: visits, shifts and the rules between them.

Times are whole seconds from one origin of the caller's choice, durations whole seconds,
costs seconds of driving.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.area import Polygon
from fieldservice.scheduling.contradictions import refuse_contradictions
from fieldservice.scheduling.demand import Demand
from fieldservice.scheduling.guards import at_least, unique
from fieldservice.scheduling.outlook.spreads import Spreads
from fieldservice.scheduling.rules import Rule, Waiver
from fieldservice.scheduling.shift import Break, Overtime, Shift
from fieldservice.scheduling.speeds import USUAL, Speeds
from fieldservice.scheduling.travel import Location, TravelMatrix
from fieldservice.scheduling.visit import After, Pin, Visit
from fieldservice.scheduling.windows import TimeWindow

__all__ = [
    "After",
    "Break",
    "Demand",
    "Location",
    "Overtime",
    "Pin",
    "Polygon",
    "Problem",
    "Rule",
    "Shift",
    "TimeWindow",
    "Visit",
    "Waiver",
    "Weights",
]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the objective counts, in seconds of driving.

    `travel` multiplies driving, `balance` the difference between the longest and the shortest day;
    each visit moved costs `change`, each technician beyond the first for one `together` as much
    as that weight says. Each hundredth by which a promise may be broken costs `risk`.
    """

    travel: int = 1
    balance: int = 0
    change: int = 0
    together: int = 0
    risk: int = 0

    def __post_init__(self) -> None:
        at_least(0, travel=self.travel, balance=self.balance)
        at_least(0, change=self.change, together=self.together, risk=self.risk)


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question to the planner, refused at once when it contradicts itself.

    `tools` says how many shifts may carry each tool; of the plan the shifts carry as `steps`, at
    most `max_changes` visits may be moved. `reference` is that plan: shift and start by visit.
    Visits in `holds` do not start before the second given there, see `held`; `pinned` lists those
    fixed to each shift.
    """

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[str, TravelMatrix]
    locations: tuple[Location | None, ...] = ()
    waivers: frozenset[Waiver] = frozenset()
    weights: Weights = Weights()
    spreads: Spreads | None = None
    """How far days stray from the plan, where that is known."""
    demand: tuple[Demand, ...] = ()
    """Where visits usually come from, where that is known; only offers depend on it."""
    tools: Mapping[int, int] = field(default_factory=dict)
    max_changes: int | None = None
    reference: Mapping[int, tuple[int, int | None]] = field(init=False, repr=False, compare=False)
    holds: Mapping[int, int] = field(init=False, repr=False, compare=False)
    pinned: Mapping[int, Sequence[Visit]] = field(init=False, repr=False, compare=False)
    _visits: dict[int, Visit] = field(init=False, repr=False, compare=False)
    _shifts: dict[int, Shift] = field(init=False, repr=False, compare=False)
    _durations: dict[tuple[str, float], Sequence[memoryview]] = field(
        init=False, repr=False, compare=False
    )
    _covered: dict[tuple[int, int], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        object.__setattr__(self, "shifts", tuple(self.shifts))
        unique("visits", (visit.id for visit in self.visits))
        unique("shifts", (shift.id for shift in self.shifts))
        object.__setattr__(self, "_visits", {visit.id: visit for visit in self.visits})
        object.__setattr__(self, "_shifts", {shift.id: shift for shift in self.shifts})
        object.__setattr__(self, "_durations", {})
        object.__setattr__(self, "_covered", {})
        object.__setattr__(self, "holds", {})
        object.__setattr__(self, "reference", _reference(self.shifts))
        object.__setattr__(self, "pinned", _pinned(self.visits))
        refuse_contradictions(self)

    def visit(self, visit_id: int) -> Visit:
        """Return the visit of that id; KeyError when there is none."""
        return self._visits[visit_id]

    def shift(self, shift_id: int) -> Shift:
        """Return the shift of that id; KeyError when there is none."""
        return self._shifts[shift_id]

    def has_visit(self, visit_id: int) -> bool:
        """Tell whether some visit carries that id."""
        return visit_id in self._visits

    def has_shift(self, shift_id: int) -> bool:
        """Tell whether some shift carries that id."""
        return shift_id in self._shifts

    def seconds(self, shift: Shift) -> NDArray[np.int64]:
        """Return the travel seconds of that shift, its speed applied and rounded up."""
        plain = self.travel[shift.profile].durations
        if shift.speed_factor == 1:
            return plain
        # The small step back keeps 33 s at factor 1.1 at 30 s whatever the float rounding.
        scaled: NDArray[np.int64] = np.ceil(plain / shift.speed_factor - 1e-9).astype(np.int64)
        return scaled

    def durations(self, shift: Shift) -> Sequence[memoryview]:
        """Return the same seconds by rows, for looking up single ones quickly."""
        key = (shift.profile, shift.speed_factor)
        if key not in self._durations:
            # Views, since the numbers of thousands of places as objects fill gigabytes.
            seconds = self.seconds(shift)
            size, flat = len(seconds), seconds.ravel().data
            self._durations[key] = [flat[row * size : (row + 1) * size] for row in range(size)]
        return self._durations[key]

    def travel_time(self, shift: Shift, from_index: int | None, to_index: int | None) -> int:
        """Return seconds between two places at the usual speed; 0 when either is absent."""
        if from_index is None or to_index is None:
            return 0
        return self.durations(shift)[from_index][to_index]

    def speeds(self, shift: Shift) -> Speeds:
        """Return how fast that shift drives at each hour, in percent of its travel seconds."""
        return self.travel[shift.profile].speeds

    def arrival(self, shift: Shift, leaving: int, here: int | None, there: int | None) -> int:
        """Return the second at which a drive that begins then is over."""
        seconds = self.travel_time(shift, here, there)
        return self.speeds(shift).reach(leaving, seconds * USUAL)

    def departure(self, shift: Shift, arriving: int, here: int | None, there: int | None) -> int:
        """Return the last second at which to begin a drive that is over by then."""
        seconds = self.travel_time(shift, here, there)
        return self.speeds(shift).leave(arriving, seconds * USUAL)

    def covers(self, shift: Shift, visit: Visit) -> bool:
        """Tell whether the visit lies in the area of that shift."""
        if not shift.area:
            return True
        key = (shift.id, visit.location)
        if key not in self._covered:
            self._covered[key] = _inside(shift, self.place(visit.location))
        return self._covered[key]

    def place(self, index: int) -> Location | None:
        """Return where that place is on the map, None where nobody said."""
        return self.locations[index] if index < len(self.locations) else None

    def waived(self, rule: Rule, visit_id: int) -> bool:
        """Tell whether a person waived that rule for that visit."""
        return Waiver(rule, visit_id) in self.waivers

    def windows(self, visit: Visit) -> tuple[TimeWindow, ...]:
        """Return the windows that bind: none when a person waived them."""
        if self.waivers and (
            self.waived(Rule.WINDOW, visit.id) or self.waived(Rule.LATENESS, visit.id)
        ):
            return ()
        return visit.windows

    def ready(self, visit: Visit, arrival: int) -> int:
        """Return when the visit may start after that arrival, its windows apart: not while held."""
        return max(arrival, self.holds.get(visit.id, arrival))

    def held(self, holds: Mapping[int, int]) -> Problem:
        """Return the same problem with those visits not to start before a second each."""
        held = copy.copy(self)
        object.__setattr__(held, "holds", holds)
        return held

    def asked(
        self, visits: Sequence[Visit], here: Location, travel: Mapping[str, TravelMatrix]
    ) -> Problem:
        """Return the same problem with visits more at a place behind all others.

        They have no pins and wait for nobody, so that what was looked through stays sound.
        """
        asked = copy.copy(self)
        for name, value in (
            ("visits", (*self.visits, *visits)),
            ("locations", (*self.locations, here)),
            ("travel", travel),
            ("_visits", self._visits | {visit.id: visit for visit in visits}),
            ("_durations", {}),
            ("_covered", {}),
        ):
            object.__setattr__(asked, name, value)
        return asked


def _reference(shifts: Sequence[Shift]) -> dict[int, tuple[int, int | None]]:
    return {
        visit_id: (shift.id, start)
        for shift in shifts
        for visit_id, start in zip_longest(shift.steps, shift.starts)
    }


def _pinned(visits: Sequence[Visit]) -> dict[int, list[Visit]]:
    pinned: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.pin:
            pinned[visit.pin.shift_id].append(visit)
    return dict(pinned)


def _inside(shift: Shift, place: Location | None) -> bool:
    return place is not None and any(polygon.holds(place) for polygon in shift.area)
