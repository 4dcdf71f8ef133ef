"""What planning a day takes of what the business remembers, read fresh and never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from fieldservice.models.disruptions import DisruptionKind
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import StopKind
from fieldservice.models.work_orders import VisitState


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill somebody holds, and the last day it counts."""

    skill_id: int
    level: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that touches the shift."""

    id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CrewMember:
    """Somebody in a van on that day."""

    technician_id: int
    name: str
    home_lat: float
    home_lon: float
    is_trainee: bool
    skills: tuple[HeldSkill, ...]
    absences: tuple[Away, ...]


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """One van on that day; the first member drives."""

    id: int
    service_on: date
    starts_at: datetime
    ends_at: datetime
    lunch_from_at: datetime | None
    lunch_until_at: datetime | None
    lunch_minutes: int
    overtime_minutes: int
    members: tuple[CrewMember, ...]

    @property
    def lead(self) -> CrewMember:
        """Who drives the van."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class StopFacts:
    """A stop as it is kept."""

    id: int
    shift_id: int
    position: int
    kind: StopKind
    visit_id: int | None
    activity_id: int | None
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    travel_seconds: int
    lateness_seconds: int
    committed: bool
    pinned: bool


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """A shift's route with its stops in order."""

    id: int
    shift: ShiftFacts
    travel_seconds: int
    overtime_seconds: int
    departs_at: datetime | None
    returns_at: datetime | None
    stops: tuple[StopFacts, ...]


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit of the day, with what its order and its site add."""

    id: int
    state: VisitState
    duration_minutes: int
    earliest_at: datetime | None
    latest_at: datetime | None
    told_from: datetime | None
    told_until: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    eta_at: datetime | None
    preferred_technician_id: int | None
    priority: int
    due_on: date | None
    lat: float | None
    lon: float | None
    municipality: str
    work: Kind
    product_id: int | None
    skills: tuple[tuple[int, int], ...]
    """Skill ids with the level asked for."""


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """A training or meeting on a shift."""

    id: int
    shift_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A window kept free on a shift."""

    id: int
    shift_id: int
    window_from: datetime
    window_until: datetime
    duration_minutes: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class DisruptionFacts:
    """Something that was said to have gone wrong and counts now."""

    kind: DisruptionKind
    shift_id: int | None
    until: datetime | None
    percent: int | None
    municipality: str | None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A service day, or one route of it by itself."""

    routes: tuple[RouteFacts, ...]
    visits: tuple[VisitFacts, ...]
    activities: tuple[ActivityFacts, ...]
    holds: tuple[HoldFacts, ...]
    disruptions: tuple[DisruptionFacts, ...]
    waived: Mapping[int, frozenset[str]]
    """The rules waived for each visit that stands on a route."""

    def route(self, shift_id: int) -> RouteFacts | None:
        """The route of that shift; None where it is not out."""
        return next((route for route in self.routes if route.shift.id == shift_id), None)

    def only(self, shift_id: int) -> DayFacts:
        """The same as if that route were the only one."""
        routes = tuple(route for route in self.routes if route.shift.id == shift_id)
        there = {stop.visit_id for route in routes for stop in route.stops}
        return replace(
            self,
            routes=routes,
            visits=tuple(visit for visit in self.visits if visit.id in there),
            activities=tuple(one for one in self.activities if one.shift_id == shift_id),
        )
