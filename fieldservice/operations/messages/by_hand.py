"""What a person of the office tells: news that no text, call or letter could bring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind
from fieldservice.operations.messages.owing import manners_for, news_of, owe
from fieldservice.operations.messages.reminder_times import Times, second_call

CALLS = 2
"""How often a customer is rung about one thing."""
PASSED_ON = (
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.CHANGED,
    MessageKind.CANCELLED,
    MessageKind.NO_ACCESS,
)
"""What a person tells where a call could not."""


def failed_call(
    session: Session, message: Message, now: datetime, *, for_good: bool = False
) -> Message | None:
    """After a call that told nothing: the second one, else a person is asked to tell it.

    `for_good` says that this number cannot be called at all. The call itself has ended
    already; None where nothing is left to do, since its words would come too late.
    """
    visit, contact = message.visit, message.contact
    if visit is None or contact is None or visit.version != message.visit_version:
        return None
    if not for_good and _calls(session, message) < CALLS:
        manners = manners_for(session, visit, Channel.CALL)
        times = second_call(now, message.not_after, manners)
        if times is not None:
            news = news_of(message, Channel.CALL)
            message.settled_at = now
            return owe(session, visit, contact, news, times, now)
    return pass_on(session, message, now)


def pass_on(session: Session, message: Message, now: datetime) -> Message | None:
    """Put what a message could not tell on the list of what the office tells by hand."""
    visit, contact = message.visit, message.contact
    if visit is None or contact is None or message.kind not in PASSED_ON:
        return None
    until = until_told(message)
    if now >= until:
        return None
    news = news_of(message, Channel.BY_HAND)
    message.settled_at = now
    return owe(session, visit, contact, news, Times(now, until), now)


def until_told(message: Message) -> datetime:
    """A person may say the day: it need not be said while *tomorrow* is true."""
    ends = message.tells_from or message.instead_of_until
    return max(message.not_after, ends) if ends else message.not_after


def _calls(session: Session, message: Message) -> int:
    made = select(func.count()).where(
        Message.visit_id == message.visit_id,
        Message.visit_version == message.visit_version,
        Message.contact_id == message.contact_id,
        Message.kind == message.kind,
        Message.channel == Channel.CALL,
    )
    return session.scalar(made) or 0
