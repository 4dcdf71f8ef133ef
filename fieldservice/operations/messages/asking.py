"""Asking carriers what became of messages nobody heard back about."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.notify.attempts import digest_of
from fieldservice.notify.channel import Answer, Inquiry
from fieldservice.notify.doubts import OPEN_ENDED, Doubt, doubts, settle
from fieldservice.operations.messages.errands import PostRoom
from fieldservice.operations.messages.preparing import body_of
from fieldservice.operations.messages.recording import make_up_for

logger = logging.getLogger(__name__)

AT_ONCE = 20
KEEPS_NO_LIST = (Carrier.SMTP,)
"""Carriers that can never say what became of a request: coming again is of no use."""
COME_AGAIN = timedelta(minutes=2)
"""When a carrier is asked again that could not be reached."""


def resolve_doubts(room: PostRoom, now: datetime) -> int:
    """Ask about messages nobody heard back about; how many were asked about."""
    with room.transaction() as session:
        asked = [(one, _inquiry(session, one, room, now)) for one in doubts(session, now, AT_ONCE)]
    for doubt, inquiry in asked:
        if room.closing.is_set():
            break
        answer = _look_up(room, inquiry)
        with room.transaction() as session:
            found = _if_its_own(session, doubt, answer)
            if settle(session, doubt, found, now) and found is not None:
                _make_up_for(session, doubt, found, now)
    return len(asked)


def _make_up_for(session: Session, doubt: Doubt, found: Answer, now: datetime) -> None:
    """A text that turns out refused is told otherwise; of a call its own report will tell."""
    message = session.get_one(Message, doubt.message.message_id, populate_existing=True)
    if message.state == MessageState.FAILED and message.channel != Channel.CALL:
        make_up_for(session, message, found.code, now)


def _inquiry(
    session: Session, doubt: Doubt, room: PostRoom, now: datetime
) -> tuple[Carrier, Inquiry] | Answer | None:
    """What to ask and whom; the answer itself where it is known, None without a request."""
    if doubt.token is None:
        return None
    attempt = session.scalars(select(Attempt).where(Attempt.token == doubt.token)).one()
    if attempt.outcome not in OPEN_ENDED:
        return Answer(attempt.outcome)
    message = attempt.message
    body = body_of(session, message, room, now)
    if attempt.body_digest and digest_of(body) != attempt.body_digest:
        return Answer(AttemptOutcome.UNKNOWN, error="its words were changed since")
    others = select(Attempt.provider_id).where(
        Attempt.to_address == attempt.to_address,
        Attempt.provider_id.is_not(None),
        Attempt.id != attempt.id,
    )
    return attempt.carrier, Inquiry(
        token=attempt.token,
        provider_id=attempt.provider_id,
        to=attempt.to_address or message.to_address,
        sender=attempt.sender,
        medium=message.channel,
        body=body,
        started_at=attempt.asked_at or attempt.started_at,
        taken=frozenset(session.scalars(others)),
    )


def _if_its_own(session: Session, doubt: Doubt, answer: Answer | None) -> Answer | None:
    """What was found, unless it may be what another request to the same address became."""
    if answer is None or answer.provider_id is None:
        return answer
    own = select(Attempt.to_address).where(Attempt.token == doubt.token).scalar_subquery()
    under_way = and_(
        Attempt.to_address == own,
        Attempt.outcome == AttemptOutcome.STARTED,
        Message.state == MessageState.SENDING,
    )
    others = (
        select(Attempt.id)
        .join(Message, Message.id == Attempt.message_id)
        .where(Attempt.token != doubt.token)
        .where(or_(Attempt.provider_id == answer.provider_id, under_way))
    )
    if session.scalar(others.limit(1)) is None:
        return answer
    return Answer(AttemptOutcome.UNKNOWN, error="it may be another's", again_after=COME_AGAIN)


def _look_up(room: PostRoom, inquiry: tuple[Carrier, Inquiry] | Answer | None) -> Answer | None:
    if inquiry is None or isinstance(inquiry, Answer):
        return inquiry
    carrier, question = inquiry
    channel = room.channels.get(carrier)
    if channel is None:
        return Answer(AttemptOutcome.UNKNOWN, error="its carrier is not set up any more")
    try:
        answer = channel.look_up(question)
    except Exception as error:
        logger.warning("a carrier could not be asked", extra={"attempt_token": question.token})
        answer = Answer(AttemptOutcome.UNKNOWN, error=type(error).__name__)
    if answer.outcome == AttemptOutcome.UNKNOWN and carrier not in KEEPS_NO_LIST:
        return replace(answer, again_after=answer.again_after or COME_AGAIN)
    return answer
