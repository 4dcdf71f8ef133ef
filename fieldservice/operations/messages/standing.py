"""Which visits a number was told of, so that an answer finds the one it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, func, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.work_orders import UPCOMING, Visit

ASKING = (
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.REMINDER_HOURS,
    MessageKind.CHANGED,
    MessageKind.ANSWER,
)
"""Texts an answer may be to, where they tell a window."""
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
CLOCKS_APART = timedelta(minutes=1)
"""How far the clocks of several machines may stand apart."""


@dataclass(frozen=True, slots=True)
class Told:
    """A visit to come, with the newest text this number had got about its window."""

    visit: Visit
    message: Message
    said_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether nobody has confirmed it since that text."""
        confirmed_at = self.visit.confirmed_at
        return confirmed_at is None or confirmed_at < self.said_at

    @property
    def still_holds(self) -> bool:
        """Whether the window that text told is the one promised now."""
        told = (self.message.tells_from, self.message.tells_until)
        return told == (self.visit.told_from, self.visit.told_until)


def told_visits(session: Session, phone: str, now: datetime, by: datetime) -> list[Told]:
    """The visits to come this number had been told of by then, the one it heard of last first."""
    rows = (
        select(Message, _said_at)
        .join(Visit, Visit.id == Message.visit_id)
        .where(
            *_read(phone, by),
            Message.kind.in_(ASKING),
            Message.tells_from.is_not(None),
            Visit.state.in_(UPCOMING),
            Visit.told_until >= now,
        )
        .order_by(*_newest(by))
    )
    newest: dict[int, Told] = {}
    for message, said_at in session.execute(rows).all():
        visit = message.visit
        if visit is not None and visit.id not in newest:
            newest[visit.id] = Told(visit, message, said_at)
    return list(newest.values())


def last_said(session: Session, phone: str, by: datetime) -> Message | None:
    """The newest text this number had got by then, unless that was long before."""
    answers = and_(Message.kind == MessageKind.ANSWER, Message.tells_from.is_(None))
    rows = select(Message).where(
        *_read(phone, by), _said_at > by - LATELY, Message.kind != MessageKind.CODE, ~answers
    )
    return session.scalar(rows.order_by(*_newest(by)).limit(1))


_asked_at = (
    select(func.max(Attempt.started_at))
    .where(Attempt.message_id == Message.id)
    .correlate(Message)
    .scalar_subquery()
)
_said_at = func.coalesce(Message.sent_at, _asked_at, Message.due_at)
"""When a text left, as far as that is known."""


def _read(phone: str, by: datetime) -> tuple[ColumnElement[bool], ...]:
    """What may have been read by then: an answer may overtake the provider's own, and who
    sends may have a clock of another machine."""
    return (
        Message.to_address == phone,
        Message.channel == Channel.SMS,
        Message.state.in_(MAY_BE_READ),
        func.coalesce(_asked_at, Message.sent_at, Message.due_at) <= by + CLOCKS_APART,
    )


def _newest(by: datetime) -> tuple[UnaryExpression[Any], ...]:
    """The newest first; behind all others those that may have left too late to be answered."""
    has_left = func.coalesce(Message.sent_at <= by, false())
    return has_left.desc(), _said_at.desc(), Message.id.desc()
