"""What a technician does on the road: set out, arrive, finish, find no access, step back.

Each deed is safe to repeat: done twice it changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import ServiceDay
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations import audit
from fieldservice.operations.messages import reminders, surveys_owed
from fieldservice.operations.messages.follow_ups import open_follow_up
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.road.fieldwork_outcome import (
    NO_ACCESS,
    WorkReport,
    close_work_order,
    leave_for_another_visit,
    take_back_outcome,
    take_back_texts,
)
from fieldservice.operations.road.fieldwork_route import arrival_estimate, follow
from fieldservice.operations.road.fieldwork_rules import (
    LATE_ENTRIES,
    STEPS,
    STEPS_BACK,
    WHY_NOT,
    Deed,
    check_alone,
    check_day,
    check_step,
)
from fieldservice.operations.road.own_routes import NOT_YOURS, OwnVisit, own_visit


@dataclass(frozen=True, slots=True)
class Crew:
    """Who acts: the technician whose route it is, and the account that pressed the button."""

    technician_id: int
    user_id: int | None


def set_out(
    session: Session, now: datetime, crew: Crew, visit_id: int, version: int | None = None
) -> Visit:
    """Leave for the visit: the customer is texted when the van will be there."""
    with _at_work(session, now, crew, visit_id) as (own, day):
        if not check_step(own.visit, Deed.SET_OUT, version):
            return own.visit
        check_day(session, own, now)
        check_alone(session, own)
        eta = arrival_estimate(session, own, now)
        own.visit.en_route_at, own.visit.eta_at = now, eta
        _enter(session, now, crew, own, Deed.SET_OUT)
        reminders.void_unsent(session, own.visit, now, "the technician is on the way")
        reminders.owe_on_my_way(session, own.visit, eta, now)
        follow(session, day, own, now)
    return own.visit


def arrive(
    session: Session, now: datetime, crew: Crew, visit_id: int, version: int | None = None
) -> Visit:
    """Be at the customer's door; a text that announces it is no longer sent."""
    with _at_work(session, now, crew, visit_id) as (own, day):
        if not check_step(own.visit, Deed.ARRIVE, version):
            return own.visit
        check_day(session, own, now, grace=LATE_ENTRIES)
        check_alone(session, own)
        own.visit.arrived_at = now
        _enter(session, now, crew, own, Deed.ARRIVE)
        reminders.void_unsent(session, own.visit, now, "the technician has arrived")
        follow(session, day, own, now)
    return own.visit


def finish(
    session: Session,
    now: datetime,
    crew: Crew,
    visit_id: int,
    report: WorkReport,
    version: int | None = None,
) -> Visit:
    """End the visit with what was done; the customer will be asked how it was."""
    with _at_work(session, now, crew, visit_id) as (own, day):
        if not check_step(own.visit, Deed.FINISH, version):
            return own.visit
        own.visit.ended_at = now
        own.visit.remarks = report.remarks
        own.visit.parts_used = report.parts_used
        _enter(session, now, crew, own, Deed.FINISH, all_done=int(report.all_done))
        if report.all_done:
            close_work_order(own.visit)
        else:
            leave_for_another_visit(session, now, crew.technician_id, own.visit, report)
        surveys_owed.owe_survey(session, own.visit, now)
        follow(session, day, own, now)
    return own.visit


def no_access(
    session: Session,
    now: datetime,
    crew: Crew,
    visit_id: int,
    why: str,
    version: int | None = None,
) -> Visit:
    """End the visit at a closed door: the customer is texted and the office follows up."""
    with _at_work(session, now, crew, visit_id) as (own, day):
        if not check_step(own.visit, Deed.NO_ACCESS, version):
            return own.visit
        if not why.strip():
            raise Refused("Say why there was no access, so that the office can help.", "why")
        own.visit.arrived_at = own.visit.arrived_at or now
        own.visit.ended_at = now
        own.visit.remarks = why.strip()
        _enter(session, now, crew, own, Deed.NO_ACCESS)
        open_follow_up(session, own.visit, NO_ACCESS, why.strip(), now)
        reminders.void_unsent(session, own.visit, now, "there was no access")
        reminders.owe_no_access(session, own.visit, now)
        follow(session, day, own, now)
    return own.visit


def step_back(
    session: Session, now: datetime, crew: Crew, visit_id: int, wrong: VisitState
) -> Visit:
    """Correct a deed pressed by mistake: out of the `wrong` state into the one before it."""
    with _at_work(session, now, crew, visit_id) as (own, day):
        visit = own.visit
        if visit.state != wrong:
            if visit.state == _before(visit, wrong):
                return visit
            raise Conflict("This visit has moved on since you opened it. Read it again.")
        if wrong not in STEPS_BACK:
            raise Conflict(WHY_NOT[wrong])
        before = _before(visit, wrong)
        if before is not VisitState.PLANNED:
            check_alone(session, own)
        _forget(session, now, visit, wrong)
        visit.state = before
        visit.version += 1
        audit.record(
            session, now, crew.user_id, "visit.stepped_back", visit, was=wrong, state=before
        )
        take_back_texts(session, now, visit)
        follow(session, day, own, now)
    return own.visit


@contextmanager
def _at_work(
    session: Session, now: datetime, crew: Crew, visit_id: int
) -> Iterator[tuple[OwnVisit, ServiceDay]]:
    """The visit as it is once its day is locked, so that two taps come one after the other."""
    own = own_visit(session, crew.technician_id, visit_id)
    day_before = own.visit.service_on
    if day_before is None:
        raise NotFound(NOT_YOURS)
    day = service_day(session, own.visit.territory_id, day_before)
    session.refresh(own.visit)
    if own.visit.service_on != day_before:
        raise NotFound(NOT_YOURS)
    yield own, day


def _enter(
    session: Session, now: datetime, crew: Crew, own: OwnVisit, deed: Deed, **ids: int
) -> None:
    visit = own.visit
    was, visit.state = visit.state, STEPS[deed].ends
    visit.version += 1
    audit.record(
        session,
        now,
        crew.user_id,
        f"visit.{deed}",
        visit,
        was=was,
        technician_id=crew.technician_id,
        shift_id=own.shift.id,
        **ids,
    )


def _before(visit: Visit, state: VisitState) -> VisitState:
    """The state a visit was in before this one, as far as its times tell."""
    if state in (VisitState.COMPLETED, VisitState.NO_ACCESS):
        return VisitState.ON_SITE
    if state is VisitState.ON_SITE and visit.en_route_at is not None:
        return VisitState.EN_ROUTE
    return VisitState.PLANNED


def _forget(session: Session, now: datetime, visit: Visit, wrong: VisitState) -> None:
    if wrong is VisitState.EN_ROUTE:
        visit.en_route_at = visit.eta_at = None
    elif wrong is VisitState.ON_SITE:
        visit.arrived_at = None
    else:
        take_back_outcome(session, now, visit)
        visit.ended_at = None
