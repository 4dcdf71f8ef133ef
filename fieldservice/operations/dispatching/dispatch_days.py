"""What a dispatcher does with the visits of a day: from and to the backlog, and after absences."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fieldservice.clock import day_span
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.audit import record
from fieldservice.operations.dispatching.dispatch import (
    Order,
    assign,
    done,
    locked,
    refuse_stale,
    take_off,
)
from fieldservice.operations.messages.reminders import void_unsent
from fieldservice.operations.plans.days import touch
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import lay_out, sequences
from fieldservice.said import said
from fieldservice.scheduling.draft import Draft


def to_backlog(session: Session, visit_id: int, order: Order) -> None:
    """Take the visit off its day; nobody is told a time any more until it gets a new one."""
    day, visit, stop = locked(session, visit_id, order)
    if visit.told_from is not None:
        raise Refused(
            "This customer was promised a time. Move the visit to another time, or cancel it, "
            "so that they are told.",
            "visit",
        )
    if stop is not None:
        take_off(session, day, visit, stop, order)
    visit.state, visit.service_on = VisitState.REQUESTED, None
    visit.version += 1
    void_unsent(session, visit, order.now, said("the visit went back to the backlog"))
    done(session, day, visit, order, "visit.sent_to_backlog")


def add_to_day(session: Session, visit_id: int, day: ServiceDay, order: Order) -> bool:
    """Put a visit from the backlog on a day; True where it found a place on a route at once."""
    join_day(session, visit_id, day, order)
    try:
        assign(session, visit_id, Order(order.now, order.actor_id))
    except (Conflict, Refused):
        return False
    return True


def join_day(session: Session, visit_id: int, day: ServiceDay, order: Order) -> None:
    """Give a visit from the backlog that day, and no place on a route yet."""
    visit = session.get(Visit, visit_id)
    if visit is None or visit.territory_id != day.territory_id:
        raise NotFound("There is no such visit in this territory.")
    refuse_stale(visit, None, order)
    if visit.state is not VisitState.REQUESTED:
        raise Conflict("This visit has a day already. Look at the day again.")
    zone = session.get_one(Territory, day.territory_id).zone
    if day_span(day.day, zone)[1] <= order.now:
        raise Refused("That day is over. Choose today or a later day.", "date")
    visit.state, visit.service_on = VisitState.BOOKED, day.day
    visit.version += 1
    _forget_other_days(visit, day, zone)
    done(session, day, visit, order, "visit.added_to_day")


def _forget_other_days(visit: Visit, day: ServiceDay, zone: str) -> None:
    """A wish for hours on another day binds no more once a dispatcher chose this one."""
    begins, ends = day_span(day.day, zone)
    outside = (visit.latest_at and visit.latest_at < begins) or (
        visit.earliest_at and visit.earliest_at >= ends
    )
    if outside:
        visit.earliest_at = visit.latest_at = None


def settle(session: Session, day: ServiceDay, order: Order) -> tuple[int, ...]:
    """Make the plan of a changed day sound again, after an absence or a change of hours.

    What no longer fits goes to whoever can take it without breaking a rule; the ids of those
    nobody can take are returned: they keep their day and their promise, but have no stop.
    """
    at = problem_for(session, day, order.now)
    working = sequences(day, at.problem)
    stood = {
        stop.visit_id
        for route in day.routes
        for stop in route.stops
        if stop.visit_id is not None and at.problem.has_visit(stop.visit_id)
    }
    draft = Draft(at.problem)
    draft.adopt(working)
    draft.insert_all(visit for visit in draft.unserved if visit.id in stood)
    lay_out(session, day, at, {shift_id: list(ids) for shift_id, ids in draft.orders.items()})
    touch(day)
    left = tuple(sorted(stood - {one for ids in draft.orders.values() for one in ids}))
    record(session, order.now, order.actor_id, "service_day.settled", day, unassigned=len(left))
    session.flush()
    return left
