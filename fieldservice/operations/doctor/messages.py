"""I2, I3, I5, I7: messages go out once, in time, to who wants them, and stay what they became."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from fieldservice.models.customers import Channel, Consent
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    ConsoleDelivery,
    Message,
    MessageKind,
    MessageState,
    Report,
)
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.notify.outbox import LEASE
from fieldservice.operations.doctor.finding import GRACE, Finding
from fieldservice.operations.messages.reminder_times import Manners

ASKED_FOR = (MessageKind.CODE, MessageKind.ANSWER)
"""Said once to whoever has just asked, also that nothing more will be said."""


def nothing_is_sent_twice(session: Session, _now: datetime) -> Iterator[Finding]:
    """I2, on our own record and on the list of who delivered."""
    sent = (
        select(Attempt.message_id)
        .where(Attempt.outcome == AttemptOutcome.SENT)
        .group_by(Attempt.message_id)
        .having(func.count() > 1)
    )
    for message_id in session.scalars(sent):
        yield Finding("I2", "was sent more than once", "message", message_id)
    delivered = (
        select(Attempt.message_id)
        .join(ConsoleDelivery, ConsoleDelivery.attempt_token == Attempt.token)
        .group_by(Attempt.message_id)
        .having(func.count() > 1)
    )
    for message_id in session.scalars(delivered):
        yield Finding("I2", "was delivered more than once", "message", message_id)


def nothing_is_delivered_unasked(session: Session, _now: datetime) -> Iterator[Finding]:
    """I2: what was delivered was asked for by an attempt of ours."""
    unasked = (
        select(ConsoleDelivery.id)
        .outerjoin(Attempt, Attempt.token == ConsoleDelivery.attempt_token)
        .where(Attempt.id.is_(None))
    )
    for delivery_id in session.scalars(unasked):
        yield Finding("I2", "was delivered, and nobody asked", "console_delivery", delivery_id)


def every_message_comes_to_an_end(session: Session, now: datetime) -> Iterator[Finding]:
    """I3: nothing that is due lies about, and nobody sits on a message for ever."""
    late = now - GRACE
    silent = select(Territory.id).where(Territory.keeps_silent)
    waits = and_(Message.state == MessageState.PENDING, Message.channel != Channel.BY_HAND)
    for message_id in session.scalars(
        select(Message.id).where(
            waits,
            Message.territory_id.not_in(silent),
            or_(
                Message.not_after < late,
                and_(
                    # What a person tells waits for one until it is too late.
                    Message.channel != Channel.BY_HAND,
                    Message.due_at < late,
                    func.coalesce(Message.next_try_at, late) <= late,
                ),
            ),
        )
    ):
        yield Finding("I3", "is due and was forgotten", "message", message_id)
    stuck = and_(
        Message.state == MessageState.SENDING,
        func.coalesce(Message.lease_until, late) <= late,
    )
    for message_id in session.scalars(select(Message.id).where(stuck)):
        yield Finding("I3", "has been in hand for too long", "message", message_id)
    doubted = and_(Message.state == MessageState.UNKNOWN, Message.next_try_at < late)
    for message_id in session.scalars(select(Message.id).where(doubted)):
        yield Finding("I3", "is in doubt, and nobody asks what became of it", "message", message_id)


def what_was_reported_is_believed(session: Session, _now: datetime) -> Iterator[Finding]:
    """I7: a message stands no lower than what its carrier reported of it."""
    arrived = (
        select(Attempt.message_id)
        .join(Message, Message.id == Attempt.message_id)
        .where(Attempt.reported == Report.DELIVERED, Message.state != MessageState.DELIVERED)
        .where(Message.state.not_in((MessageState.UNDELIVERED, MessageState.FAILED)))
    )
    for message_id in session.scalars(arrived):
        yield Finding("I7", "was reported delivered, and is not held so", "message", message_id)


def nothing_goes_to_who_opted_out(session: Session, _now: datetime) -> Iterator[Finding]:
    """I5: the last word on the channel before the message left was no."""
    newer = aliased(Consent)
    superseded = (
        select(newer.id)
        .where(
            newer.contact_id == Consent.contact_id,
            newer.channel == Consent.channel,
            newer.id > Consent.id,
            newer.given_at <= Message.sent_at,
        )
        .exists()
    )
    unwanted = (
        select(Message.id, Message.sent_at, Consent.given_at)
        .join(Consent, Consent.contact_id == Message.contact_id)
        .where(Consent.channel == Message.channel, Consent.granted.is_(False), ~superseded)
        .where(Consent.given_at < Message.sent_at, Message.kind.not_in(ASKED_FOR))
    )
    for message_id, sent_at, refused_at in session.execute(unwanted):
        # One that was already on its way when the word came cannot be called back.
        if sent_at is not None and sent_at > refused_at + LEASE:
            yield Finding("I5", "went to somebody who had opted out", "message", message_id)


def nothing_goes_out_in_quiet_hours(session: Session, _now: datetime) -> Iterator[Finding]:
    """I5: but for what may, and what a person handed over before its time."""
    rows = session.execute(
        select(Message, Territory)
        .join(Territory, Territory.id == Message.territory_id)
        .where(Message.sent_at.is_not(None), Message.ignores_quiet_hours.is_(False))
        .options(joinedload(Message.visit).joinedload(Visit.work_order).joinedload(WorkOrder.site))
    )
    for message, territory in rows:
        sent_at = message.sent_at
        if sent_at is None or message.kind == MessageKind.CODE:
            continue
        by_hand = sent_at < max(message.due_at, message.next_try_at or message.due_at)
        if by_hand:
            continue
        zone = message.visit.work_order.site.zone if message.visit else territory.zone
        if not Manners(zone, territory.country, message.channel).kept_at(sent_at):
            yield Finding("I5", "went out in quiet hours", "message", message.id)


def nothing_goes_out_for_an_old_version(session: Session, _now: datetime) -> Iterator[Finding]:
    """I5: a text left after the one that replaced it was written."""
    newer = aliased(Message)
    rows = session.execute(
        select(Message.id, Message.sent_at, func.min(newer.created_at))
        .join(newer, newer.visit_id == Message.visit_id)
        .where(newer.visit_version > Message.visit_version, Message.sent_at.is_not(None))
        .group_by(Message.id, Message.sent_at)
    )
    for message_id, sent_at, replaced_at in rows:
        # One that was already on its way when the visit moved cannot be called back.
        if sent_at is not None and sent_at > replaced_at + LEASE:
            yield Finding("I5", "went out for an old version of its visit", "message", message_id)


def what_has_ended_stays_so(session: Session, _now: datetime) -> Iterator[Finding]:
    """I7: what was sent is never pending, taken back or expired again."""
    sent = select(Attempt.message_id).where(Attempt.outcome == AttemptOutcome.SENT)
    fallen_back = select(Message.id).where(
        Message.state.in_(
            [
                MessageState.PENDING,
                MessageState.SENDING,
                MessageState.VOID,
                MessageState.EXPIRED,
                MessageState.UNKNOWN,
            ]
        ),
        or_(Message.sent_at.is_not(None), Message.id.in_(sent)),
    )
    for message_id in session.scalars(fallen_back):
        yield Finding("I7", "was sent, and is not any more", "message", message_id)
