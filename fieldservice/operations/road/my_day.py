"""A technician's day: the newest published route, joined with how its visits stand now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import local_day
from fieldservice.errors import NotFound
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import Publication, StopKind
from fieldservice.models.technicians import Activity, Shift, ShiftMember, Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, STARTED, Visit, VisitState, WorkOrder
from fieldservice.operations.road.own_routes import PublishedStop, newest, stops_of
from fieldservice.operations.road.route_changes import RouteChange, unseen_changes


@dataclass(frozen=True, slots=True)
class MyStop:
    """One line of the day: a visit, an activity or lunch."""

    kind: StopKind
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    visit_id: int | None = None
    work_kind: Kind | None = None
    state: VisitState | None = None
    version: int | None = None
    summary: str = ""
    told_from: datetime | None = None
    told_until: datetime | None = None
    eta_at: datetime | None = None
    moved_to: date | None = None
    """The other day a published visit was moved to since."""

    @property
    def is_gone(self) -> bool:
        """Cancelled, or moved away since the route was published."""
        return self.state is VisitState.CANCELLED or self.moved_to is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do here."""
        return self.is_gone or self.state in ENDED


@dataclass(frozen=True, slots=True)
class MyDay:
    """Everything a technician is shown about one day."""

    day: date
    today: date
    zone: str
    office_phone: str | None
    technician: str
    with_whom: tuple[str, ...]
    starts_at: datetime | None
    published_at: datetime | None
    """None where nothing was published for that day."""
    stops: tuple[MyStop, ...]
    changes: tuple[RouteChange, ...]
    other_days: tuple[date, ...]

    @property
    def next_visit(self) -> MyStop | None:
        """The visit under way, else the first that waits."""
        visits = [stop for stop in self.stops if stop.kind is StopKind.VISIT and not stop.is_over]
        under_way = [stop for stop in visits if stop.state in STARTED]
        ready = [stop for stop in visits if stop.state is VisitState.PLANNED]
        return next(iter([*under_way, *ready]), None)

    @property
    def visits_left(self) -> int:
        """How many visits are still to be done."""
        return sum(stop.kind is StopKind.VISIT and not stop.is_over for stop in self.stops)


def today_of(session: Session, technician_id: int, now: datetime) -> date:
    """The technician's date: that of their territory's wall clock."""
    return local_day(now, _territory(session, technician_id)[1].zone)


def my_day(session: Session, technician_id: int, day: date, now: datetime) -> MyDay:
    """The technician's day as it was published last, with live states."""
    technician, territory = _territory(session, technician_id)
    today = local_day(now, territory.zone)
    published = newest(session, technician_id, day)
    shifts = [publication.shift for publication in published]
    return MyDay(
        day=day,
        today=today,
        zone=territory.zone,
        office_phone=territory.phone,
        technician=technician.name,
        with_whom=_with_whom(shifts, technician_id),
        starts_at=min((shift.starts_at for shift in shifts), default=None),
        published_at=max((one.published_at for one in published), default=None),
        stops=_stops(session, day, published),
        changes=unseen_changes(session, technician_id, day),
        other_days=_other_days(session, technician_id, day, today),
    )


def _territory(session: Session, technician_id: int) -> tuple[Technician, Territory]:
    technician = session.get(Technician, technician_id)
    if technician is None or not technician.is_active:
        raise NotFound("No technician belongs to this account. Ask the office to connect one.")
    return technician, session.get_one(Territory, technician.territory_id)


def _with_whom(shifts: Iterable[Shift], technician_id: int) -> tuple[str, ...]:
    members = (member for shift in shifts for member in shift.members)
    return tuple(one.technician.name for one in members if one.technician_id != technician_id)


def _stops(session: Session, day: date, published: Iterable[Publication]) -> tuple[MyStop, ...]:
    stops = [stop for publication in published for stop in stops_of(publication)]
    visits = _visits(session, [stop.visit_id for stop in stops if stop.visit_id])
    activities = _activities(session, [stop.activity_id for stop in stops if stop.activity_id])
    shown = (_shown(stop, day, visits, activities) for stop in stops)
    return tuple(one for one in shown if one is not None)


def _visits(session: Session, ids: list[int]) -> dict[int, Visit]:
    order = joinedload(Visit.work_order)
    found = session.scalars(
        select(Visit)
        .where(Visit.id.in_(ids))
        .options(order.joinedload(WorkOrder.site), order.joinedload(WorkOrder.customer))
    )
    return {visit.id: visit for visit in found}


def _activities(session: Session, ids: list[int]) -> dict[int, Activity]:
    found = session.scalars(select(Activity).where(Activity.id.in_(ids)))
    return {activity.id: activity for activity in found}


def _shown(
    stop: PublishedStop,
    day: date,
    visits: Mapping[int, Visit],
    activities: Mapping[int, Activity],
) -> MyStop | None:
    """The line for one published stop; what was erased since has none."""
    if stop.kind is StopKind.BREAK:
        return MyStop(stop.kind, "", stop.starts_at, stop.ends_at)
    if stop.kind is StopKind.VISIT:
        visit = visits.get(stop.visit_id or 0)
        return None if visit is None else _shown_visit(stop, day, visit)
    activity = activities.get(stop.activity_id or 0)
    if activity is None:
        return None
    return MyStop(stop.kind, activity.title, stop.starts_at, stop.ends_at, place=activity.place)


def _shown_visit(stop: PublishedStop, day: date, visit: Visit) -> MyStop:
    order = visit.work_order
    return MyStop(
        kind=stop.kind,
        title=order.customer.name,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        place=order.site.address,
        visit_id=visit.id,
        work_kind=order.kind,
        state=visit.state,
        version=visit.version,
        summary=order.summary,
        told_from=visit.told_from,
        told_until=visit.told_until,
        eta_at=visit.eta_at,
        moved_to=visit.service_on if visit.service_on != day else None,
    )


def _other_days(session: Session, technician_id: int, day: date, today: date) -> tuple[date, ...]:
    """Today and the days to come that are published, without the one shown."""
    found = session.scalars(
        select(Shift.service_on)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .join(Publication, Publication.shift_id == Shift.id)
        .where(ShiftMember.technician_id == technician_id, Shift.service_on >= today)
        .order_by(Shift.service_on)
        .distinct()
    )
    return tuple(one for one in found if one != day)
