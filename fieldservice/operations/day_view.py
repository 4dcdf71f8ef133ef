"""One day as the dispatcher's page shows it: values only, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.models.plans import (
    PlanRun,
    Publication,
    Route,
    ServiceDay,
    Stop,
    StopKind,
)
from fieldservice.models.technicians import Shift, ShiftMember, Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations.day_left_out import LeftOut, left_out
from fieldservice.operations.days import find_day
from fieldservice.operations.dispatch import stamp
from fieldservice.operations.own_routes import stops_of
from fieldservice.operations.problems import has_begun, visits_on
from fieldservice.operations.publications import newest_publications, published_stops
from fieldservice.operations.route_changes import unseen_on
from fieldservice.operations.told_windows import Window, told
from fieldservice.operations.waivers import standing_waivers

PHASES = {
    VisitState.EN_ROUTE: "en_route",
    VisitState.ON_SITE: "on_site",
    VisitState.COMPLETED: "finished",
    VisitState.NO_ACCESS: "finished",
}


@dataclass(frozen=True, slots=True)
class StopView:
    """A visit, a break or an activity at its place on a route."""

    kind: str
    visit_id: int | None
    title: str
    place: str
    work_kind: str | None
    phase: str
    state: str | None
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    travel_minutes: int
    waiting_minutes: int
    late_minutes: int
    told: Window | None
    pinned: bool
    waived: str | None
    unpublished: bool
    """Not, or not at this time, on the route its technician was given."""


@dataclass(frozen=True, slots=True)
class RouteView:
    """One van's day."""

    shift_id: int
    name: str
    others: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    absent: str | None
    stops: tuple[StopView, ...]
    travel_minutes: int
    overtime_minutes: int
    departs_at: datetime | None
    returns_at: datetime | None
    is_published: bool
    is_changed: bool
    unseen: bool
    unseen_too_long: bool

    @property
    def visits(self) -> int:
        """How many visits are on it."""
        return sum(1 for stop in self.stops if stop.visit_id is not None)


