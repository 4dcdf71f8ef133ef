"""Delivery: claim, look again, send outside any transaction, record in another.

Whoever drives it lends the transactions. Between two of them the process may die: what was
claimed is then found by its lease, and what may have been sent is asked for by its token.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, DeliveryError, NotFound, Refused
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify import outbox
from fieldservice.notify.channel import Answer, DeliveryChannel, Inquiry, Parcel
from fieldservice.notify.doubts import Doubt, doubts, settle
from fieldservice.notify.outbox import Claim
from fieldservice.notify.texts import LINK
from fieldservice.operations.customers.links import address_for
from fieldservice.operations.messages.recheck import objection_to
from fieldservice.operations.messages.surveys import give_up_ringing, try_again_or_write

logger = logging.getLogger(__name__)

AT_ONCE = 10
"""How many messages are taken in hand together: fewer than a lease can see through."""


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What delivery needs and may not reach for itself."""

    transaction: Callable[[], AbstractContextManager[Session]]
    channel: DeliveryChannel
    secret: str
    base_url: str


def deliver_due(room: PostRoom, now: datetime) -> int:
    """One round: clear up, send what is due, find out what is in doubt; how many were sent."""
    clear_up(room, now)
    with room.transaction() as session:
        claims = outbox.claim_due(session, now, AT_ONCE)
    for claim in claims:
        try:
            deliver(room, claim, now)
        except Exception as error:
            # Its lease will run out; the others must not wait for it. An error's own words may
            # name a customer, so only its kind is told.
            logger.error(
                "message not handled: %s",
                type(error).__name__,
                extra={"message_id": claim.message_id},
            )
    resolve_doubts(room, now)
    return len(claims)


def clear_up(room: PostRoom, now: datetime) -> None:
    """Lapse leases, expire what would come too late, end calls that nobody answered."""
    with room.transaction() as session:
        outbox.lapse(session, now)
        outbox.expire(session, now)
        give_up_ringing(session, now)


def deliver(room: PostRoom, claim: Claim, now: datetime) -> bool:
    """Send one claimed message, if nothing speaks against it by now."""
    with room.transaction() as session:
        parcel = prepare(session, claim, room, now)
    if parcel is None:
        return False
    answer = _ask(room.channel, parcel)
    with room.transaction() as session:
        record(session, claim, parcel.token, answer, now)
    return answer.outcome == AttemptOutcome.SENT


def hand_over_now(room: PostRoom, message_id: int, now: datetime) -> None:
    """Send a waiting message before its time, quiet hours or not; for the console only."""
    with room.transaction() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound("This message does not exist.")
        if session.get_one(Territory, message.territory_id).keeps_silent:
            raise Refused("Nothing leaves this territory yet. Let its messages leave first.")
        message.ignores_quiet_hours = True
        session.flush()
        claim = outbox.claim(session, message_id)
    if claim is None:
        raise Conflict("This message waits no more. Look at the list again.")
    deliver(room, claim, now)


def prepare(session: Session, claim: Claim, room: PostRoom, now: datetime) -> Parcel | None:
    """Look again at a claimed message; what is to be handed over, or None."""
    message = outbox.in_hand(session, claim)
    if message is None:
        return None
    against = objection_to(session, message, now)
    if against is not None:
        values = {"ended_because": against.because, "next_try_at": against.again_at}
        outbox.move(session, claim, MessageState.SENDING, against.state, **values)
        return None
    if message.kind != MessageKind.CODE and message.contact and message.contact.phone:
        message.to_address = message.contact.phone
    token = secrets.token_hex(16)
    outbox.start_attempt(session, message, token, now)
    return Parcel(
        token=token,
        to=message.to_address,
        medium=message.channel,
        body=_with_link(session, message, room, now),
        language=message.language,
        valid_for=max(message.not_after - now, timedelta(minutes=1)),
        kind=message.kind,
    )


def record(session: Session, claim: Claim, token: str, answer: Answer, now: datetime) -> None:
    """Keep what the channel said; a call it refuses is made up for by a text."""
    kept = outbox.record(session, claim, token, answer, now)
    message = session.get_one(Message, claim.message_id, populate_existing=True)
    refused = kept and answer.outcome == AttemptOutcome.REFUSED
    if refused and message.kind == MessageKind.SURVEY_CALL:
        try_again_or_write(session, message, now)


def resolve_doubts(room: PostRoom, now: datetime) -> None:
    """Ask the channel about messages nobody heard back about."""
    with room.transaction() as session:
        open_ones = doubts(session, now, AT_ONCE)
        asked = [(doubt, _inquiry(session, doubt, room, now)) for doubt in open_ones]
    for doubt, inquiry in asked:
        answer = _look_up(room.channel, inquiry)
        with room.transaction() as session:
            settle(session, doubt, answer, now)


def _with_link(session: Session, message: Message, room: PostRoom, now: datetime) -> str:
    if LINK not in message.body:
        return message.body
    return message.body.replace(
        LINK, address_for(session, message, room.secret, room.base_url, now)
    )


def _ask(channel: DeliveryChannel, parcel: Parcel) -> Answer:
    try:
        return channel.hand_over(parcel)
    except DeliveryError as error:
        outcome = AttemptOutcome.REFUSED if error.permanent else AttemptOutcome.NOT_SENT
        return Answer(outcome, error=error.sentence)
    except Exception as error:
        logger.warning("a channel gave no answer", extra={"attempt_token": parcel.token})
        return Answer(AttemptOutcome.UNKNOWN, error=type(error).__name__)


def _inquiry(session: Session, doubt: Doubt, room: PostRoom, now: datetime) -> Inquiry | None:
    if doubt.token is None:
        return None
    attempt = session.scalars(select(Attempt).where(Attempt.token == doubt.token)).one()
    message = attempt.message
    return Inquiry(
        token=attempt.token,
        provider_id=attempt.provider_id,
        to=message.to_address,
        sender=attempt.sender,
        medium=message.channel,
        body=_with_link(session, message, room, now),
        started_at=attempt.started_at,
    )


def _look_up(channel: DeliveryChannel, inquiry: Inquiry | None) -> Answer | None:
    if inquiry is None:
        return None
    try:
        return channel.look_up(inquiry)
    except Exception as error:
        return Answer(AttemptOutcome.UNKNOWN, error=type(error).__name__)
