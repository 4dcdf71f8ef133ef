"""A shift: hours, breaks, overtime and limits of one technician or van."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldservice.errors import Refused
from fieldservice.scheduling.area import Polygon
from fieldservice.scheduling.guards import at_least, unique
from fieldservice.scheduling.windows import TimeWindow, in_order


@dataclass(frozen=True, slots=True)
class Break:
    """A rest every used shift takes once; it may split a drive, never a service."""

    id: int
    duration: int
    windows: tuple[TimeWindow, ...]

    def __post_init__(self) -> None:
        at_least(0, duration=self.duration)
        object.__setattr__(self, "windows", in_order(self.windows))
        if not self.windows:
            raise Refused(f"Break {self.id} needs a window in which it starts.", "windows")


@dataclass(frozen=True, slots=True)
class Overtime:
    """How far a shift may run past its end, and what each second of it costs."""

    max: int
    cost_per_second: int = 2

    def __post_init__(self) -> None:
        at_least(0, max=self.max, cost_per_second=self.cost_per_second)


@dataclass(frozen=True, slots=True)
class Shift:
    """One technician (or van) and the hours, half-open, in which it works.

    An absent `start` or `end` costs no travel there; an empty `capacity` is unlimited, an empty
    `area` everywhere. By `last_departure` the last visit is over. Visits that can be moved leave
    `reserve` seconds of the hours free. What visits take may differ by `type`. `steps` is a plan
    to start from, `starts` when each of them began there (None where unknown). Shifts of one
    `technician` lie `rest` seconds apart: from the end of the one before to the departure.
    """

    id: int
    start: int | None
    end: int | None
    window: TimeWindow
    breaks: tuple[Break, ...] = ()
    skills: frozenset[int] = frozenset()
    skill_levels: Mapping[int, int] = field(default_factory=dict, hash=False)
    type: str = ""
    area: tuple[Polygon, ...] = ()
    overtime: Overtime | None = None
    capacity: tuple[int, ...] = ()
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_time: int | None = None
    max_leg_time: int | None = None
    last_departure: int | None = None
    reserve: int = 0
    fixed_cost: int = 0
    cost_per_hour: int = 3600
    profile: str = "car"
    steps: tuple[int, ...] = ()
    starts: tuple[int | None, ...] = ()
    technician: int | None = None
    rest: int = 0
    description: str = ""

    def __post_init__(self) -> None:
        at_least(0, start=self.start or 0, end=self.end or 0)
        at_least(0, fixed_cost=self.fixed_cost, cost_per_hour=self.cost_per_hour)
        at_least(0, max_tasks=self.max_tasks or 0, max_travel_time=self.max_travel_time or 0)
        at_least(0, max_leg_time=self.max_leg_time or 0, reserve=self.reserve)
        at_least(0, capacity=min(self.capacity, default=0))
        at_least(1, skill_levels=min(self.skill_levels.values(), default=1))
        at_least(0, rest=self.rest)
        if self.starts and len(self.starts) != len(self.steps):
            raise Refused("Give a start for every step or for none.", "starts")
        if all(start is None for start in self.starts):
            object.__setattr__(self, "starts", ())
        if not 0 < self.speed_factor <= 5:
            raise Refused(
                f"A speed factor is above 0 and at most 5, not {self.speed_factor}.", "speed_factor"
            )
        unique("breaks", (rest.id for rest in self.breaks))
        by_end = sorted(self.breaks, key=lambda rest: (rest.windows[-1].end, rest.id))
        object.__setattr__(self, "breaks", tuple(by_end))

    @property
    def latest_end(self) -> int:
        """The last second at which work may end, overtime included."""
        return self.window.end + (self.overtime.max if self.overtime else 0)
