"""What a person decides about a message that goes no further by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.messages import Message, MessageState
from fieldservice.operations import audit
from fieldservice.operations.messages.owing import SENT_AGAIN
from fieldservice.operations.messages.second_tries import same_words


def settle_by_hand(
    session: Session, message_id: int, now: datetime, actor_id: int | None
) -> Message:
    """It is seen to: the customer was told another way, or need not be told."""
    message = _undecided(session, message_id)
    message.settled_at = now
    audit.record(session, now, actor_id, "message.settled", message, state=message.state)
    return message


def send_again(session: Session, message_id: int, now: datetime, actor_id: int | None) -> Message:
    """Owe the same words once more, because a person says so, though they may arrive twice."""
    message = _undecided(session, message_id)
    if now > message.not_after:
        raise Refused("This text is no longer true. Call the customer instead.")
    visit = message.visit
    if visit is not None and visit.version != message.visit_version:
        raise Refused("The visit was changed since. The customer is told the new time.")
    again = same_words(message, f"{message.dedupe_key}+{message.id}", now, now)
    session.add(again)
    message.settled_at = now
    message.ended_because = SENT_AGAIN
    audit.record(session, now, actor_id, "message.sent_again", again, first_id=message.id)
    return again


def _undecided(session: Session, message_id: int) -> Message:
    message = session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise NotFound("This message does not exist.")
    if message.settled_at is not None or message.state not in _DECIDABLE:
        raise Conflict("Somebody has seen to this message already. Look at the list again.")
    return message


_DECIDABLE = (
    MessageState.NEEDS_HUMAN,
    MessageState.FAILED,
    MessageState.UNDELIVERED,
    MessageState.EXPIRED,
)
