"""A service day as the planner sees it, built from what the business remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import day_span, local_day
from fieldservice.models.plans import Hold, Route, ServiceDay, Waiver
from fieldservice.models.technicians import Activity
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.clockface import Clockface
from fieldservice.operations.days import loaded_day
from fieldservice.operations.problem_shifts import planned_shift
from fieldservice.operations.problem_visits import (
    Setting,
    Today,
    planned_activity,
    planned_visit,
    without_gone,
)
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.problem import Location, Pin, Rule, TimeWindow
from fieldservice.scheduling.travel import StraightLine

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


class Places:
    """Collects coordinates once each and numbers them for the travel matrix."""

    def __init__(self) -> None:
        self._numbers: dict[Location, int] = {}

    def number(self, lat: float, lon: float) -> int:
        """The index of that point, new or known."""
        return self._numbers.setdefault(Location(lon=lon, lat=lat), len(self._numbers))

    @property
    def locations(self) -> tuple[Location, ...]:
        """All points in the order of their numbers."""
        return tuple(self._numbers)


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
    present = {shift.id for shift in shifts}
    setting = Setting(clockface, _today(day, territory, clockface, now), _shifts_of(day.routes))
    stops = without_gone(stop for route in day.routes for stop in route.stops)
    visits: list[planner.Visit] = []
    lost: list[int] = []
    for visit in visits_on(session, day):
        site = visit.work_order.site
        stop = stops.get(visit.id)
        if site.lat is None or site.lon is None:
            lost.append(visit.id)
            continue
        # A pin to somebody who is absent by now binds nobody.
        kept = stop if stop is not None and stop.route.shift_id in present else None
        visits.append(planned_visit(visit, places.number(site.lat, site.lon), kept, setting))
    visits += _activities(session, present, clockface, places)
    visits += _held(session, day, present, clockface, places, now, but_hold)
    known = {visit.id for visit in visits}
    problem = planner.Problem(
        visits=tuple(visits),
        shifts=tuple(shifts),
        travel={
            "car": StraightLine(
                territory.travel_base_seconds, territory.travel_seconds_per_km
            ).matrix(places.locations)
        },
        locations=places.locations,
        waivers=_waivers(session, known, now),
    )
    return DayProblem(problem, clockface, tuple(lost))


def _today(
    day: ServiceDay, territory: Territory, clockface: Clockface, now: datetime
) -> Today | None:
    if local_day(now, territory.zone) < day.day:
        return None
    return Today(clockface.seconds(now))


def _shifts(routes: Sequence[Route], clockface: Clockface, places: Places) -> list[planner.Shift]:
    built = (
        planned_shift(
            route.shift,
            clockface,
            places.number(route.shift.lead.home_lat, route.shift.lead.home_lon),
            (),
        )
        for route in routes
    )
    return [shift for shift in built if shift is not None]


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
    found = session.scalars(select(Activity).where(Activity.shift_id.in_(shift_ids)))
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
        select(Hold).where(
            Hold.service_day_id == day.id, Hold.expires_at > now, Hold.id != (but_hold or 0)
        )
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


def _waivers(session: Session, known: set[int], now: datetime) -> frozenset[planner.Waiver]:
    rows = session.scalars(select(Waiver).where(Waiver.until > now, Waiver.visit_id.in_(known)))
    return frozenset(planner.Waiver(Rule(row.rule), row.visit_id) for row in rows)
