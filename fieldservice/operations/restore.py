"""What a restored database may still do by itself: nothing that may have been done already."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.plans import PlanRun, PlanRunState
from fieldservice.models.users import User

MAY_BE_OUT = "restored from a backup: it may have gone out before"
TOO_LATE = "restored from a backup: its time has passed"


@dataclass(frozen=True, slots=True)
class Quieted:
    """How many messages a restore took out of the queue."""

    for_a_person: int
    expired: int


def quiet(session: Session, now: datetime) -> Quieted:
    """Take out of the queue whatever may have been sent since the backup was taken.

    A message that falls due later than the restore cannot have gone out by itself: it stays.
    Only columns are named here, since the schema may be older than the models.
    """
    tried = select(Attempt.message_id).scalar_subquery()
    pending = and_(
        Message.state == MessageState.PENDING, or_(Message.due_at <= now, Message.id.in_(tried))
    )
    # A call that was ringing has been answered since; giving it up would ring or write again.
    ringing = and_(Message.kind == MessageKind.SURVEY_CALL, Message.state == MessageState.SENT)
    in_flight = or_(Message.state.in_([MessageState.SENDING, MessageState.UNKNOWN]), ringing)
    expired = _end(session, and_(pending, Message.not_after <= now), MessageState.EXPIRED, TOO_LATE)
    unsure = _end(session, or_(pending, in_flight), MessageState.NEEDS_HUMAN, MAY_BE_OUT)
    _end_what_ran(session, now)
    return Quieted(for_a_person=unsure, expired=expired)


def _end(session: Session, which: ColumnElement[bool], state: MessageState, because: str) -> int:
    ended = session.execute(
        update(Message)
        .where(which)
        .values(state=state, ended_because=because, lease_until=None, next_try_at=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(ended, CursorResult)
    return ended.rowcount


def _end_what_ran(session: Session, now: datetime) -> None:
    """Plan runs and sessions belong to the time before."""
    session.execute(
        update(PlanRun)
        .where(PlanRun.state.in_([PlanRunState.QUEUED, PlanRunState.RUNNING]))
        .values(
            state=PlanRunState.FAILED,
            ended_at=now,
            lease_until=None,
            fence=PlanRun.fence + 1,
            failure="The database was restored from a backup. Plan again.",
        )
        .execution_options(synchronize_session=False)
    )
    for user_id in session.scalars(select(User.__table__.c.id)).all():
        key = secrets.token_hex(32)
        session.execute(update(User).where(User.id == user_id).values(fs_uniquifier=key))


def note(session: Session, now: datetime, taken_at: datetime, quieted: Quieted) -> None:
    """Leave the restore in the audit trail of the database it made."""
    session.add(
        AuditEntry(
            at=now,
            actor_id=None,
            action="database.restored",
            subject_kind="database",
            subject_id=0,
            detail={
                "taken_at": taken_at.isoformat(),
                "for_a_person": quieted.for_a_person,
                "expired": quieted.expired,
            },
        )
    )
