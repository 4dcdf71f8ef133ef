"""A service day as the planner sees it, built from what the business remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import day_span, local_day
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, STARTED, Visit, WorkOrder
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.day_statements import ON_THE_DAY
from fieldservice.operations.plans.days import loaded_day
from fieldservice.operations.plans.facts import (
    ActivityFacts,
    DayFacts,
    HoldFacts,
    RouteFacts,
    StopFacts,
    VisitFacts,
)
from fieldservice.operations.plans.problem_disruptions import standing_disruptions
from fieldservice.operations.plans.problem_shifts import planned_shift
from fieldservice.operations.plans.problem_visits import (
    Setting,
    Today,
    planned_activity,
    planned_visit,
)
from fieldservice.operations.plans.problem_waivers import waived
from fieldservice.operations.plans.reading import read_day
from fieldservice.operations.plans.road_speeds import Roads
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.disruptions import disrupted
from fieldservice.scheduling.problem import Location, Pin, TimeWindow

HELD = -1_000_000_000
"""A held window stands in the problem as a visit of this id minus the hold's own."""


@dataclass(frozen=True, slots=True)
class DayProblem:
    """One service day for the planner, with the visits nobody could place on any map."""

    problem: planner.Problem
    clockface: Clockface
    without_place: tuple[int, ...]
    facts: DayFacts
    """What it was built from."""
    now: int | None
    """The planner's second of now; None before the day has come."""
    begun: frozenset[int]
    """What no plan can move any more: driven to, started, over."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a territory gives to the problems of a day of it."""

    day: date
    roads: Roads

    @classmethod
    def of(cls, day: ServiceDay, territory: Territory) -> Ground:
        """The ground of that day."""
        return cls(day.day, Roads.of(territory))

    @property
    def zone(self) -> str:
        """The zone of its clocks."""
        return self.roads.zone

    @property
    def country(self) -> str:
        """The country whose holidays it keeps."""
        return self.roads.country

    def has_come(self, now: datetime) -> bool:
        """Whether the day has begun, so that its problem changes as time goes by."""
        return local_day(now, self.zone) >= self.day


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


def has_begun(visit: Visit | VisitFacts) -> bool:
    """Whether the visit is under way or over, so that no plan can move it."""
    return visit.state in (*STARTED, *ENDED)


def problem_for(session: Session, day: ServiceDay, now: datetime) -> DayProblem:
    """The day in the planner's terms, for whoever goes on to change its routes.

    Those are read as well, in few queries.
    """
    loaded_day(session, day)
    return read_problem(session, day, now)


def read_problem(
    session: Session,
    day: ServiceDay,
    now: datetime,
    *,
    but_hold: int | None = None,
    shift_id: int | None = None,
) -> DayProblem:
    """The day's shifts, visits, activities, waivers and held windows, in the planner's terms.

    `but_hold` names the one hold to leave out, because it is about to become a visit;
    `shift_id` the one route that is asked about, with what stands on it.
    """
    facts = read_day(session, day, now, shift_id)
    ground = Ground.of(day, session.get_one(Territory, day.territory_id))
    return built_problem(facts, ground, now, but_hold)


def built_problem(
    facts: DayFacts, ground: Ground, now: datetime, but_hold: int | None = None
) -> DayProblem:
    """The same of what was read already; `now` counts from the morning of the day on."""
    clockface = Clockface(day_span(ground.day, ground.zone)[0])
    places = Places()
    shifts = _shifts(facts.routes, clockface, places)
    stops = _stops_on(facts.routes, shifts)
    allowed = waived(facts.waived, stops, clockface)
    today = Today(clockface.seconds(now)) if ground.has_come(now) else None
    setting = Setting(ground.day, ground.country, clockface, today, _shifts_of(facts.routes))
    visits, lost = _visits(facts.visits, stops, setting, places)
    visits = [allowed.visit(visit, list(shifts.values())) for visit in visits]
    visits += _activities(facts.activities, shifts, clockface, places)
    visits += _held(facts.holds, shifts, clockface, places, but_hold)
    routes = {route.shift.id: route for route in facts.routes}
    problem = planner.Problem(
        visits=tuple(visits),
        shifts=tuple(allowed.shift(shift, routes[shift.id]) for shift in shifts.values()),
        travel={"car": ground.roads.matrix(places.locations, ground.day, clockface)},
        locations=places.locations,
        waivers=allowed.left(visit.id for visit in visits),
    )
    begun, seconds = _begun(facts, problem, today), today.now if today else None
    place_of = {visit.id: visit.location for visit in visits}
    happened = standing_disruptions(facts, problem, clockface, place_of, begun, seconds)
    problem = disrupted(problem, happened, begun)
    return DayProblem(problem, clockface, tuple(lost), facts, seconds, begun)


def _begun(facts: DayFacts, problem: planner.Problem, today: Today | None) -> frozenset[int]:
    if today is None:
        return frozenset()
    visits = {
        visit.id for visit in facts.visits if has_begun(visit) and problem.has_visit(visit.id)
    }
    activities = {
        visit.id
        for visit in problem.visits
        if HELD < visit.id < 0 and visit.pin is not None and (visit.pin.start or 0) <= today.now
    }
    return frozenset(visits | activities)


def _stops_on(
    routes: Sequence[RouteFacts], shifts: Mapping[int, planner.Shift]
) -> dict[int, StopFacts]:
    """The stops that count: a pin to somebody who is absent by now binds nobody."""
    return {
        stop.visit_id: stop
        for route in routes
        if route.shift.id in shifts
        for stop in route.stops
        if stop.visit_id is not None
    }


def _visits(
    rows: Sequence[VisitFacts], stops: Mapping[int, StopFacts], setting: Setting, places: Places
) -> tuple[list[planner.Visit], list[int]]:
    """The visits to plan, and the ids of those without a point on the map.

    What has begun belongs to its van; where that is gone for the day, it is history only.
    """
    found: list[planner.Visit] = []
    lost: list[int] = []
    for visit in rows:
        stop = stops.get(visit.id)
        if stop is None and has_begun(visit):
            continue
        if visit.lat is None or visit.lon is None:
            lost.append(visit.id)
            continue
        found.append(planned_visit(visit, places.number(visit.lat, visit.lon), stop, setting))
    return found, lost


def _shifts(
    routes: Sequence[RouteFacts], clockface: Clockface, places: Places
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


def _shifts_of(routes: Sequence[RouteFacts]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for route in routes:
        for member in route.shift.members:
            mine = found.get(member.technician_id, frozenset())
            found[member.technician_id] = mine | {route.shift.id}
    return found


def _activities(
    activities: Sequence[ActivityFacts],
    shifts: Mapping[int, planner.Shift],
    clockface: Clockface,
    places: Places,
) -> list[planner.Visit]:
    return [
        planned_activity(one, places.number(one.lat, one.lon), clockface)
        for one in activities
        if one.shift_id in shifts
    ]


def _held(
    holds: Sequence[HoldFacts],
    shifts: Mapping[int, planner.Shift],
    clockface: Clockface,
    places: Places,
    but_hold: int | None,
) -> list[planner.Visit]:
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
        if hold.shift_id in shifts and hold.id != but_hold
    ]
