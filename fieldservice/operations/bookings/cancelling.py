"""Cancelling visits: their place is free at once, and whoever expects somebody is told."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.work_orders import ENDED, Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations import audit
from fieldservice.operations.bookings.booking import Asked, changeable, together
from fieldservice.operations.bookings.placing import give_up, republish, shifts_of
from fieldservice.operations.messages.reminders import owe_cancelled, void_unsent
from fieldservice.said import said

LONGEST_REASON = 200


def cancel(
    session: Session,
    visit_id: int,
    version: int | None,
    reason: str,
    asked: Asked,
    customer_id: int | None = None,
) -> list[Visit]:
    """Call off a visit and what belongs to it; sent twice, it is done once."""
    known = session.get(Visit, visit_id)
    if (
        known is not None
        and known.state == VisitState.CANCELLED
        and customer_id
        in (
            None,
            known.work_order.customer_id,
        )
    ):
        return []
    visit = changeable(session, visit_id, version, customer_id)
    if len(reason) > LONGEST_REASON:
        raise Refused(
            "Give the reason in at most %(longest)s letters.", "reason", longest=LONGEST_REASON
        )
    visits = together(visit)
    stood_on = shifts_of(session, visits)
    give_up(session, [one for one in visits if one.service_on], asked.now)
    for one in visits:
        _call_off(session, one, reason, asked)
    republish(session, stood_on, asked.now)
    _close(visit.work_order)
    session.flush()
    return visits


def _call_off(session: Session, visit: Visit, reason: str, asked: Asked) -> None:
    visit.version += 1
    visit.state = VisitState.CANCELLED
    visit.cancelled_because = reason or None
    session.flush()
    void_unsent(session, visit, asked.now, said("the visit was cancelled"))
    if visit.told_from is not None:
        owe_cancelled(session, visit, asked.now, answers_customer=asked.by_customer)
    audit.record(session, asked.now, asked.actor_id, "visit.cancelled", visit)


def _close(order: WorkOrder) -> None:
    """An order of which nothing is left to do is over too."""
    states = {one.state for one in order.visits}
    if states == {VisitState.CANCELLED}:
        order.state = WorkOrderState.CANCELLED
    elif states <= {*ENDED} and VisitState.COMPLETED in states:
        order.state = WorkOrderState.DONE
