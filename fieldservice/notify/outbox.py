"""The outbox: which state a message may go to, who has it in hand, what became of it.

Every change of state is one conditional UPDATE that names the state and the fence it
believes in, so that of two who try, one finds nothing to change.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    select,
    update,
)
from sqlalchemy.orm import Session

from fieldservice.models.messages import AttemptOutcome, Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify.attempts import Claim, Sent, database_now, end_all, end_attempt
from fieldservice.notify.channel import Answer
from fieldservice.said import said

State = MessageState

TOO_LATE = said("it would have come too late")

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

LIFTED = frozenset(
    {
        State.PENDING,
        State.SENDING,
        State.UNKNOWN,
        State.NEEDS_HUMAN,
        State.EXPIRED,
        State.VOID,
    }
)
"""From these a provider's own word that a message left leads to sent: it knows better."""

LEASE = timedelta(seconds=120)
LOOK_UP_AFTER = timedelta(minutes=1)
BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(minutes=15)


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
        .execution_options(populate_existing=True)
    )


def move(session: Session, taken: Claim, start: State, end: State, **values: Any) -> bool:
    """Change a message's state if it still is what its holder believes."""
    if end not in NEXT[start] and not (end == State.SENT and start in LIFTED):
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


def lift(session: Session, message: Message, sent_at: datetime) -> bool:
    """A provider says that a message left; `message` is locked by the caller."""
    if message.state not in LIFTED:
        return False
    values: dict[str, Any] = {"sent_at": sent_at, "next_try_at": None}
    if message.settled_at is None:
        # What a person has seen to keeps the reason it was seen to for.
        values["ended_because"] = None
    held = Claim(message.id, message.fence)
    return move(session, held, message.state, State.SENT, **values)


def record(session: Session, taken: Claim, token: str, answer: Answer, now: datetime) -> bool:
    """Note what a channel answered; False where the claim had been lost meanwhile."""
    message = in_hand(session, taken)
    end_attempt(session, token, answer, now)
    if message is None:
        _record_late(session, taken, answer, now)
        return False
    match answer.outcome:
        case AttemptOutcome.SENT:
            return move(session, taken, State.SENDING, State.SENT, sent_at=now, ended_because=None)
        case AttemptOutcome.REFUSED:
            because = answer.error or said("the channel refused it")
            return move(session, taken, State.SENDING, State.FAILED, ended_because=because)
        case AttemptOutcome.NOT_SENT:
            wait = max(backoff(message.refusals), answer.again_after or timedelta())
            again = {"refusals": message.refusals + 1, "next_try_at": now + wait}
            return move(session, taken, State.SENDING, State.PENDING, **again)
    look_up_at = now + LOOK_UP_AFTER
    return move(session, taken, State.SENDING, State.UNKNOWN, next_try_at=look_up_at)


def record_sent(session: Session, sent: Sequence[Sent], now: datetime) -> None:
    """Note that these have left: as `record` would, but in a few statements for all of them."""
    held = session.execute(
        select(Message.id, Message.fence)
        .where(Message.id.in_([one.claim.message_id for one in sent]))
        .where(Message.state == State.SENDING)
        .order_by(Message.id)
        .with_for_update()
    )
    claims = {Claim(row.id, row.fence) for row in held}
    kept = [one for one in sent if one.claim in claims]
    if kept:
        session.execute(
            update(Message)
            .where(Message.id.in_([one.claim.message_id for one in kept]))
            .where(Message.state == State.SENDING)
            .values(state=State.SENT, lease_until=None, sent_at=now, ended_because=None)
            .execution_options(synchronize_session=False)
        )
        end_all(session, kept, now)
    for one in sent:
        if one.claim not in claims:
            record(session, one.claim, one.token, one.answer, now)


def give_back(session: Session, taken: Claim, token: str, now: datetime) -> bool:
    """A claimed message that nobody came round to asking for waits on as if never claimed."""
    never_asked = Answer(AttemptOutcome.NOT_SENT, error="given back before it was asked for")
    end_attempt(session, token, never_asked, now)
    return move(session, taken, State.SENDING, State.PENDING, next_try_at=None)


def backoff(refusals: int, draw: float | None = None) -> timedelta:
    """How long to wait after so many refusals: doubling, capped, anywhere in between."""
    longest = min(LONGEST_BACKOFF, BACKOFF * 2 ** min(refusals, 10))
    wait: timedelta = longest * (random.random() if draw is None else draw)
    return wait


def lapse(session: Session, now: datetime) -> int:
    """Messages whose holder was not heard of within the lease are of unknown outcome."""
    over = (Message.state == State.SENDING, Message.lease_until < database_now(session))
    lapsed = session.execute(
        update(Message)
        .where(Message.id.in_(_unlocked(*over)), *over)
        .values(state=State.UNKNOWN, fence=Message.fence + 1, lease_until=None, next_try_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(lapsed.rowcount)  # type: ignore[attr-defined]


def expire(session: Session, now: datetime) -> int:
    """Messages that would come too late leave no more; what a silent territory holds waits on."""
    silent = select(Territory.id).where(Territory.keeps_silent)
    late = (
        Message.state == State.PENDING,
        Message.not_after < now,
        Message.territory_id.not_in(silent),
    )
    expired = session.execute(
        update(Message)
        .where(Message.id.in_(_unlocked(*late)), *late)
        .values(state=State.EXPIRED, ended_because=TOO_LATE)
        .execution_options(synchronize_session="fetch")
    )
    return int(expired.rowcount)  # type: ignore[attr-defined]


def _unlocked(*conditions: ColumnElement[bool]) -> Select[int]:
    """Such messages that nobody has in hand at this moment: two who clear up never wait."""
    return select(Message.id).where(*conditions).with_for_update(skip_locked=True)


def _record_late(session: Session, lost: Claim, answer: Answer, now: datetime) -> None:
    # Whoever has the message by now must not send again what just did arrive.
    if answer.outcome == AttemptOutcome.SENT:
        message = session.get_one(
            Message, lost.message_id, with_for_update=True, populate_existing=True
        )
        lift(session, message, now)
