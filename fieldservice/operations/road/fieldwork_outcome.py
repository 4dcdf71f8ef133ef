"""What a finished visit leaves behind: a closed work order, another visit, a follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.surveys import FollowUp
from fieldservice.models.work_orders import (
    ENDED,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderState,
)
from fieldservice.operations.messages import reminders
from fieldservice.operations.messages.follow_ups import open_follow_up
from fieldservice.operations.messages.owing import PERHAPS_TOLD
from fieldservice.said import said

ANOTHER_VISIT = "another_visit"
NO_ACCESS = "no_access"
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What the technician says at the end of a visit."""

    all_done: bool
    remarks: str | None = None
    parts_used: str | None = None
    waits_for_parts: bool = False

    def __post_init__(self) -> None:
        if not self.all_done and not self.remarks:
            raise Refused(
                "Write what is left to do, so that the next visit is prepared.", "remarks"
            )
        for field, text in (("remarks", self.remarks), ("parts_used", self.parts_used)):
            if text and len(text) > LONGEST_TEXT:
                raise Refused("Keep this under %(longest)s letters.", field, longest=LONGEST_TEXT)


def close_work_order(visit: Visit) -> None:
    """The work order is done, unless more of its visits are to come."""
    if not _to_come(visit):
        visit.work_order.state = WorkOrderState.DONE


def leave_for_another_visit(
    session: Session, now: datetime, technician_id: int, visit: Visit, report: WorkReport
) -> None:
    """Ask for one more visit, unless one is to come already, and tell the office what is left."""
    order = visit.work_order
    order.state = (
        WorkOrderState.WAITING_FOR_PARTS if report.waits_for_parts else WorkOrderState.OPEN
    )
    if _to_come(visit):
        return
    order.visits.append(
        Visit(
            territory_id=visit.territory_id,
            sequence=max(one.sequence for one in order.visits) + 1,
            state=VisitState.REQUESTED,
            duration_minutes=visit.duration_minutes,
            preferred_technician_id=technician_id,
            created_at=now,
        )
    )
    open_follow_up(session, visit, ANOTHER_VISIT, report.remarks, now)


def take_back_outcome(session: Session, now: datetime, visit: Visit) -> None:
    """Undo what the visit's end left behind, as far as nobody has acted on it yet."""
    order = visit.work_order
    if order.state in (WorkOrderState.DONE, WorkOrderState.WAITING_FOR_PARTS):
        order.state = WorkOrderState.OPEN
    for asked in _asked_by(order, visit):
        asked.state = VisitState.CANCELLED
        asked.version += 1
        asked.cancelled_because = said("the visit before was not finished yet")
    opened = select(FollowUp).where(
        FollowUp.visit_id == visit.id,
        FollowUp.reason.in_((ANOTHER_VISIT, NO_ACCESS)),
        FollowUp.closed_at.is_(None),
    )
    for follow_up in session.scalars(opened):
        follow_up.closed_at, follow_up.outcome = now, "The technician took it back."


def take_back_texts(session: Session, now: datetime, visit: Visit) -> None:
    """After a correction: what is no longer true stays unsent, what is true again is owed again."""
    reminders.void_unsent(session, visit, now, "it was pressed by mistake")
    if visit.state is VisitState.PLANNED and visit.told_from and visit.told_until:
        reminders.owe_changed(session, visit, now, (visit.told_from, visit.told_until))
        reminders.owe_reminders(session, visit, now)
    if visit.state is VisitState.EN_ROUTE and visit.eta_at and not _knows_we_come(session, visit):
        reminders.owe_on_my_way(session, visit, visit.eta_at, now)


def _knows_we_come(session: Session, visit: Visit) -> bool:
    """Whether a text has told that the technician set out this time."""
    told = select(Message.id).where(
        Message.visit_id == visit.id,
        Message.kind == MessageKind.ON_MY_WAY,
        Message.state.in_(PERHAPS_TOLD),
        Message.created_at >= visit.en_route_at,
    )
    return session.scalar(told.limit(1)) is not None


def _to_come(visit: Visit) -> list[Visit]:
    return [one for one in visit.work_order.visits if one is not visit and one.state not in ENDED]


def _asked_by(order: WorkOrder, visit: Visit) -> list[Visit]:
    return [
        one
        for one in order.visits
        if one.state is VisitState.REQUESTED
        and one.sequence > visit.sequence
        and one.created_at == visit.ended_at
    ]
