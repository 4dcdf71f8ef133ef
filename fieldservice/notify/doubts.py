"""Messages nobody heard back about: ask the channel first; then send again or ask people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message
from fieldservice.notify.channel import Answer
from fieldservice.notify.outbox import LOOK_UP_AFTER, Claim, State, end_attempt, move

LOOK_UPS = 2
OPEN_ENDED = (AttemptOutcome.STARTED, AttemptOutcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message of unknown outcome, with the token of the request nobody heard back about."""

    message: Claim
    token: str | None


def doubts(session: Session, now: datetime, limit: int) -> list[Doubt]:
    """Messages whose outcome is to be asked for now."""
    rows = session.execute(
        select(Message.id, Message.fence)
        .where(Message.state == State.UNKNOWN, Message.next_try_at <= now)
        .order_by(Message.next_try_at)
        .limit(limit)
    ).all()
    return [Doubt(Claim(row.id, row.fence), _open_token(session, row.id)) for row in rows]


def settle(session: Session, doubt: Doubt, answer: Answer | None, now: datetime) -> bool:
    """Note what was found out about a message of unknown outcome.

    Without an answer there was no request, so surely nothing was sent. A call that may
    have rung is never repeated by itself.
    """
    if answer is None or doubt.token is None:
        return move(session, doubt.message, State.UNKNOWN, State.PENDING, next_try_at=now)
    if answer.outcome == AttemptOutcome.UNKNOWN:
        return _ask_again(session, doubt, now)
    started_at = end_attempt(session, doubt.token, answer, now)
    if answer.outcome == AttemptOutcome.SENT:
        return move(
            session,
            doubt.message,
            State.UNKNOWN,
            State.SENT,
            sent_at=started_at,
            ended_because=None,
        )
    channel = session.scalar(select(Message.channel).where(Message.id == doubt.message.message_id))
    if channel == Channel.CALL:
        return _leave_to_people(session, doubt, "the call may have rung without being answered")
    return move(session, doubt.message, State.UNKNOWN, State.PENDING, next_try_at=now)


def _open_token(session: Session, message_id: int) -> str | None:
    attempts = select(Attempt.token).where(
        Attempt.message_id == message_id, Attempt.outcome.in_(OPEN_ENDED)
    )
    return session.scalar(attempts.order_by(Attempt.id.desc()).limit(1))


def _ask_again(session: Session, doubt: Doubt, now: datetime) -> bool:
    attempt = session.scalars(select(Attempt).where(Attempt.token == doubt.token)).one()
    attempt.lookups += 1
    session.flush()
    if attempt.lookups >= LOOK_UPS:
        return _leave_to_people(session, doubt, "nobody can say whether it arrived")
    later = update(Message).where(
        Message.id == doubt.message.message_id,
        Message.state == State.UNKNOWN,
        Message.fence == doubt.message.fence,
    )
    session.execute(later.values(next_try_at=now + LOOK_UP_AFTER))
    return True


def _leave_to_people(session: Session, doubt: Doubt, because: str) -> bool:
    return move(session, doubt.message, State.UNKNOWN, State.NEEDS_HUMAN, ended_because=because)
