"""One day as the dispatcher's page shows it: values only, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.models.plans import (
    PlanRun,
    ServiceDay,
)
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations.attention import Attention, attention
from fieldservice.operations.dispatching.day_left_out import LeftOut, left_out
from fieldservice.operations.dispatching.day_routes import RouteView, minutes, route_views
from fieldservice.operations.dispatching.dispatch import stamp
from fieldservice.operations.dispatching.told_windows import Window
from fieldservice.operations.plans.days import find_day
from fieldservice.operations.plans.problems import visits_on


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
    waits: Attention
    """What of the whole territory waits for somebody."""

    @property
    def has_changes(self) -> bool:
        """Whether something waits to be published."""
        return any(route.is_changed for route in self.routes)


def day_view(session: Session, territory: Territory, day: date, now: datetime) -> DayView:
    """The day as it stands; one that was never opened shows its visits and the backlog."""
    service = find_day(session, territory.id, day)
    rows = visits_on(session, service or ServiceDay(territory_id=territory.id, day=day))
    routes = route_views(session, service, rows, now) if service else ()
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
        waits=attention(session, territory, now),
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
        travel_minutes=minutes(sum(route.travel_seconds for route in routes)),
        overtime_minutes=sum(route.overtime_minutes for route in routes),
        late=sum(1 for stop in stops if stop.late_minutes),
        unserved=unserved,
    )


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
