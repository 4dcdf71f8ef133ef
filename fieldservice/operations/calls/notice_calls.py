"""The call that brings news: heard or not, confirmed, or answered with *call me*."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict
from fieldservice.models.calls import PhoneCall, Wish
from fieldservice.models.conversations import Reason
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.line import Call
from fieldservice.notify.voice.notice import Notice
from fieldservice.operations.bookings.confirming import confirm
from fieldservice.operations.calls.rows import ended
from fieldservice.operations.messages.by_hand import failed_call
from fieldservice.operations.messages.threads import raise_for_office
from fieldservice.said import said

SOURCE = "call"
HUNG_UP_EARLY = said("hung up before the news was heard")
CHANGED_MEANWHILE = said("the visit changed while it rang")


def notice_script(message: Message) -> Notice:
    """The script of this call."""
    return Notice(message.kind, message.body, message.language)


def begin_notice(
    session: Session, message: Message, token: str, now: datetime, *, answered: bool
) -> PhoneCall:
    """Somebody picked up, or nobody did; news that changed while it rang is not told."""
    told = answered and not _is_stale(message)
    row = PhoneCall(
        token=token,
        territory_id=message.territory_id,
        message=message,
        contact_id=message.contact_id,
        visit_id=message.visit_id,
        number=message.to_address,
        language=message.language,
        step=CallStep.NOTICE if answered else CallStep.HUNG_UP,
        answered=answered,
        started_at=now,
        ended_at=None if told else now,
    )
    if answered and not told:
        row.step, row.wish = CallStep.GOODBYE, Wish.CHANGED
        ended(session, token, False, now, CHANGED_MEANWHILE)
    session.add(row)
    session.flush()
    return row


def follow_notice(session: Session, row: PhoneCall, after: Call, now: datetime) -> Call:
    """Do what the key asks; the call as it goes on, since a visit may have changed meanwhile."""
    if after.wish == row.wish:
        return after
    if after.wish == Wish.CONFIRM and not _confirmed(session, row, now):
        after = replace(after, wish=Wish.CHANGED)
    if after.wish in (Wish.CALL_ME, Wish.CHANGED):
        _ask_for_call(session, row, now)
    return after


def close_notice(session: Session, row: PhoneCall, seconds: float | None, now: datetime) -> None:
    """The call is over; whoever hung up too early to have heard it is told again."""
    message = row.message
    if message is None:
        return
    lasted = (now - row.started_at).total_seconds() if seconds is None else seconds
    heard = row.step == CallStep.GOODBYE or notice_script(message).was_heard(lasted)
    ended(session, row.token, heard, now, None if heard else HUNG_UP_EARLY)
    if not heard:
        failed_call(session, message, now)


def notice_not_answered(session: Session, row: PhoneCall, because: str, now: datetime) -> None:
    """Call once more, then leave it to a person."""
    ended(session, row.token, False, now, because)
    if row.message is not None:
        failed_call(session, row.message, now)


def _confirmed(session: Session, row: PhoneCall, now: datetime) -> bool:
    message = row.message
    visit = message.visit if message else None
    if message is None or visit is None or _is_stale(message):
        return False
    try:
        confirm(session, visit, now, SOURCE, message.contact)
    except Conflict:
        return False
    return True


def _is_stale(message: Message) -> bool:
    """Whether the visit is another one by now: what it is owed then is told by itself."""
    visit = message.visit
    return visit is not None and visit.version != message.visit_version


def _ask_for_call(session: Session, row: PhoneCall, now: datetime) -> None:
    thread = raise_for_office(
        session,
        row.contact or row.number,
        row.visit,
        Reason.CALL_ME,
        now,
        channel=Channel.CALL,
        territory_id=row.territory_id,
    )
    row.thread_id = thread.id
