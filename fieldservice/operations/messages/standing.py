"""Which visits a number was told of, so that an answer finds the one it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import UPCOMING, Visit

ASKING = (
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.REMINDER_HOURS,
    MessageKind.CHANGED,
)
"""Texts an answer may be to."""
MAY_BE_READ = (
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
    MessageState.NEEDS_HUMAN,
    MessageState.UNDELIVERED,
)
"""Whoever answers has read it, whatever the network says of it."""
LATELY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Told:
    """A visit to come, with the newest text this number got about its present window."""

    visit: Visit
    message: Message
    said_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether nobody has confirmed it since that text."""
        confirmed_at = self.visit.confirmed_at
        return confirmed_at is None or confirmed_at < self.said_at


def told_visits(session: Session, phone: str, now: datetime) -> list[Told]:
    """The visits to come this number knows of, the one it heard of last first."""
    rows = (
        select(Message)
        .join(Visit, Visit.id == Message.visit_id)
        .where(
            Message.to_address == phone,
            Message.channel == Channel.SMS,
            Message.kind.in_(ASKING),
            Message.state.in_(MAY_BE_READ),
            Message.tells_from == Visit.told_from,
            Message.tells_until == Visit.told_until,
            Visit.state.in_(UPCOMING),
            Visit.told_until >= now,
        )
        .order_by(func.coalesce(Message.sent_at, Message.due_at).desc(), Message.id.desc())
    )
    newest: dict[int, Told] = {}
    for message in session.scalars(rows).all():
        visit = message.visit
        if visit is not None and visit.id not in newest:
            newest[visit.id] = Told(visit, message, message.sent_at or message.due_at)
    return list(newest.values())


def last_said(session: Session, phone: str, now: datetime) -> Message | None:
    """The newest text this number got, unless that is long ago."""
    rows = select(Message).where(
        Message.to_address == phone,
        Message.channel == Channel.SMS,
        Message.state.in_(MAY_BE_READ),
        Message.kind.not_in((MessageKind.CODE, MessageKind.ANSWER)),
        or_(Message.sent_at > now - LATELY, Message.sent_at.is_(None)),
    )
    when = func.coalesce(Message.sent_at, Message.due_at)
    return session.scalar(rows.order_by(when.desc(), Message.id.desc()).limit(1))
