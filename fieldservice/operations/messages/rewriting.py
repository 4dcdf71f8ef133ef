"""What waits to be told follows its contact: name, language, number and how they are reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.operations.messages.by_hand import PASSED_ON, until_told
from fieldservice.operations.messages.owing import manners_for, news_of, owe, words_of
from fieldservice.operations.messages.recipients import address_of, way_to
from fieldservice.operations.messages.reminder_times import Times, politely
from fieldservice.said import said

OTHERWISE = said("they are reached another way now")
"""Why a message was taken back whose contact is told by other means."""
REFUSED = (MessageState.FAILED, MessageState.UNDELIVERED)
IN_ANSWER = (MessageKind.ANSWER, MessageKind.REPLY)
"""Said to whoever wrote, by the way they wrote."""
ASKED = (MessageKind.SURVEY_CALL, MessageKind.SURVEY_TEXT)


def rewrite(session: Session, contact: Contact, now: datetime) -> None:
    """After a contact changed: what waits for them says and goes what it would if written now."""
    waiting = select(Message).where(
        Message.contact_id == contact.id,
        Message.state == MessageState.PENDING,
        Message.visit_id.is_not(None),
        Message.kind.not_in(IN_ANSWER),
    )
    for message in session.scalars(waiting.order_by(Message.id).with_for_update()).all():
        if way_to(contact, message.kind) == message.channel:
            bring_up_to_date(session, message)
        elif message.kind not in ASKED:
            message.state, message.ended_because = MessageState.VOID, OTHERWISE
            session.flush()
            reach_otherwise(session, message, now)
    session.flush()


def bring_up_to_date(session: Session, message: Message) -> None:
    """Address, language and words as they would be written now; a code stays as it was asked."""
    contact, visit = message.contact, message.visit
    if contact is None or message.kind == MessageKind.CODE:
        return
    message.to_address = address_of(contact, message.channel)
    as_written = (message.language, message.greets) == (contact.language, contact.name)
    if visit is None or as_written or not message.greets:
        return
    news = replace(news_of(message, message.channel), try_number=message.try_number)
    words = words_of(session, visit, contact, news, message.due_at)
    message.language, message.greets = contact.language, contact.name
    message.subject, message.body = words.subject, words.body


def reach_otherwise(session: Session, message: Message, now: datetime) -> Message | None:
    """Owe the same news by the way now open to its contact, where the message's own is shut.

    The message itself has ended already; None where no other way is open or time has run out.
    """
    contact, visit = message.contact, message.visit
    if contact is None or visit is None or visit.version != message.visit_version:
        return None
    # A mail server's refusal closes an address nowhere else; a number's is kept with the number.
    shut = (
        message.channel if message.state in REFUSED and message.channel == Channel.EMAIL else None
    )
    channel = way_to(contact, message.kind, shut)
    if channel in (None, message.channel) or message.kind in ASKED:
        return None
    instead = _owe_by(session, message, Channel(channel), now)
    if instead is not None and message.state in REFUSED:
        message.settled_at = now
    return instead


def _owe_by(session: Session, message: Message, channel: Channel, now: datetime) -> Message | None:
    contact, visit = message.contact, message.visit
    assert contact is not None
    assert visit is not None
    wished, manners = max(now, message.due_at), manners_for(session, visit, channel)
    at_once = message.ignores_quiet_hours and channel != Channel.CALL
    times = politely(wished, message.not_after, manners, at_any_hour=at_once)
    if not times.in_time and message.kind in PASSED_ON:
        channel = Channel.BY_HAND
    if channel == Channel.BY_HAND:
        times = Times(wished, until_told(message))
    too_late = message.kind == MessageKind.REMINDER_HOURS and times.due_at > wished
    if too_late or not times.in_time:
        return None
    return owe(session, visit, contact, news_of(message, channel), times, now)
