"""What a person of the office did with the list: told it, tried in vain, posted letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageState
from fieldservice.notify import outbox
from fieldservice.notify.attempts import Claim
from fieldservice.notify.claiming import take
from fieldservice.operations import audit
from fieldservice.said import said

TOLD = said("told by a person")
POSTED = said("posted as a letter")
TRY_AGAIN_AFTER = timedelta(hours=1)
GONE = "Somebody told it already, or the visit was changed. Look at the list again."


def told(session: Session, message_id: int, now: datetime, actor_id: int | None) -> Message:
    """The customer heard it: from now on they know what it says."""
    message = _leaves(session, message_id, now, TOLD)
    held = Claim(message.id, message.fence)
    outbox.move(session, held, MessageState.SENT, MessageState.DELIVERED)
    audit.record(session, now, actor_id, "message.told", message, visit_id=message.visit_id)
    return message


def posted(
    session: Session, message_ids: Sequence[int], now: datetime, actor_id: int | None
) -> int:
    """These letters are in the post; how many."""
    if not message_ids:
        raise Refused("No letter is chosen. Tick those that are posted.", "message")
    for message_id in message_ids:
        message = _leaves(session, message_id, now, POSTED)
        audit.record(session, now, actor_id, "message.posted", message, visit_id=message.visit_id)
    return len(message_ids)


def not_reached(session: Session, message_id: int, now: datetime, actor_id: int | None) -> Message:
    """Nobody was there: it stays on the list, below the others for an hour."""
    message = _by_hand(session, message_id)
    if message.state != MessageState.PENDING:
        raise Conflict(GONE)
    message.refusals += 1
    message.next_try_at = now + TRY_AGAIN_AFTER
    audit.record(session, now, actor_id, "message.not_reached", message, tries=message.refusals)
    return message


def _leaves(session: Session, message_id: int, now: datetime, how: str) -> Message:
    message = _by_hand(session, message_id)
    visit = message.visit
    if visit is None or visit.version != message.visit_version or now > message.not_after:
        raise Conflict(GONE)
    claims = take(session, [message_id])
    if not claims:
        raise Conflict(GONE)
    values = {"sent_at": now, "ended_because": how}
    outbox.move(session, claims[0], MessageState.SENDING, MessageState.SENT, **values)
    session.refresh(message)
    return message


def _by_hand(session: Session, message_id: int) -> Message:
    message = session.get(Message, message_id, with_for_update=True)
    if message is None or message.channel != Channel.BY_HAND:
        raise NotFound("There is nothing like that to tell.")
    return message
