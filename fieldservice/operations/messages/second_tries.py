"""Saying the same once more, in a message of its own: the first one's end stays as it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.messages import Message, MessageState
from fieldservice.operations.messages.owing import SENT_AGAIN_BY_ITSELF

TRIES = 2
"""How often the same text is tried where its network reports that the phone was off."""


def try_once_more(
    session: Session, message: Message, after: timedelta, now: datetime
) -> Message | None:
    """Owe a text again that its network gave up, so much later.

    None where it was the last try, or where its words would not be true any more by then.
    """
    due_at = now + after
    visit = message.visit
    moved = visit is not None and visit.version != message.visit_version
    if moved or message.try_number >= TRIES or due_at > message.not_after:
        return None
    if message.settled_at is not None:
        return None
    key = f"{message.dedupe_key}/{message.try_number + 1}"
    known = session.scalar(select(Message).where(Message.dedupe_key == key))
    if known is not None:
        return known
    again = same_words(message, key, due_at, now)
    again.try_number = message.try_number + 1
    session.add(again)
    message.settled_at, message.ended_because = now, SENT_AGAIN_BY_ITSELF
    session.flush()
    return again


def same_words(message: Message, key: str, due_at: datetime, now: datetime) -> Message:
    """A new message that says what this one says, to the same contact."""
    return Message(
        territory_id=message.territory_id,
        contact_id=message.contact_id,
        visit_id=message.visit_id,
        visit_version=message.visit_version,
        kind=message.kind,
        channel=message.channel,
        state=MessageState.PENDING,
        dedupe_key=key,
        to_address=message.to_address,
        language=message.language,
        greets=message.greets,
        subject=message.subject,
        body=message.body,
        tells_from=message.tells_from,
        tells_until=message.tells_until,
        instead_of_from=message.instead_of_from,
        instead_of_until=message.instead_of_until,
        link_id=message.link_id,
        try_number=message.try_number,
        ignores_quiet_hours=message.ignores_quiet_hours,
        due_at=due_at,
        not_after=message.not_after,
        created_at=now,
    )
