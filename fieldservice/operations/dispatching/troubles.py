"""What a dispatcher says has gone wrong today; every plan takes it into account from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import wall
from fieldservice.errors import NotFound, Refused
from fieldservice.models.disruptions import Disruption, DisruptionKind
from fieldservice.models.plans import Route, ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.audit import record
from fieldservice.operations.dispatching.dispatch import Order
from fieldservice.operations.house.absences import AbsenceEntry, add_absence
from fieldservice.operations.plans.days import touch
from fieldservice.operations.plans.problems import DayProblem, problem_for
from fieldservice.operations.plans.workplan import lay_out, sequences
from fieldservice.operations.road.fieldwork import Crew, step_back
from fieldservice.scheduling.disruptions import begun_in_turn, ends_at

LATEST = 8 * 60
SLOWEST = 400


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a technician is not there, from when (now without) until when (for the day without)."""

    reason: str
    leaves: time | None = None
    back: time | None = None


def away(session: Session, day: ServiceDay, shift_id: int, gone: Gone, order: Order) -> None:
    """Whoever drives that shift is gone; a drive to a customer is broken off."""
    route = route_of(day, shift_id)
    zone = session.get_one(Territory, day.territory_id).zone
    leaves = gone.leaves
    if leaves is None:
        leaves = wall(order.now, zone).time().replace(second=0, microsecond=0)
        _break_off(session, route, order)
    entry = AbsenceEntry(gone.reason, day.day, day.day, leaves, gone.back)
    add_absence(session, order.now, order.actor_id, route.shift.lead.id, entry)


def delay(session: Session, day: ServiceDay, shift_id: int, minutes: int, order: Order) -> None:
    """The technician runs so many minutes behind the plan as it stands."""
    if not 1 <= minutes <= LATEST:
        raise Refused(
            "Say a delay of 1 to %(latest)s minutes, not %(minutes)s.",
            "minutes",
            latest=LATEST,
            minutes=minutes,
        )
    route = route_of(day, shift_id)
    free = _free_at(problem_for(session, day, order.now), route)
    for older in standing(session, day):
        if older.shift_id == shift_id:
            older.ended_at = order.now
    until = free + timedelta(minutes=minutes)
    row = Disruption(kind=DisruptionKind.DELAYED, shift_id=shift_id, until=until)
    _said(session, day, row, order)


def snow(
    session: Session, day: ServiceDay, percent: int, municipality: str | None, order: Order
) -> None:
    """Driving takes `percent` of its usual time, everywhere or from and to one municipality."""
    if not 100 < percent <= SLOWEST:
        raise Refused(
            "Driving takes 101 to %(slowest)s %% of its time, not %(percent)s.",
            "percent",
            slowest=SLOWEST,
            percent=percent,
        )
    for older in standing(session, day):
        if older.kind is DisruptionKind.SNOW and older.municipality == municipality:
            older.ended_at = order.now
    row = Disruption(kind=DisruptionKind.SNOW, percent=percent, municipality=municipality)
    _said(session, day, row, order)


def over(session: Session, day: ServiceDay, disruption_id: int, order: Order) -> None:
    """It counts no more."""
    row = next((one for one in standing(session, day) if one.id == disruption_id), None)
    if row is None:
        raise NotFound("That is over already. Look at the day again.")
    row.ended_at = order.now
    _lay_out_again(session, day, order)
    record(session, order.now, order.actor_id, "disruption.ended", row, service_day_id=day.id)
    session.flush()


def standing(session: Session, day: ServiceDay) -> list[Disruption]:
    """What was said to be wrong and is not over."""
    counts = select(Disruption).where(
        Disruption.service_day_id == day.id, Disruption.ended_at.is_(None)
    )
    return list(session.scalars(counts.order_by(Disruption.id)))


def route_of(day: ServiceDay, shift_id: int) -> Route:
    """The route of that shift, refused where it is not of this day."""
    route = next((one for one in day.routes if one.shift_id == shift_id), None)
    if route is None:
        raise Refused("That technician has no shift on this day. Choose another.", "shift")
    return route


def _break_off(session: Session, route: Route, order: Order) -> None:
    crew = Crew(route.shift.lead.id, order.actor_id)
    visits = [stop.visit for stop in route.stops if stop.visit is not None]
    for visit in visits:
        if visit.state is VisitState.EN_ROUTE:
            step_back(session, order.now, crew, visit.id, VisitState.EN_ROUTE)


def _free_at(at: DayProblem, route: Route) -> datetime:
    """When the technician would leave for the next stop by the plan."""
    if not at.problem.has_shift(route.shift_id):
        raise Refused("That technician is absent on this day. Choose another.", "shift")
    here = begun_in_turn(at.problem, at.begun).get(route.shift_id)
    free = at.problem.shift(route.shift_id).window.start
    if here:
        free = ends_at(at.problem, here[-1])
    waiting = [stop for stop in route.stops if stop.visit_id and stop.visit_id not in at.begun]
    leaves = [stop.starts_at - timedelta(seconds=stop.travel_seconds) for stop in waiting[:1]]
    return max([at.clockface.moment(free), *leaves])


def _said(session: Session, day: ServiceDay, row: Disruption, order: Order) -> None:
    row.service_day_id, row.said_by_id, row.said_at = day.id, order.actor_id, order.now
    session.add(row)
    session.flush()
    _lay_out_again(session, day, order)
    ids = {"kind": row.kind.value, "shift_id": row.shift_id}
    record(session, order.now, order.actor_id, "disruption.said", row, service_day_id=day.id, **ids)
    session.flush()


def _lay_out_again(session: Session, day: ServiceDay, order: Order) -> None:
    """The same order of stops at the times it has now, so that what becomes late is seen."""
    at = problem_for(session, day, order.now)
    lay_out(session, day, at, sequences(day, at.problem))
    touch(day)
