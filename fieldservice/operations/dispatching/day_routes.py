"""The routes of a day as its page shows them: each stop with all that its card tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.models.plans import Publication, Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift, ShiftMember, Technician
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.dispatching.publications import NOTICEABLE_SECONDS, newest_publications
from fieldservice.operations.dispatching.told_windows import Window, told
from fieldservice.operations.plans.problems import has_begun
from fieldservice.operations.plans.waivers import standing_waivers
from fieldservice.operations.road.own_routes import stops_of
from fieldservice.operations.road.route_changes import unseen_on

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
class Spell:
    """Why a technician is away, from when, and until when where that is before the shift ends."""

    reason: str
    starts_at: datetime
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class RouteView:
    """One van's day."""

    shift_id: int
    name: str
    others: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    absent: str | None
    away: Spell | None
    """The hours of the shift that nobody drives the van, where they are not all of it."""
    stops: tuple[StopView, ...]
    travel_seconds: int
    overtime_minutes: int
    departs_at: datetime | None
    returns_at: datetime | None
    is_published: bool
    is_changed: bool
    unseen: bool
    unseen_too_long: bool

    @property
    def travel_minutes(self) -> int:
        """Its driving in whole minutes; a sum is made of the seconds."""
        return minutes(self.travel_seconds)

    @property
    def visits(self) -> int:
        """How many visits are on it."""
        return sum(1 for stop in self.stops if stop.visit_id is not None)


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


def route_views(
    session: Session, service: ServiceDay, rows: Sequence[Visit], now: datetime
) -> tuple[RouteView, ...]:
    """Every van of the day, the absent ones last."""
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
    known = {s.visit_id: s.starts_at for s in stops_of(given[-1])} if given else None
    begun = any(stop.visit is not None and has_begun(stop.visit) for stop in route.stops)
    stops = tuple(
        _stop(stop, known, begun, waivers) for stop in sorted(route.stops, key=lambda s: s.position)
    )
    visits = [stop for stop in stops if stop.visit_id is not None]
    return RouteView(
        shift_id=shift.id,
        name=shift.lead.name,
        others=tuple(member.technician.name for member in shift.members[1:]),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        absent=_absence(shift),
        away=_away(shift),
        stops=stops,
        travel_seconds=route.travel_seconds,
        overtime_minutes=minutes(route.overtime_seconds),
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        is_published=bool(given),
        is_changed=_is_changed(visits, known),
        unseen=unseen is not None,
        unseen_too_long=bool(unseen),
    )


def _is_changed(visits: Sequence[StopView], known: Mapping[int | None, datetime] | None) -> bool:
    """Whether the van's technician knows no route, or another one than this."""
    if known is None:
        return bool(visits)
    order = [stop.visit_id for stop in visits]
    return order != [one for one in known if one is not None] or any(
        stop.unpublished or stop.phase == "tentative" for stop in visits
    )


def _absence(shift: Shift) -> str | None:
    """Why nobody drives this van all day, where so."""
    for absence in shift.lead.absences:
        if absence.starts_at <= shift.starts_at and absence.ends_at >= shift.ends_at:
            return absence.reason
    return None


def _away(shift: Shift) -> Spell | None:
    """The first absence that touches the shift."""
    for absence in sorted(shift.lead.absences, key=lambda one: one.starts_at):
        if absence.starts_at < shift.ends_at and absence.ends_at > shift.starts_at:
            back = absence.ends_at if absence.ends_at < shift.ends_at else None
            return Spell(absence.reason, max(absence.starts_at, shift.starts_at), back)
    return None


def minutes(seconds: float) -> int:
    """Whole minutes, rounded."""
    return round(seconds / 60)


def _stop(
    stop: Stop,
    known: Mapping[int | None, datetime] | None,
    begun: bool,
    waivers: Mapping[int, str],
) -> StopView:
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
        unpublished=_is_unpublished(stop, known, begun),
    )


def _is_unpublished(stop: Stop, known: Mapping[int | None, datetime] | None, begun: bool) -> bool:
    """Whether the technician was given this stop elsewhere, or at a noticeably other time.

    Once a route has begun its times follow what happens, and that is no change of plan.
    """
    visit = stop.visit
    if visit is None or known is None or has_begun(visit):
        return False
    given = known.get(stop.visit_id)
    if given is None:
        return True
    drift = abs((stop.starts_at - given).total_seconds())
    return not begun and drift >= NOTICEABLE_SECONDS


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
