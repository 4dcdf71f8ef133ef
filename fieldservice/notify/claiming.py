"""Taking due messages in hand: lane by lane, the urgent and the oldest first, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify.attempts import Claim, database_now
from fieldservice.notify.outbox import LEASE

TALK = (MessageKind.ANSWER, MessageKind.REPLY)
"""What is said in a conversation, where the order makes the sense."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Messages that wait behind each other and behind no others."""

    territory_id: int
    medium: Channel


def due_lanes(session: Session, now: datetime) -> list[Lane]:
    """The lanes in which something is due, those with urgent messages first."""
    silent = select(Territory.id).where(Territory.keeps_silent)
    rows = session.execute(
        select(Message.territory_id, Message.channel)
        .where(*_due(now), Message.territory_id.not_in(silent))
        .where(Message.channel != Channel.BY_HAND)
        .group_by(Message.territory_id, Message.channel)
        .order_by(func.count().filter(Message.ignores_quiet_hours).desc(), func.min(Message.due_at))
    )
    return [Lane(row.territory_id, row.channel) for row in rows]


def waiting(session: Session, lane: Lane, now: datetime, limit: int) -> list[Message]:
    """Up to so many due messages of a lane, locked, but for those another sender is taking."""
    urgent = _waiting(session, lane, now, limit, Message.ignores_quiet_hours.is_(True))
    if len(urgent) >= limit:
        return urgent
    others = Message.ignores_quiet_hours.is_(False)
    return [*urgent, *_waiting(session, lane, now, limit - len(urgent), others)]


def take(session: Session, message_ids: Sequence[int]) -> list[Claim]:
    """Take pending messages in hand, in this order; those taken by somebody else are left out."""
    rows = session.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.state == MessageState.PENDING)
        .values(
            state=MessageState.SENDING,
            fence=Message.fence + 1,
            lease_until=database_now(session) + LEASE,
        )
        .returning(Message.id, Message.fence)
        .execution_options(synchronize_session=False)
    ).all()
    fences = {row.id: row.fence for row in rows}
    return [Claim(one, fences[one]) for one in message_ids if one in fences]


def _due(now: datetime, of: type[Message] = Message) -> tuple[ColumnElement[bool], ...]:
    return (
        of.state == MessageState.PENDING,
        of.due_at <= now,
        or_(of.next_try_at.is_(None), of.next_try_at <= now),
    )


def _in_turn(now: datetime) -> ColumnElement[bool]:
    """What answers a customer leaves in the order it was written: the one before is on its way."""
    before = aliased(Message)
    ahead = (
        select(before.id)
        .where(before.to_address == Message.to_address, before.id < Message.id)
        .where(before.kind.in_(TALK))
        .where(or_(before.state == MessageState.SENDING, and_(*_due(now, before))))
    )
    return or_(Message.kind.not_in(TALK), ~ahead.exists())


def _waiting(
    session: Session, lane: Lane, now: datetime, limit: int, which: ColumnElement[bool]
) -> list[Message]:
    rows = (
        select(Message)
        .where(*_due(now), _in_turn(now), which)
        .where(Message.territory_id == lane.territory_id, Message.channel == lane.medium)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(rows).all())
