"""Changing a work order after it was taken: its words, how urgent it is, by when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, Refused
from fieldservice.models.work_orders import WorkOrder, WorkOrderState
from fieldservice.operations import audit
from fieldservice.operations.bookings.work_orders import LONGEST_SUMMARY

OVER = (WorkOrderState.DONE, WorkOrderState.CANCELLED)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What the order says from now on."""

    summary: str
    priority: int
    due_on: date | None

    def __post_init__(self) -> None:
        if not self.summary.strip():
            raise Refused("Say in a few words what is wrong or wanted.", "summary")
        if len(self.summary) > LONGEST_SUMMARY:
            raise Refused(
                "Say it in at most %(longest)s letters.", "summary", longest=LONGEST_SUMMARY
            )
        if not 0 <= self.priority <= 100:
            raise Refused(
                "A priority lies between 0 and 100, not %(priority)s. Change it.",
                "priority",
                priority=self.priority,
            )


def change_order(
    session: Session, now: datetime, actor_id: int | None, order: WorkOrder, change: OrderChange
) -> WorkOrder:
    """The order as written now; one that is over stays as it was."""
    if order.state in OVER:
        raise Conflict(
            "%(reference)s is %(state)s: it is not changed any more.",
            reference=order.reference,
            state=order.state.value,
        )
    order.summary = change.summary.strip()
    order.priority, order.due_on = change.priority, change.due_on
    session.flush()
    audit.record(session, now, actor_id, "work_order.changed", order)
    return order
