"""A visit and what binds it."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.errors import Refused
from fieldservice.scheduling.guards import at_least
from fieldservice.scheduling.windows import TimeWindow, in_order


@dataclass(frozen=True, slots=True)
class Pin:
    """Fixes a visit to a shift and, with `start`, to that very second."""

    shift_id: int
    start: int | None = None


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
        at_least(0, location=self.location, service=self.service, setup=self.setup)
        at_least(0, preference_cost=self.preference_cost, max_lateness=self.max_lateness)
        at_least(0, lateness_cost_per_second=self.lateness_cost_per_second)
        at_least(0, penalty=self.penalty or 0, delivery=min(self.delivery, default=0))
        if not 0 <= self.priority <= 100:
            raise Refused(f"A priority lies between 0 and 100, not {self.priority}.", "priority")
        if bool(self.preferred_shifts) != bool(self.preference_cost):
            raise Refused(
                "Preferred shifts and the cost of missing them come together or not at all.",
                "preference_cost" if self.preferred_shifts else "preferred_shifts",
            )
        object.__setattr__(self, "windows", in_order(self.windows))
