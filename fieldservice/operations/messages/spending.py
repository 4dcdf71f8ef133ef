"""What messages cost a day, as far as that can be known beforehand, and what they may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.config import Prices
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind
from fieldservice.models.senders import Carrier, CarrierHealth
from fieldservice.models.territories import Territory
from fieldservice.notify.segments import segments_of
from fieldservice.operations.messages.breaker import noted
from fieldservice.said import said

MINUTES_OF_A_CALL = 2
"""What a call is taken to last: providers charge minutes begun."""
CHARGED = (AttemptOutcome.STARTED, AttemptOutcome.SENT, AttemptOutcome.UNKNOWN)
URGENT = (MessageKind.CODE, MessageKind.ANSWER, MessageKind.REPLY, MessageKind.ON_MY_WAY)
WAITS = said("waits: the spending limit of the day is reached")


def estimate(prices: Prices, medium: Channel, body: str) -> int:
    """What one message is thought to cost, in thousandths of the currency's unit."""
    if medium == Channel.SMS:
        return segments_of(body).count * prices.sms_segment
    if medium == Channel.CALL:
        return MINUTES_OF_A_CALL * prices.call_minute
    return 0


def is_urgent(message: Message) -> bool:
    """Whether somebody waits for it at this moment."""
    return message.ignores_quiet_hours or message.kind in URGENT


def left_today(
    session: Session, territory: Territory, prices: Prices, now: datetime, *, urgent: bool = False
) -> int | None:
    """What may still be spent on the territory's day; None where there is no cap.

    The cap is one for the installation. What is urgent may spend as much again, so that a
    flood of reminders silences no code, and a flood of codes still ends.
    """
    if prices.cap_per_day == 0:
        return None
    cap = prices.cap_per_day * (2 if urgent else 1)
    return max(0, cap - spent_today(session, territory, now))


def hold_the_till(session: Session) -> None:
    """Until this transaction ends nobody else spends, so that no two spend the same rest."""
    noted(session, Carrier.TWILIO)
    row = select(CarrierHealth.id).where(CarrierHealth.carrier == Carrier.TWILIO)
    session.execute(row.with_for_update())


def spent_today(session: Session, territory: Territory, now: datetime) -> int:
    """What all messages handed over since the territory's midnight are thought to cost."""
    start, _ = clock.day_span(clock.local_day(now, territory.zone), territory.zone)
    costs = select(func.coalesce(func.sum(Attempt.cost_thousandths), 0)).where(
        Attempt.started_at >= start, Attempt.started_at <= now, Attempt.outcome.in_(CHARGED)
    )
    return session.scalar(costs) or 0


def is_spent(session: Session, territory: Territory, prices: Prices, now: datetime) -> bool:
    """Whether ordinary messages wait for tomorrow, or for a higher cap."""
    left = left_today(session, territory, prices, now)
    return left is not None and left < prices.sms_segment
