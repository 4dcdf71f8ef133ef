"""I6: the outbox holds what the visits imply, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder
from fieldservice.operations.doctor.finding import Finding
from fieldservice.operations.messages.owing import told_window
from fieldservice.operations.messages.recheck import WANTED_IN
from fieldservice.operations.messages.recipients import recipients
from fieldservice.operations.messages.reminders import reminders_of


def nothing_waits_for_a_visit_of_the_past(session: Session, _now: datetime) -> Iterator[Finding]:
    """No message waits for a version that is gone, or for a state that is over."""
    rows = session.execute(
        select(Message.id, Message.kind, Message.visit_version, Visit.version, Visit.state)
        .join(Visit, Visit.id == Message.visit_id)
        .where(Message.state == MessageState.PENDING)
    )
    for message_id, kind, version, current, state in rows:
        if version != current:
            yield Finding("I6", "waits, though its visit was changed", "message", message_id)
        elif state not in WANTED_IN.get(kind, ()):
            yield Finding("I6", f"waits, though its visit is {state}", "message", message_id)


def reminders_are_owed(session: Session, now: datetime) -> Iterator[Finding]:
    """Each promised visit that is still to be reminded of has its last reminder."""
    reminded = (
        select(Message.id)
        .where(
            Message.visit_id == Visit.id,
            Message.visit_version == Visit.version,
            Message.kind == MessageKind.REMINDER_HOURS,
        )
        .exists()
    )
    without = session.scalars(
        select(Visit)
        .where(Visit.state.in_(UPCOMING), Visit.told_from > now, ~reminded)
        .options(
            joinedload(Visit.work_order).joinedload(WorkOrder.site),
            joinedload(Visit.work_order).joinedload(WorkOrder.customer),
        )
    )
    for visit in without:
        window = told_window(visit)
        if window is None:
            continue
        written_at = max(visit.created_at, _changed_at(session, visit) or visit.created_at)
        last = [
            reminders_of(session, visit, one, window)[-1]
            for one in recipients(visit, MessageKind.REMINDER_DAY)
        ]
        due = [times.due_at for kind, times in last if not _has(session, visit, kind)]
        if due and max(due) > max(now, written_at):
            yield Finding("I6", "nobody is reminded of it", "visit", visit.id)


def _has(session: Session, visit: Visit, kind: MessageKind) -> bool:
    """Whether anything of that kind was owed; who is not texted has only the day before."""
    owed = select(Message.id).where(
        Message.visit_id == visit.id, Message.visit_version == visit.version, Message.kind == kind
    )
    return session.scalar(owed.limit(1)) is not None


def _changed_at(session: Session, visit: Visit) -> datetime | None:
    return session.scalar(
        select(Message.created_at)
        .where(Message.visit_id == visit.id, Message.visit_version == visit.version)
        .order_by(Message.id.desc())
        .limit(1)
    )
