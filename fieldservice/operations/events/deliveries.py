"""Deliveries of events: taken in hand by one conditional UPDATE, ended by who holds the fence."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from fieldservice.models.events import Event, WebhookDelivery, WebhookEndpoint, WebhookState
from fieldservice.notify.attempts import database_now

State = WebhookState

LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(days=3)
WAITS = tuple(
    timedelta(seconds=one)
    for one in (5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long to wait after each failure: the last tries come when three days are over."""
REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=15)
GONE = 410
NEVER_REACHED = "Not one try succeeded within three days."
FAILED_LONG = "It has failed for three days."
IS_GONE = "It answered that it is gone."


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery somebody has in hand."""

    delivery_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one try came to: an answer with its status, or why there was none."""

    status: int | None
    milliseconds: int
    failure: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver said that it has the event."""
        return self.status is not None and 200 <= self.status < 300


def endpoints_due(session: Session, now: datetime, but: Collection[int]) -> list[int]:
    """Endpoints that are awake and owed something, except those somebody is busy with."""
    due = exists().where(
        WebhookDelivery.endpoint_id == WebhookEndpoint.id,
        WebhookDelivery.state == State.PENDING,
        WebhookDelivery.next_try_at <= now,
    )
    awake = select(WebhookEndpoint.id).where(
        WebhookEndpoint.active,
        or_(WebhookEndpoint.rest_until.is_(None), WebhookEndpoint.rest_until <= now),
        WebhookEndpoint.id.not_in(but),
        due,
    )
    return list(session.scalars(awake.order_by(WebhookEndpoint.id)))


def claim_next(session: Session, endpoint_id: int, now: datetime) -> Claim | None:
    """Take this endpoint's oldest due delivery in hand; None where nothing waits."""
    oldest = (
        select(WebhookDelivery.id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.state == State.PENDING,
            WebhookDelivery.next_try_at <= now,
            WebhookEndpoint.active,
            or_(WebhookEndpoint.rest_until.is_(None), WebhookEndpoint.rest_until <= now),
        )
        .order_by(WebhookDelivery.next_try_at, WebhookDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    )
    taken = session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == oldest.scalar_subquery(), WebhookDelivery.state == State.PENDING
        )
        .values(
            state=State.SENDING,
            fence=WebhookDelivery.fence + 1,
            tries=WebhookDelivery.tries + 1,
            lease_until=database_now(session) + LEASE,
        )
        .returning(WebhookDelivery.id, WebhookDelivery.fence)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if taken is None else Claim(taken.id, taken.fence)


def in_hand(session: Session, claim: Claim) -> WebhookDelivery | None:
    """The claimed delivery, locked; None once the claim was lost."""
    return session.scalar(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.id == claim.delivery_id,
            WebhookDelivery.state == State.SENDING,
            WebhookDelivery.fence == claim.fence,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def record(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Note what a try came to; False where the claim was lost meanwhile."""
    delivery = in_hand(session, claim)
    if delivery is None:
        return False
    delivery.response_status, delivery.duration_ms = outcome.status, outcome.milliseconds
    delivery.failure = None if outcome.arrived else _why(outcome)
    delivery.lease_until = None
    if outcome.arrived:
        delivery.state, delivery.ended_at = State.DELIVERED, now
        _note_success(session, delivery.endpoint_id)
    else:
        _put_off(delivery, now)
        _note_failure(session, delivery.endpoint_id, outcome, now)
    session.flush()
    return True


def wait_after(tries: int, draw: float | None = None) -> timedelta:
    """How long to wait after so many tries, give or take a tenth."""
    usual = WAITS[min(max(tries, 1), len(WAITS)) - 1]
    return usual * (0.9 + 0.2 * (random.random() if draw is None else draw))


def lapse(session: Session, now: datetime) -> int:
    """Deliveries whose holder was not heard of are tried again: twice is better than never."""
    lapsed = session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.state == State.SENDING,
            WebhookDelivery.lease_until < database_now(session),
        )
        .values(
            state=State.PENDING,
            fence=WebhookDelivery.fence + 1,
            lease_until=None,
            next_try_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return int(lapsed.rowcount)  # type: ignore[attr-defined]


def expire(session: Session, now: datetime) -> int:
    """Give up what could not be told for three days."""
    expired = session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.state == State.PENDING,
            WebhookDelivery.created_at <= now - GIVE_UP,
        )
        .values(
            state=State.FAILED,
            ended_at=now,
            failure=func.coalesce(WebhookDelivery.failure, NEVER_REACHED),
        )
        .execution_options(synchronize_session=False)
    )
    return int(expired.rowcount)  # type: ignore[attr-defined]


def disable_hopeless(session: Session, now: datetime) -> None:
    """Tell those nothing more that have failed for too long, until an admin has looked."""
    hopeless = select(WebhookEndpoint).where(
        WebhookEndpoint.active, WebhookEndpoint.failing_since <= now - GIVE_UP
    )
    for endpoint in session.scalars(hopeless.with_for_update()):
        _disable(endpoint, FAILED_LONG, now)


def event_in(session: Session, delivery: WebhookDelivery) -> Event:
    """What is told."""
    return session.get_one(Event, delivery.event_id)


def _why(outcome: Outcome) -> str:
    return outcome.failure or f"It answered with status {outcome.status}."


def _put_off(delivery: WebhookDelivery, now: datetime) -> None:
    if now >= delivery.created_at + GIVE_UP:
        delivery.state, delivery.ended_at = State.FAILED, now
        return
    delivery.state = State.PENDING
    delivery.next_try_at = now + wait_after(delivery.tries)


def _note_success(session: Session, endpoint_id: int) -> None:
    session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.failures > 0)
        .values(failures=0, failing_since=None, rest_until=None)
    )


def _note_failure(session: Session, endpoint_id: int, outcome: Outcome, now: datetime) -> None:
    endpoint = session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.rest_until = now + min(LONGEST_REST, REST * 2 ** min(endpoint.failures - 1, 10))
    if outcome.status == GONE:
        _disable(endpoint, IS_GONE, now)


def _disable(endpoint: WebhookEndpoint, because: str, now: datetime) -> None:
    endpoint.active, endpoint.disabled_at, endpoint.disabled_because = False, now, because
