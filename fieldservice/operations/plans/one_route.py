"""Writing one route that gained a visit: the stops that changed, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from fieldservice.models.plans import Route, Stop, StopKind
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import RouteFacts, StopFacts
from fieldservice.operations.plans.problems import HELD, DayProblem
from fieldservice.scheduling.timing import Route as TimedRoute
from fieldservice.scheduling.timing import Stop as TimedStop
from fieldservice.scheduling.timing import time_route

_TIMES = ("position", "arrives_at", "starts_at", "ends_at", "travel_seconds", "lateness_seconds")
_SUMS = ("travel_seconds", "overtime_seconds", "departs_at", "returns_at")
_STOP, _ROUTE = Stop.__table__, Route.__table__
assert isinstance(_STOP, Table)
assert isinstance(_ROUTE, Table)
_NEW_STOPS = insert(_STOP)
_STOPS_MOVED = (
    update(_STOP)
    .where(_STOP.c.id == bindparam("stop_id"))
    .values({name: bindparam(name) for name in _TIMES})
)
_STOPS_GONE = delete(_STOP).where(_STOP.c.id == bindparam("stop_id"))
_ROUTE_SUMS = (
    update(_ROUTE)
    .where(_ROUTE.c.id == bindparam("route_id"))
    .values({name: bindparam(name) for name in _SUMS})
)


def is_whole(at: DayProblem, shift_id: int) -> bool:
    """Whether the planner knows the shift and every visit that stands on its route."""
    route = at.facts.route(shift_id)
    return (
        route is not None
        and at.problem.has_shift(shift_id)
        and all(
            at.problem.has_visit(stop.visit_id) for stop in route.stops if stop.visit_id is not None
        )
    )


def write_route(session: Session, at: DayProblem, shift_id: int, order: Sequence[int]) -> None:
    """Write the order, which holds all that stood there, with its times.

    New stops are tentative; objects the session may hold of this route are out of date then.
    """
    route = at.facts.route(shift_id)
    assert route is not None
    timed = time_route(at.problem, at.problem.shift(shift_id), order)
    changes = _Changes(route, at.clockface)
    for moment in timed.stops:
        if moment.visit_id is None or moment.visit_id > HELD:
            changes.place(moment)
    changes.write(session.connection(), timed)


@dataclass(slots=True)
class _Spare:
    """The stops of a route that have not found their moment yet."""

    left: list[StopFacts]

    def take(
        self, kind: StopKind, visit_id: int | None, activity_id: int | None
    ) -> StopFacts | None:
        wanted = (kind, visit_id, activity_id)
        for stop in self.left:
            if (stop.kind, stop.visit_id, stop.activity_id) == wanted:
                self.left.remove(stop)
                return stop
        return None


class _Changes:
    """What is to be written of a route, gathered stop by stop."""

    def __init__(self, route: RouteFacts, clockface: Clockface) -> None:
        self.route, self.clockface = route, clockface
        self.spare = _Spare(list(route.stops))
        self.new: list[dict[str, Any]] = []
        self.moved: list[dict[str, Any]] = []
        self.placed = 0

    def place(self, moment: TimedStop) -> None:
        """The next stop of the route."""
        kind, visit_id, activity_id = _what(moment)
        times = {
            "position": self.placed,
            "arrives_at": self.clockface.moment(moment.arrival),
            "starts_at": self.clockface.moment(moment.start),
            "ends_at": self.clockface.moment(moment.end),
            "travel_seconds": moment.travel_before,
            "lateness_seconds": moment.lateness,
        }
        self.placed += 1
        known = self.spare.take(kind, visit_id, activity_id)
        if known is None:
            self.new.append(
                {
                    "route_id": self.route.id,
                    "kind": kind,
                    "visit_id": visit_id,
                    "crew_place": None if visit_id is None else 1,
                    "activity_id": activity_id,
                    "committed": False,
                    "pinned": False,
                    **times,
                }
            )
        elif any(getattr(known, name) != value for name, value in times.items()):
            self.moved.append({"stop_id": known.id, **times})

    def write(self, connection: Connection, timed: TimedRoute) -> None:
        """Bring the database in line, in as few statements as there are kinds of change."""
        gone = [{"stop_id": stop.id} for stop in self.spare.left]
        for statement, rows in (
            (_STOPS_GONE, gone),
            (_STOPS_MOVED, self.moved),
            (_NEW_STOPS, self.new),
        ):
            if rows:
                connection.execute(statement, rows)
        sums = {
            "travel_seconds": timed.driving,
            "overtime_seconds": timed.overtime,
            "departs_at": self.clockface.moment(timed.departure) if timed.stops else None,
            "returns_at": self.clockface.moment(timed.finish) if timed.stops else None,
        }
        if any(getattr(self.route, name) != value for name, value in sums.items()):
            connection.execute(_ROUTE_SUMS, {"route_id": self.route.id, **sums})


def _what(moment: TimedStop) -> tuple[StopKind, int | None, int | None]:
    if moment.visit_id is None:
        return StopKind.BREAK, None, None
    if moment.visit_id < 0:
        return StopKind.ACTIVITY, None, -moment.visit_id
    return StopKind.VISIT, moment.visit_id, None