@dataclass(frozen=True, slots=True)
class BacklogView:
    """A visit that waits for a day."""

    visit_id: int
    order_id: int
    title: str
    place: str
    work_kind: str
    minutes: int
    wish: Window | None
    due_on: date | None
    priority: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The day in figures."""

    visits: int
    done: int
    travel_minutes: int
    overtime_minutes: int
    late: int
    unserved: int


@dataclass(frozen=True, slots=True)
class DayView:
    """Everything the page of one day shows."""

    day: date
    zone: str
    version: int | None
    published_at: datetime | None
    routes: tuple[RouteView, ...]
    left_out: tuple[LeftOut, ...]
    backlog: tuple[BacklogView, ...]
    totals: Totals
    run: PlanRun | None
    """The newest call of the planner."""

    @property
    def has_changes(self) -> bool:
        """Whether something waits to be published."""
        return any(route.is_changed for route in self.routes)


def day_view(session: Session, territory: Territory, day: date, now: datetime) -> DayView:
    """The day as it stands; one that was never opened shows its visits and the backlog."""
    service = find_day(session, territory.id, day)
    rows = visits_on(session, service or ServiceDay(territory_id=territory.id, day=day))
    routes = _routes(session, service, rows, now) if service else ()
    placed = {stop.visit_id for route in routes for stop in route.stops}
    missing = [row for row in rows if row.id not in placed and row.state in UPCOMING]
    return DayView(
        day=day,
        zone=territory.zone,
        version=service.version if service else None,
        published_at=service.published_at if service else None,
        routes=routes,
        left_out=left_out(session, service, missing),
        backlog=_backlog(session, territory),
        totals=_totals(rows, routes, len(missing)),
        run=_newest_run(session, service) if service else None,
    )


def _newest_run(session: Session, service: ServiceDay) -> PlanRun | None:
    return session.scalar(
        select(PlanRun)
        .where(PlanRun.service_day_id == service.id)
        .order_by(PlanRun.id.desc())
        .limit(1)
    )


def _totals(rows: Sequence[Visit], routes: Sequence[RouteView], unserved: int) -> Totals:
    stops = [stop for route in routes for stop in route.stops]
    return Totals(
        visits=len(rows),
        done=sum(1 for row in rows if row.state in (VisitState.COMPLETED, VisitState.NO_ACCESS)),
        travel_minutes=sum(route.travel_minutes for route in routes),
        overtime_minutes=sum(route.overtime_minutes for route in routes),
        late=sum(1 for stop in stops if stop.late_minutes),
        unserved=unserved,
    )


def _loaded_routes(session: Session, service: ServiceDay) -> Sequence[Route]:
    stops = selectinload(Route.stops)
    order = stops.joinedload(Stop.visit).joinedload(Visit.work_order)
    members = joinedload(Route.shift).selectinload(Shift.members)
    return session.scalars(
        select(Route)
        .where(Route.service_day_id == service.id)
        .options(
            order.joinedload(WorkOrder.customer),
            order.joinedload(WorkOrder.site),
            stops.joinedload(Stop.activity),
            members.joinedload(ShiftMember.technician).selectinload(Technician.absences),
        )
    ).all()


def _routes(
    session: Session, service: ServiceDay, rows: Sequence[Visit], now: datetime
) -> tuple[RouteView, ...]:
    given = newest_publications(session, service)
    unseen = {one.shift_id: one.overdue for one in unseen_on(session, service.id, now)}
    waivers: dict[int, str] = {}
    for one in standing_waivers(session, [row.id for row in rows], now):
        waivers[one.visit_id] = ", ".join(filter(None, (waivers.get(one.visit_id), one.words)))
    views = [
        _route(route, given.get(route.shift_id, []), unseen.get(route.shift_id), waivers)
        for route in _loaded_routes(session, service)
    ]
    return tuple(sorted(views, key=lambda view: (view.absent is not None, view.name)))


def _route(
    route: Route,
    given: Sequence[Publication],
    unseen: bool | None,
    waivers: Mapping[int, str],
) -> RouteView:
    shift = route.shift
    known = {s.visit_id: s.starts_at for s in stops_of(given[-1])} if given else {}
    stops = tuple(
        _stop(stop, known, waivers) for stop in sorted(route.stops, key=lambda s: s.position)
    )
    visits = [stop for stop in stops if stop.visit_id is not None]
    same = bool(given) and stops_of(given[-1]) == published_stops(route)
    return RouteView(
        shift_id=shift.id,
        name=shift.lead.name,
        others=tuple(member.technician.name for member in shift.members[1:]),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        absent=_absence(shift),
        stops=stops,
        travel_minutes=minutes(route.travel_seconds),
        overtime_minutes=minutes(route.overtime_seconds),
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        is_published=bool(given),
        is_changed=(bool(visits) and not given)
        or (bool(given) and (not same or any(stop.phase == "tentative" for stop in visits))),
        unseen=unseen is not None,
        unseen_too_long=bool(unseen),
    )


def _absence(shift: Shift) -> str | None:
    """Why nobody drives this van all day, where so."""
    for absence in shift.lead.absences:
        if absence.starts_at <= shift.starts_at and absence.ends_at >= shift.ends_at:
            return absence.reason
    return None


def minutes(seconds: float) -> int:
    """Whole minutes, rounded."""
    return round(seconds / 60)


def _stop(stop: Stop, known: Mapping[int | None, datetime], waivers: Mapping[int, str]) -> StopView:
    visit = stop.visit
    title, place = _words(stop, visit)
    window = told(visit) if visit else None
    late = (stop.starts_at - window[1]).total_seconds() if window else 0
    return StopView(
        kind=stop.kind.value,
        visit_id=stop.visit_id,
        title=title,
        place=place,
        work_kind=visit.work_order.kind.value if visit else None,
        phase=_phase(stop, visit),
        state=visit.state.value if visit else None,
        arrives_at=stop.arrives_at,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        travel_minutes=minutes(stop.travel_seconds),
        waiting_minutes=minutes((stop.starts_at - stop.arrives_at).total_seconds()),
        late_minutes=max(0, minutes(late)) if visit and not _is_over(visit) else 0,
        told=window,
        pinned=stop.pinned,
        waived=waivers.get(stop.visit_id or 0),
        unpublished=stop.kind is StopKind.VISIT
        and bool(known)
        and not (visit and has_begun(visit))
        and known.get(stop.visit_id) != stop.starts_at,
    )


def _is_over(visit: Visit) -> bool:
    return visit.state in (VisitState.COMPLETED, VisitState.NO_ACCESS)


def _words(stop: Stop, visit: Visit | None) -> tuple[str, str]:
    if visit is not None:
        return visit.work_order.customer.name, visit.work_order.site.municipality
    if stop.activity is not None:
        return stop.activity.title, stop.activity.place
    return "", ""


def _phase(stop: Stop, visit: Visit | None) -> str:
    begun = PHASES.get(visit.state) if visit else None
    return begun or ("committed" if stop.committed or visit is None else "tentative")


def _backlog(session: Session, territory: Territory) -> tuple[BacklogView, ...]:
    order = joinedload(Visit.work_order)
    rows = session.scalars(
        select(Visit)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .where(
            Visit.territory_id == territory.id,
            Visit.state == VisitState.REQUESTED,
            WorkOrder.state == WorkOrderState.OPEN,
        )
        .options(order.joinedload(WorkOrder.customer), order.joinedload(WorkOrder.site))
        .order_by(WorkOrder.priority.desc(), Visit.created_at, Visit.id)
    )
    return tuple(
        BacklogView(
            visit_id=row.id,
            order_id=row.work_order_id,
            title=row.work_order.customer.name,
            place=row.work_order.site.municipality,
            work_kind=row.work_order.kind.value,
            minutes=row.duration_minutes,
            wish=(row.earliest_at, row.latest_at) if row.earliest_at and row.latest_at else None,
            due_on=row.work_order.due_on,
            priority=row.work_order.priority,
            stamp=stamp(row, None),
        )
        for row in rows
    )
