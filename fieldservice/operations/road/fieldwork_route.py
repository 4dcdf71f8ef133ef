"""The working plan follows what really happens: order and times from the technician's deeds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.plans import ServiceDay, Stop, StopKind
from fieldservice.models.technicians import Activity, Shift
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, STARTED, Visit, VisitState
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.days import touch
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.road_speeds import Roads
from fieldservice.operations.plans.workplan import lay_out, sequences
from fieldservice.operations.road.own_routes import OwnVisit, stops_of
from fieldservice.scheduling.speeds import USUAL
from fieldservice.scheduling.travel import Location


def arrival_estimate(session: Session, own: OwnVisit, now: datetime) -> datetime:
    """When the van reaches the visit if it leaves now from where it was last.

    A site without a point on the map is reached when the plan says, but not in the past.
    """
    site = own.visit.work_order.site
    if site.lat is None or site.lon is None:
        return max(now, own.stop.starts_at)
    territory = session.get_one(Territory, own.visit.territory_id)
    places = (last_place(session, own, now), Location(lon=site.lon, lat=site.lat))
    day, leaving = local_day(now, territory.zone), Clockface(now)
    travel = Roads.of(territory).matrix(places, day, leaving)
    drive = int(travel.durations[0, 1])
    return leaving.moment(travel.speeds.reach(0, drive * USUAL))


def last_place(session: Session, own: OwnVisit, now: datetime) -> Location:
    """Where the van was last: its latest visit or activity today, else the driver's home."""
    been = [
        *_visited(session, own),
        *_attended(session, own.shift, now),
    ]
    if been:
        return max(been, key=lambda one: one[0])[1]
    lead = own.shift.lead
    return Location(lon=lead.home_lon, lat=lead.home_lat)


def _visited(session: Session, own: OwnVisit) -> Iterable[tuple[datetime, Location]]:
    ids = [stop.visit_id for stop in stops_of(own.publication) if stop.visit_id is not None]
    for visit in session.scalars(select(Visit).where(Visit.id.in_(ids), Visit.id != own.visit.id)):
        site = visit.work_order.site
        if visit.arrived_at is not None and site.lat is not None and site.lon is not None:
            yield visit.arrived_at, Location(lon=site.lon, lat=site.lat)


def _attended(session: Session, shift: Shift, now: datetime) -> Iterable[tuple[datetime, Location]]:
    begun = select(Activity).where(Activity.shift_id == shift.id, Activity.starts_at <= now)
    for activity in session.scalars(begun):
        yield activity.starts_at, Location(lon=activity.lon, lat=activity.lat)


def follow(session: Session, day: ServiceDay, own: OwnVisit, now: datetime) -> None:
    """Lay the day out again from actual times, so that lateness shows while it can be mended."""
    _keep_on_route(session, day, own)
    at = problem_for(session, day, now)
    orders = sequences(day, at.problem)
    if own.shift.id in orders:
        orders[own.shift.id] = _as_it_happened(session, orders[own.shift.id], now)
    lay_out(session, day, at, orders)
    touch(day)
    session.flush()


def _keep_on_route(session: Session, day: ServiceDay, own: OwnVisit) -> None:
    """Who begins a visit has it, even where an unpublished plan had given it to somebody else."""
    if own.visit.state not in (*STARTED, *ENDED):
        return
    route = next((one for one in day.routes if one.shift_id == own.shift.id), None)
    stop = session.scalar(select(Stop).where(Stop.visit_id == own.visit.id))
    if route is None or (stop is not None and stop.route_id == route.id):
        return
    if stop is None:
        stop = _stop_of(own)
    stop.position = len(route.stops)
    stop.committed = True
    route.stops.append(stop)
    session.flush()


def _stop_of(own: OwnVisit) -> Stop:
    given = own.stop
    return Stop(
        kind=StopKind.VISIT,
        visit_id=own.visit.id,
        crew_place=1,
        arrives_at=given.starts_at,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
    )


def _as_it_happened(session: Session, order: list[int], now: datetime) -> list[int]:
    """What has begun first, in the order it began; the rest as planned."""
    begun = _beginnings(session, order, now)
    past = sorted((one for one in order if one in begun), key=lambda one: begun[one])
    return [*past, *(one for one in order if one not in begun)]


def _beginnings(session: Session, order: list[int], now: datetime) -> dict[int, datetime]:
    visits = session.scalars(select(Visit).where(Visit.id.in_(one for one in order if one > 0)))
    activities = session.scalars(
        select(Activity).where(
            Activity.id.in_(-one for one in order if one < 0), Activity.starts_at <= now
        )
    )
    begun = {-activity.id: activity.starts_at for activity in activities}
    return begun | {visit.id: at for visit in visits if (at := _began(visit)) is not None}


def _began(visit: Visit) -> datetime | None:
    if visit.state not in (*STARTED, VisitState.COMPLETED, VisitState.NO_ACCESS):
        return None
    return visit.arrived_at or visit.eta_at or visit.en_route_at
