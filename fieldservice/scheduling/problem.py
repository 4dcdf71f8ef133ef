"""What is to be planned: visits, shifts and the rules between them.

Times are whole seconds from one origin of the caller's choice, durations whole seconds,
costs seconds of driving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fieldservice.errors import Refused
from fieldservice.scheduling.travel import Location, TravelMatrix

__all__ = [
    "Break",
    "Location",
    "Overtime",
    "Pin",
    "Problem",
    "Rule",
    "Shift",
    "TimeWindow",
    "Visit",
    "Waiver",
    "Weights",
]


class Rule(StrEnum):
    """Everything a plan can break or a visit can fail on, by the name shown to people."""

    SKILL = "skill"
    WINDOW = "window"
    LATENESS = "lateness"
    SHIFT_HOURS = "shift_hours"
    OVERTIME = "overtime"
    BREAK = "break"
    CAPACITY = "capacity"
    MAX_TASKS = "max_tasks"
    MAX_TRAVEL_TIME = "max_travel_time"
    ALLOWED_SHIFT = "allowed_shift"
    FORBIDDEN_SHIFT = "forbidden_shift"
    PIN = "pin"
    OVERLAP = "overlap"
    TRAVEL = "travel"
    DURATION = "duration"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    MEASURE = "measure"
    PENALTY = "penalty"


def _in_order(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    return tuple(sorted(windows, key=lambda window: (window.start, window.end)))


def _at_least(bound: int, **amounts: int) -> None:
    for name, amount in amounts.items():
        if amount < bound:
            raise Refused(f"{name} must be at least {bound}, not {amount}.", name)


def _unique(name: str, ids: Iterable[int]) -> None:
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            raise Refused(f"{one} appears twice among {name}.", name)
        seen.add(one)


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A span closed at both ends; on a visit or a break it bounds the start of service."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Refused(f"A window cannot end ({self.end}) before it starts ({self.start}).")


@dataclass(frozen=True, slots=True)
class Break:
    """A rest every used shift takes once; it may split a drive, never a service."""

    id: int
    duration: int
    windows: tuple[TimeWindow, ...]

    def __post_init__(self) -> None:
        _at_least(0, duration=self.duration)
        object.__setattr__(self, "windows", _in_order(self.windows))
        if not self.windows:
            raise Refused(f"Break {self.id} needs a window in which it starts.", "windows")


@dataclass(frozen=True, slots=True)
class Pin:
    """Fixes a visit to a shift and, with `start`, to that very second."""

    shift_id: int
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Overtime:
    """How far a shift may run past its end, and what each second of it costs."""

    max: int
    cost_per_second: int = 2

    def __post_init__(self) -> None:
        _at_least(0, max=self.max, cost_per_second=self.cost_per_second)


@dataclass(frozen=True, slots=True)
class Visit:
    """One call at one place; without windows it may start at any time."""

    id: int
    location: int
    service: int
    setup: int = 0
    windows: tuple[TimeWindow, ...] = ()
    skills: frozenset[int] = frozenset()
    priority: int = 0
    penalty: int | None = None
    delivery: tuple[int, ...] = ()
    preferred_shifts: frozenset[int] = frozenset()
    preference_cost: int = 0
    allowed_shifts: frozenset[int] | None = None
    forbidden_shifts: frozenset[int] = frozenset()
    pin: Pin | None = None
    max_lateness: int = 0
    lateness_cost_per_second: int = 1
    description: str = ""

    def __post_init__(self) -> None:
        _at_least(0, location=self.location, service=self.service, setup=self.setup)
        _at_least(0, preference_cost=self.preference_cost, max_lateness=self.max_lateness)
        _at_least(0, lateness_cost_per_second=self.lateness_cost_per_second)
        _at_least(0, penalty=self.penalty or 0, delivery=min(self.delivery, default=0))
        if not 0 <= self.priority <= 100:
            raise Refused(f"A priority lies between 0 and 100, not {self.priority}.", "priority")
        if bool(self.preferred_shifts) != bool(self.preference_cost):
            raise Refused(
                "Preferred shifts and the cost of missing them come together or not at all.",
                "preference_cost" if self.preferred_shifts else "preferred_shifts",
            )
        object.__setattr__(self, "windows", _in_order(self.windows))


@dataclass(frozen=True, slots=True)
class Shift:
    """One technician (or van) and the hours, half-open, in which it works.

    An absent `start` or `end` costs no travel there; an empty `capacity` is unlimited.
    """

    id: int
    start: int | None
    end: int | None
    window: TimeWindow
    breaks: tuple[Break, ...] = ()
    skills: frozenset[int] = frozenset()
    overtime: Overtime | None = None
    capacity: tuple[int, ...] = ()
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_time: int | None = None
    fixed_cost: int = 0
    cost_per_hour: int = 3600
    profile: str = "car"
    steps: tuple[int, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        _at_least(0, start=self.start or 0, end=self.end or 0)
        _at_least(0, fixed_cost=self.fixed_cost, cost_per_hour=self.cost_per_hour)
        _at_least(0, max_tasks=self.max_tasks or 0, max_travel_time=self.max_travel_time or 0)
        _at_least(0, capacity=min(self.capacity, default=0))
        if not 0 < self.speed_factor <= 5:
            raise Refused(
                f"A speed factor is above 0 and at most 5, not {self.speed_factor}.", "speed_factor"
            )
        _unique("breaks", (rest.id for rest in self.breaks))
        in_order = sorted(self.breaks, key=lambda rest: (rest.windows[-1].end, rest.id))
        object.__setattr__(self, "breaks", tuple(in_order))

    @property
    def latest_end(self) -> int:
        """The last second at which work may end, overtime included."""
        return self.window.end + (self.overtime.max if self.overtime else 0)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule that a person has chosen to break for one visit."""

    rule: Rule
    visit_id: int


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the objective counts."""

    travel: int = 1

    def __post_init__(self) -> None:
        _at_least(0, travel=self.travel)


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question to the planner, refused at once when it contradicts itself."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[str, TravelMatrix]
    locations: tuple[Location, ...] = ()
    waivers: frozenset[Waiver] = frozenset()
    weights: Weights = Weights()
    _visits: dict[int, Visit] = field(init=False, repr=False, compare=False)
    _shifts: dict[int, Shift] = field(init=False, repr=False, compare=False)
    _durations: dict[tuple[str, float], Sequence[memoryview]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        object.__setattr__(self, "shifts", tuple(self.shifts))
        _unique("visits", (visit.id for visit in self.visits))
        _unique("shifts", (shift.id for shift in self.shifts))
        object.__setattr__(self, "_visits", {visit.id: visit for visit in self.visits})
        object.__setattr__(self, "_shifts", {shift.id: shift for shift in self.shifts})
        object.__setattr__(self, "_durations", {})
        _refuse_contradictions(self)

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
            self._durations[key] = [memoryview(row) for row in self.seconds(shift)]
        return self._durations[key]

    def travel_time(self, shift: Shift, from_index: int | None, to_index: int | None) -> int:
        """Return seconds between two places for that shift; 0 when either is absent."""
        if from_index is None or to_index is None:
            return 0
        return self.durations(shift)[from_index][to_index]

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


def _refuse_contradictions(problem: Problem) -> None:
    for shift in problem.shifts:
        _check_shift(problem, shift)
    for visit in problem.visits:
        _check_visit(problem, visit)
    with_penalty = sum(visit.penalty is not None for visit in problem.visits)
    if with_penalty not in (0, len(problem.visits)):
        raise Refused("Give a penalty to every visit or to none.", "penalty")
    amounts = [visit.delivery for visit in problem.visits]
    amounts += [shift.capacity for shift in problem.shifts]
    if len({len(amount) for amount in amounts if amount}) > 1:
        raise Refused("Deliveries and capacities all list the same goods.", "delivery")
    for waiver in problem.waivers:
        if not problem.has_visit(waiver.visit_id):
            raise Refused(f"A waiver names visit {waiver.visit_id}, unknown here.", "waivers")


def _check_shift(problem: Problem, shift: Shift) -> None:
    if shift.profile not in problem.travel:
        raise Refused(
            f"Shift {shift.id} travels by {shift.profile!r}: give a matrix for it.", "profile"
        )
    size = len(problem.travel[shift.profile])
    for name, index in (("start", shift.start), ("end", shift.end)):
        if index is not None and index >= size:
            raise Refused(f"Shift {shift.id}: place {index} is outside the travel matrix.", name)
    _unique("steps", shift.steps)
    for visit_id in shift.steps:
        if not problem.has_visit(visit_id):
            raise Refused(f"Shift {shift.id} starts from visit {visit_id}, unknown here.", "steps")


def _check_visit(problem: Problem, visit: Visit) -> None:
    for profile, matrix in problem.travel.items():
        if visit.location >= len(matrix):
            raise Refused(
                f"Visit {visit.id}: place {visit.location} is outside the {profile!r} matrix.",
                "location",
            )
    if visit.pin and not problem.has_shift(visit.pin.shift_id):
        raise Refused(
            f"Visit {visit.id} is pinned to shift {visit.pin.shift_id}, unknown here.", "pin"
        )
