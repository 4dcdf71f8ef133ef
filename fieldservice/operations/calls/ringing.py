"""Calls nothing is heard of any more: ended by the clock, as if somebody had told us."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.calls import PhoneCall
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, Message, MessageState
from fieldservice.operations.calls.playing import hang_up, not_answered
from fieldservice.operations.calls.rows import known_row

LONG_OVER = timedelta(days=30)
"""Calls older than this are not looked for any more."""
RINGING = timedelta(minutes=15)
"""How long a call may go without news: longer than any script takes."""
TALKING = timedelta(hours=2)
"""The same for calls that came in, which people may be talking on."""


def give_up_ringing(session: Session, now: datetime) -> int:
    """Calls nothing was heard of for long count as not answered, or as hung up."""
    rung = (
        select(Attempt.token)
        .join(Message, Message.id == Attempt.message_id)
        .where(
            Message.channel == Channel.CALL,
            Message.state == MessageState.SENT,
            Message.due_at > now - LONG_OVER,
            Message.sent_at < now - RINGING,
            Attempt.provider_id.is_not(None),
        )
    )
    tokens = session.scalars(rung).all()
    for token in tokens:
        row = known_row(session, token)
        if row is None:
            not_answered(session, token, now)
        elif row.ended_at is None:
            hang_up(session, token, now)
    return len(tokens) + _end_talks(session, now)


def _end_talks(session: Session, now: datetime) -> int:
    talks = select(PhoneCall.token).where(
        PhoneCall.message_id.is_(None),
        PhoneCall.ended_at.is_(None),
        PhoneCall.started_at < now - TALKING,
    )
    tokens = session.scalars(talks).all()
    for token in tokens:
        hang_up(session, token, now)
    return len(tokens)
