"""A visit and what binds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldservice.errors import Refused
from fieldservice.scheduling.guards import at_least
from fieldservice.scheduling.shift import Shift
from fieldservice.scheduling.windows import TimeWindow, in_order


@dataclass(frozen=True, slots=True)
class Pin:
    """Fixes a visit to a shift and, with `start`, to that very second."""

    shift_id: int
    start: int | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Starts `delay` seconds or more, at most `max_delay`, after another visit has ended."""

    visit_id: int
    delay: int = 0
    max_delay: int | None = None
    same_shift: bool = False

    def __post_init__(self) -> None:
        at_least(0, delay=self.delay)
        if self.max_delay is not None:
            at_least(self.delay, max_delay=self.max_delay)


@dataclass(frozen=True, slots=True)
class Visit:
    """One call at one place; without windows it may start at any time.

    A skill is needed at level 1, one in `skill_levels` at that level. An `optional` visit is left
    out for nothing where no `penalty` is given. A `movable` one leaves the reserve of its shift
    free, an `urgent` one may take it.
    `told` is the window its customer knows: to start outside of it is to change the visit.
    Visits of one `group` start together on different shifts, or none is served: a crew. Those
    `together` under one number are best served by one technician.
    """

    id: int
    location: int
    service: int
    setup: int = 0
    windows: tuple[TimeWindow, ...] = ()
    skills: frozenset[int] = frozenset()
    skill_levels: Mapping[int, int] = field(default_factory=dict, hash=False)
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
    service_per_type: Mapping[str, int] = field(default_factory=dict, hash=False)
    setup_per_type: Mapping[str, int] = field(default_factory=dict, hash=False)
    optional: bool = False
    movable: bool = False
    urgent: bool = False
    group: int | None = None
    after: tuple[After, ...] = ()
    together: frozenset[int] = frozenset()
    tools: frozenset[int] = frozenset()
    told: TimeWindow | None = None
    description: str = ""

    def __post_init__(self) -> None:
        at_least(0, location=self.location, service=self.service, setup=self.setup)
        at_least(0, preference_cost=self.preference_cost, max_lateness=self.max_lateness)
        at_least(0, lateness_cost_per_second=self.lateness_cost_per_second)
        at_least(0, penalty=self.penalty or 0, delivery=min(self.delivery, default=0))
        at_least(0, service_per_type=min(self.service_per_type.values(), default=0))
        at_least(0, setup_per_type=min(self.setup_per_type.values(), default=0))
        at_least(1, skill_levels=min(self.skill_levels.values(), default=1))
        if self.movable and self.urgent:
            raise Refused("A visit is movable or urgent, not both.", "movable")
        if not 0 <= self.priority <= 100:
            raise Refused(f"A priority lies between 0 and 100, not {self.priority}.", "priority")
        if bool(self.preferred_shifts) != bool(self.preference_cost):
            raise Refused(
                "Preferred shifts and the cost of missing them come together or not at all.",
                "preference_cost" if self.preferred_shifts else "preferred_shifts",
            )
        object.__setattr__(self, "windows", in_order(self.windows))

    def service_on(self, shift: Shift) -> int:
        """Return the seconds of work that shift needs."""
        return self.service_per_type.get(shift.type, self.service)

    def setup_on(self, shift: Shift) -> int:
        """Return the seconds that shift needs before the work, where it comes from elsewhere."""
        return self.setup_per_type.get(shift.type, self.setup)
