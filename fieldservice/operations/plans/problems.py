"""A service day as the planner sees it, built from what the business remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import day_span, local_day
from fieldservice.models.plans import Hold, Route, ServiceDay, Stop
from fieldservice.models.technicians import Activity
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, STARTED, Visit, VisitState, WorkOrder
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.days import loaded_day
from fieldservice.operations.plans.problem_shifts import planned_shift
from fieldservice.operations.plans.problem_visits import (
    Setting,
    Today,
    planned_activity,
    planned_visit,
    stop_by_visit,
)
from fieldservice.operations.plans.problem_waivers import waived
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.problem import Location, Pin, TimeWindow
from fieldservice.scheduling.travel import StraightLine, TravelMatrix

ON_THE_DAY = (
    VisitState.BOOKED,
    VisitState.PLANNED,
    VisitState.EN_ROUTE,
    VisitState.ON_SITE,
    VisitState.COMPLETED,
    VisitState.NO_ACCESS,
)
HELD = -1_000_000_000
"""A held window stands in the problem as a visit of this id minus the hold's own."""


@dataclass(frozen=True, slots=True)
class DayProblem:
    """One service day for the planner, with the visits nobody could place on any map."""

    problem: planner.Problem
    clockface: Clockface
    without_place: tuple[int, ...]


@dataclass(slots=True)
class Places:
    """Collects coordinates once each and numbers them for the travel matrix."""

    numbers: dict[Location, int] = field(default_factory=dict)

    def number(self, lat: float, lon: float) -> int:
        """The index of that point, new or known."""
        return self.numbers.setdefault(Location(lon=lon, lat=lat), len(self.numbers))

    @property
    def locations(self) -> tuple[Location, ...]:
        """All points in the order of their numbers."""
        return tuple(self.numbers)


def visits_on(session: Session, day: ServiceDay) -> Sequence[Visit]:
    """All visits of the day that are not cancelled, with what planning needs of them."""
    order = joinedload(Visit.work_order)
    return session.scalars(
        select(Visit)
        .where(
            Visit.territory_id == day.territory_id,
            Visit.service_on == day.day,
            Visit.state.in_(ON_THE_DAY),
        )
        .options(order.joinedload(WorkOrder.site), order.selectinload(WorkOrder.skills))
        .order_by(Visit.id)
    ).all()


def has_begun(visit: Visit) -> bool:
    """Whether the visit is under way or over, so that no plan can move it."""
    return visit.state in (*STARTED, *ENDED)


def problem_for(
    session: Session, day: ServiceDay, now: datetime, *, but_hold: int | None = None
) -> DayProblem:
    """The day's shifts, visits, activities, waivers and held windows, in the planner's terms.

    `but_hold` names the one hold to leave out, because it is about to become a visit.
    """
    day = loaded_day(session, day)
    territory = session.get_one(Territory, day.territory_id)
    clockface = Clockface(day_span(day.day, territory.zone)[0])
    places = Places()
    shifts = _shifts(day.routes, clockface, places)
    stops = _stops_on(day.routes, shifts)
    allowed = waived(session, stops, clockface, now)
    today = _today(day, territory, clockface, now)
    setting = Setting(clockface, today, _shifts_of(day.routes))
    visits, lost = _visits(visits_on(session, day), stops, setting, places)
    visits = [allowed.visit(visit, list(shifts.values())) for visit in visits]
    visits += _activities(session, set(shifts), clockface, places)
    visits += _held(session, day, set(shifts), clockface, places, now, but_hold)
    routes = {route.shift_id: route for route in day.routes}
    problem = planner.Problem(
        visits=tuple(visits),
        shifts=tuple(allowed.shift(shift, routes[shift.id]) for shift in shifts.values()),
        travel={"car": _travel(territory, places)},
        locations=places.locations,
        waivers=allowed.left(visit.id for visit in visits),
    )
    return DayProblem(problem, clockface, tuple(lost))


def _travel(territory: Territory, places: Places) -> TravelMatrix:
    straight = StraightLine(territory.travel_base_seconds, territory.travel_seconds_per_km)
    return straight.matrix(places.locations)


def _stops_on(routes: Sequence[Route], shifts: Mapping[int, planner.Shift]) -> dict[int, Stop]:
    """The stops that count: a pin to somebody who is absent by now binds nobody."""
    return stop_by_visit(
        stop for route in routes if route.shift_id in shifts for stop in route.stops
    )


def _visits(
    rows: Sequence[Visit], stops: Mapping[int, Stop], setting: Setting, places: Places
) -> tuple[list[planner.Visit], list[int]]:
    """The visits to plan, and the ids of those without a point on the map.

    What has begun belongs to its van; where that is gone for the day, it is history only.
    """
    found: list[planner.Visit] = []
    lost: list[int] = []
    for visit in rows:
        site, stop = visit.work_order.site, stops.get(visit.id)
        if stop is None and has_begun(visit):
            continue
        if site.lat is None or site.lon is None:
            lost.append(visit.id)
            continue
        found.append(planned_visit(visit, places.number(site.lat, site.lon), stop, setting))
    return found, lost


def _today(
    day: ServiceDay, territory: Territory, clockface: Clockface, now: datetime
) -> Today | None:
    if local_day(now, territory.zone) < day.day:
        return None
    return Today(clockface.seconds(now))


def _shifts(
    routes: Sequence[Route], clockface: Clockface, places: Places
) -> dict[int, planner.Shift]:
    built = (
        planned_shift(
            route.shift,
            clockface,
            places.number(route.shift.lead.home_lat, route.shift.lead.home_lon),
            (),
        )
        for route in routes
    )
    return {shift.id: shift for shift in built if shift is not None}


def _shifts_of(routes: Sequence[Route]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for route in routes:
        for member in route.shift.members:
            mine = found.get(member.technician_id, frozenset())
            found[member.technician_id] = mine | {route.shift_id}
    return found


def _activities(
    session: Session, shift_ids: set[int], clockface: Clockface, places: Places
) -> list[planner.Visit]:
    found = session.scalars(
        select(Activity).where(Activity.shift_id.in_(shift_ids)).order_by(Activity.id)
    )
    return [planned_activity(one, places.number(one.lat, one.lon), clockface) for one in found]


def _held(
    session: Session,
    day: ServiceDay,
    shift_ids: set[int],
    clockface: Clockface,
    places: Places,
    now: datetime,
    but_hold: int | None,
) -> list[planner.Visit]:
    holds = session.scalars(
        select(Hold)
        .where(Hold.service_day_id == day.id, Hold.expires_at > now, Hold.id != (but_hold or 0))
        .order_by(Hold.id)
    )
    return [
        planner.Visit(
            id=HELD - hold.id,
            location=places.number(hold.lat, hold.lon),
            service=hold.duration_minutes * 60,
            windows=(
                TimeWindow(
                    clockface.seconds(hold.window_from), clockface.seconds(hold.window_until)
                ),
            ),
            pin=Pin(hold.shift_id),
        )
        for hold in holds
        if hold.shift_id in shift_ids
    ]
