"""I4: every published route can be driven, and no promise is made twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from fieldservice.clock import local_day
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import STARTED, Visit, VisitState
from fieldservice.operations.doctor.finding import Finding
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from fieldservice.scheduling.check import Violation
from fieldservice.scheduling.problem import Rule

RUNS_LATE = {Rule.WINDOW, Rule.LATENESS, Rule.SHIFT_HOURS, Rule.OVERTIME, Rule.BREAK, Rule.TRAVEL}
"""What a day under way may break by itself: work took longer, or the drive was short."""
NOT_ON_A_ROUTE = (VisitState.REQUESTED, VisitState.CANCELLED)
MUST_BE_ON_A_ROUTE = STARTED


def published_routes_keep_the_rules(session: Session, now: datetime) -> Iterator[Finding]:
    """The checker's word on each published day from today on; what was waived is listed there."""
    days = session.scalars(
        select(ServiceDay)
        .where(ServiceDay.published_at.is_not(None))
        .where(ServiceDay.day >= (now - timedelta(days=1)).date())
        .options(joinedload(ServiceDay.territory))
    ).all()
    for day in days:
        today = local_day(now, day.territory.zone)
        if day.day < today:
            continue
        problem = problem_for(session, day, now).problem
        for broken in findings_of(problem, sequences(day, problem)).introduced:
            if day.day == today and _runs_late(broken):
                continue
            who = f"visit {broken.visit_id}" if broken.visit_id else f"shift {broken.shift_id}"
            yield Finding("I4", f"breaks {broken.rule} at {who}", "service_day", day.id)


def _runs_late(broken: Violation) -> bool:
    """Tell whether the road alone may have broken that: an activity, too, begins late behind it."""
    activity_waits = broken.rule is Rule.PIN and (broken.visit_id or 0) < 0
    return broken.rule in RUNS_LATE or activity_waits


def nobody_is_in_two_places(session: Session, _now: datetime) -> Iterator[Finding]:
    """No technician is in two vans at a time."""
    shift, other = aliased(Shift), aliased(Shift)
    member, other_member = aliased(ShiftMember), aliased(ShiftMember)
    torn = (
        select(member.technician_id)
        .join(shift, shift.id == member.shift_id)
        .join(other_member, other_member.technician_id == member.technician_id)
        .join(other, other.id == other_member.shift_id)
        .where(shift.id < other.id)
        .where(shift.starts_at < other.ends_at, other.starts_at < shift.ends_at)
        .distinct()
    )
    for technician_id in session.scalars(torn):
        yield Finding("I4", "is in two vans at a time", "technician", technician_id)


def stops_follow_each_other(session: Session, _now: datetime) -> Iterator[Finding]:
    """On a route nothing begins before the one before has ended."""
    stops = session.scalars(select(Stop).order_by(Stop.route_id, Stop.position, Stop.starts_at))
    for before, after in pairwise(stops):
        if before.route_id == after.route_id and after.starts_at < before.ends_at:
            yield Finding("I4", "begins before the one before has ended", "stop", after.id)


def stops_fit_their_visits(session: Session, _now: datetime) -> Iterator[Finding]:
    """A visit is on a route of its own day and territory, and only while somebody is to come."""
    rows = session.execute(
        select(Stop.id, Visit, ServiceDay)
        .join(Visit, Visit.id == Stop.visit_id)
        .join(Route, Route.id == Stop.route_id)
        .join(ServiceDay, ServiceDay.id == Route.service_day_id)
    )
    placed = set()
    for stop_id, visit, day in rows:
        placed.add(visit.id)
        if (visit.service_on, visit.territory_id) != (day.day, day.territory_id):
            yield Finding("I4", "is on the route of another day", "stop", stop_id)
        if visit.state in NOT_ON_A_ROUTE:
            yield Finding("I4", f"holds a visit that is {visit.state}", "stop", stop_id)
    for visit_id in session.scalars(select(Visit.id).where(Visit.state.in_(MUST_BE_ON_A_ROUTE))):
        if visit_id not in placed:
            yield Finding("I4", "is under way, and on no route", "visit", visit_id)
