"""The outbox: which message may leave, who has it in hand, what became of it.

Every change of state is one conditional UPDATE that names the state and the fence it
believes in, so that of two who try, one finds nothing to change.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from fieldservice.models.base import Instant
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify.channel import Answer

State = MessageState

NEXT: dict[MessageState, frozenset[MessageState]] = {
    State.PENDING: frozenset({State.SENDING, State.VOID, State.EXPIRED}),
    State.SENDING: frozenset(
        {State.SENT, State.PENDING, State.FAILED, State.VOID, State.EXPIRED, State.UNKNOWN}
    ),
    State.SENT: frozenset({State.DELIVERED, State.UNDELIVERED, State.FAILED}),
    State.UNKNOWN: frozenset({State.SENT, State.PENDING, State.NEEDS_HUMAN}),
    State.DELIVERED: frozenset(),
    State.UNDELIVERED: frozenset(),
    State.FAILED: frozenset(),
    State.VOID: frozenset(),
    State.EXPIRED: frozenset(),
    State.NEEDS_HUMAN: frozenset(),
}
"""The states a message may go to from each; what has none is final."""

LEASE = timedelta(seconds=120)
LOOK_UP_AFTER = timedelta(minutes=1)
BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message somebody has in hand; the fence tells a later owner from an earlier."""

    message_id: int
    fence: int


def claim_due(session: Session, now: datetime, limit: int) -> list[Claim]:
    """Take up to so many due messages in hand, the urgent and the oldest first."""
    silent = select(Territory.id).where(Territory.keeps_silent)
    ready = (
        select(Message.id)
        .where(
            Message.state == State.PENDING,
            Message.due_at <= now,
            or_(Message.next_try_at.is_(None), Message.next_try_at <= now),
            Message.territory_id.not_in(silent),
        )
        .order_by(Message.ignores_quiet_hours.desc(), Message.due_at, Message.id)
        .limit(limit)
    )
    claims = [claim(session, message_id) for message_id in session.scalars(ready).all()]
    return [taken for taken in claims if taken is not None]


def claim(session: Session, message_id: int) -> Claim | None:
    """Take one pending message in hand; None if somebody else did, or it waits no more."""
    fence = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.state == State.PENDING)
        .values(
            state=State.SENDING,
            fence=Message.fence + 1,
            lease_until=database_now(session) + LEASE,
        )
        .returning(Message.fence)
        .execution_options(synchronize_session=False)
    ).scalar()
    return None if fence is None else Claim(message_id, fence)


def in_hand(session: Session, taken: Claim) -> Message | None:
    """The claimed message as it is now, locked; None once the claim was lost."""
    return session.scalar(
        select(Message)
        .where(
            Message.id == taken.message_id,
            Message.state == State.SENDING,
            Message.fence == taken.fence,
        )
        .with_for_update()
    )


def move(session: Session, taken: Claim, start: State, end: State, **values: Any) -> bool:
    """Change a message's state if it still is what its holder believes."""
    if end not in NEXT[start]:
        raise ValueError(f"no message goes from {start} to {end}")
    changed = session.execute(
        update(Message)
        .where(
            Message.id == taken.message_id,
            Message.state == start,
            Message.fence == taken.fence,
        )
        .values(state=end, lease_until=None, **values)
        .execution_options(synchronize_session="fetch")
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def record(session: Session, taken: Claim, token: str, answer: Answer, now: datetime) -> bool:
    """Note what a channel answered; False where the claim had been lost meanwhile."""
    message = in_hand(session, taken)
    if message is None:
        return False
    end_attempt(session, token, answer, now)
    match answer.outcome:
        case AttemptOutcome.SENT:
            return move(session, taken, State.SENDING, State.SENT, sent_at=now, ended_because=None)
        case AttemptOutcome.REFUSED:
            because = answer.error or "the channel refused it"
            return move(session, taken, State.SENDING, State.FAILED, ended_because=because)
        case AttemptOutcome.NOT_SENT:
            later = now + backoff(message.refusals)
            again = {"refusals": message.refusals + 1, "next_try_at": later}
            return move(session, taken, State.SENDING, State.PENDING, **again)
    look_up_at = now + LOOK_UP_AFTER
    return move(session, taken, State.SENDING, State.UNKNOWN, next_try_at=look_up_at)


def backoff(refusals: int, draw: float | None = None) -> timedelta:
    """How long to wait after so many refusals: doubling, capped, anywhere in between."""
    longest = min(LONGEST_BACKOFF, BACKOFF * 2 ** min(refusals, 10))
    wait: timedelta = longest * (random.random() if draw is None else draw)
    return wait


def lapse(session: Session, now: datetime) -> int:
    """Messages whose holder was not heard of within the lease are of unknown outcome."""
    lapsed = session.execute(
        update(Message)
        .where(Message.state == State.SENDING, Message.lease_until < database_now(session))
        .values(state=State.UNKNOWN, fence=Message.fence + 1, lease_until=None, next_try_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(lapsed.rowcount)  # type: ignore[attr-defined]


def expire(session: Session, now: datetime) -> int:
    """Messages that would come too late leave no more; what a silent territory holds waits on."""
    silent = select(Territory.id).where(Territory.keeps_silent)
    expired = session.execute(
        update(Message)
        .where(
            Message.state == State.PENDING,
            Message.not_after < now,
            Message.territory_id.not_in(silent),
        )
        .values(state=State.EXPIRED, ended_because="it would have come too late")
        .execution_options(synchronize_session="fetch")
    )
    return int(expired.rowcount)  # type: ignore[attr-defined]


def start_attempt(session: Session, message: Message, token: str, now: datetime) -> None:
    """Note a request before it is made."""
    session.add(Attempt(message_id=message.id, token=token, started_at=now))
    session.flush()


def end_attempt(session: Session, token: str, answer: Answer, now: datetime) -> datetime:
    """Note what a request came to; when it was made."""
    attempt = session.scalars(select(Attempt).where(Attempt.token == token)).one()
    attempt.outcome = answer.outcome
    attempt.provider_id = answer.provider_id
    attempt.error = answer.error
    attempt.ended_at = now
    session.flush()
    return attempt.started_at


def database_now(session: Session) -> datetime:
    """The database's own clock: leases are judged by it alone."""
    now: datetime = session.scalars(select(type_coerce(func.current_timestamp(), Instant()))).one()
    return now
