"""The list of what people of the office tell: whom, why, in which words, until when."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from fieldservice import clock
from fieldservice.models.customers import Channel, Contact, Reach, Site
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.notify.texts import Window
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.owing import News, news_of, words_of

WORKING_DAYS_OF_POST = 4
"""A letter is worth posting where so many working days are left before the visit."""
NOT_HEARD = (MessageState.UNDELIVERED, MessageState.FAILED)


class Why(enum.StrEnum):
    """Why a person tells it."""

    ASKED = "asked"
    NOT_ANSWERED = "not_answered"
    NOT_DELIVERED = "not_delivered"
    NO_POLITE_HOUR = "no_polite_hour"
    NO_WAY = "no_way"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HandLine:
    """One thing to tell one person."""

    message_id: int
    kind: MessageKind
    why: Why
    tries: int
    again_at: datetime | None
    contact: Contact
    site: Site
    customer_id: int
    customer: str
    reference: str
    number: str
    words: str
    news: News
    window: Window | None
    until: datetime
    zone: str
    by_post: bool
    """Whether a letter would still come in time."""


def hand_list(session: Session, territory: Territory, now: datetime) -> list[HandLine]:
    """What is to be told today or is late, the most urgent first; tried ones wait their hour."""
    order = joinedload(Message.visit).joinedload(Visit.work_order)
    rows = (
        select(Message)
        .where(*_due(territory, now))
        .options(
            joinedload(Message.contact),
            order.joinedload(WorkOrder.site),
            order.joinedload(WorkOrder.customer),
        )
    )
    found = session.scalars(rows.order_by(Message.not_after, Message.id)).unique().all()
    lines = [_line(session, message, territory, now) for message in found]
    return sorted(lines, key=lambda one: one.again_at is not None and one.again_at > now)


def hand_lines(
    session: Session, territory: Territory, message_ids: Sequence[int], now: datetime
) -> list[HandLine]:
    """These of the list, in its order."""
    return [one for one in hand_list(session, territory, now) if one.message_id in message_ids]


def count_by_hand(session: Session, territory: Territory, now: datetime) -> int:
    """How many people are to be told something."""
    return session.scalar(select(func.count(Message.id)).where(*_due(territory, now))) or 0


def _due(territory: Territory, now: datetime) -> tuple[ColumnElement[bool], ...]:
    tonight = clock.day_span(clock.local_day(now, territory.zone), territory.zone)[1]
    return (
        Message.territory_id == territory.id,
        Message.channel == Channel.BY_HAND,
        Message.state == MessageState.PENDING,
        Message.due_at < (now if territory.keeps_silent else tonight),
        Message.not_after >= now,
    )


def _line(session: Session, message: Message, territory: Territory, now: datetime) -> HandLine:
    visit, contact = message.visit, message.contact
    assert visit is not None
    assert contact is not None
    order, news = visit.work_order, news_of(message, Channel.BY_HAND)
    window = news.tells or news.instead_of
    return HandLine(
        message_id=message.id,
        kind=message.kind,
        why=_why(session, message, contact),
        tries=message.refusals,
        again_at=message.next_try_at,
        contact=contact,
        site=order.site,
        customer_id=order.customer_id,
        customer=order.customer.name,
        reference=order.reference,
        number=shown_phone(contact.phone) if contact.phone else "",
        words=words_of(session, visit, contact, news, now).body,
        news=news,
        window=window,
        until=message.not_after,
        zone=order.site.zone,
        by_post=window is not None and comes_in_time(window.from_at, territory, now),
    )


def comes_in_time(visited_at: datetime, territory: Territory, now: datetime) -> bool:
    """Whether a letter posted today is there before the visit."""
    day, left = clock.local_day(now, territory.zone), 0
    last = clock.local_day(visited_at, territory.zone)
    while day < last and left <= WORKING_DAYS_OF_POST:
        day += timedelta(days=1)
        left += day < last and clock.is_business_day(day, territory.country)
    return left >= WORKING_DAYS_OF_POST


def _why(session: Session, message: Message, contact: Contact) -> Why:
    if contact.prefers == Reach.BY_HAND:
        return Why.ASKED
    before = select(Message.channel).where(
        Message.visit_id == message.visit_id,
        Message.visit_version == message.visit_version,
        Message.contact_id == contact.id,
        Message.kind == message.kind,
        Message.state.in_(NOT_HEARD),
    )
    failed = set(session.scalars(before))
    if failed:
        return Why.NOT_ANSWERED if Channel.CALL in failed else Why.NOT_DELIVERED
    if not contact.phone and not contact.email:
        return Why.NO_WAY
    if contact.phone and contact.consents_to(Channel.CALL):
        return Why.NO_POLITE_HOUR
    return Why.REFUSED
