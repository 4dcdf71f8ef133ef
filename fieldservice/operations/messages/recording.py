"""Keeping what channels said: the good news of a batch at once, the rest one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome, Message, MessageKind
from fieldservice.notify import outbox
from fieldservice.notify.attempts import Sent
from fieldservice.notify.channel import Answer
from fieldservice.operations.messages.breaker import note
from fieldservice.operations.messages.by_hand import failed_call
from fieldservice.operations.messages.consequences import follow
from fieldservice.operations.messages.errands import Answered, Errand, PostRoom, tell
from fieldservice.operations.messages.rewriting import reach_otherwise
from fieldservice.operations.messages.surveys import try_again_or_write


def recorded(room: PostRoom, answered: Sequence[Answered], now: datetime) -> None:
    """Keep them in one transaction; one that cannot be kept does not hold up the others."""
    try:
        with room.transaction() as session:
            record_all(session, answered, now)
    except Exception as error:
        if len(answered) == 1:
            tell("answer not recorded", error, [one.errand.ticket for one in answered])
            return
        for one in answered:
            recorded(room, [one], now)


def record_all(session: Session, answered: Sequence[Answered], now: datetime) -> None:
    """Keep what was said of several messages."""
    sent = [
        Sent(one.errand.ticket.claim, one.errand.parcel.token, one.answer.provider_id)
        for one in answered
        if one.answer is not None and one.answer.outcome == AttemptOutcome.SENT
    ]
    outbox.record_sent(session, sent, now)
    for carrier in {one.errand.ticket.carrier for one in answered if _is_sent(one.answer)}:
        note(session, carrier, Answer(AttemptOutcome.SENT), now)
    others = [one for one in answered if not _is_sent(one.answer)]
    # Whoever locks several messages does so in this order, or two would wait for ever.
    for one in sorted(others, key=lambda other: other.errand.ticket.claim.message_id):
        record(session, one.errand, one.answer, now)


def record(session: Session, errand: Errand, answer: Answer | None, now: datetime) -> None:
    """Keep what the channel said; None where it was not asked. A refused call is made up for."""
    claim, token = errand.ticket.claim, errand.parcel.token
    if answer is None:
        outbox.give_back(session, claim, token, now)
        return
    note(session, errand.ticket.carrier, answer, now)
    kept = outbox.record(session, claim, token, answer, now)
    if not kept or answer.outcome != AttemptOutcome.REFUSED:
        return
    message = session.get_one(Message, claim.message_id, populate_existing=True)
    make_up_for(session, message, answer.code, now)


def make_up_for(session: Session, message: Message, code: int | None, now: datetime) -> None:
    """What follows where a message was refused for good: another way, another try, or a person."""
    if code is not None:
        follow(session, message, code, now)
    if message.kind == MessageKind.SURVEY_CALL:
        try_again_or_write(session, message, now)
    elif message.channel == Channel.CALL:
        failed_call(session, message, now, for_good=True)
    else:
        reach_otherwise(session, message, now)


def _is_sent(answer: Answer | None) -> bool:
    return answer is not None and answer.outcome == AttemptOutcome.SENT
