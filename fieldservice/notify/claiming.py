"""Taking due messages in hand: lane by lane, the urgent and the oldest first, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify.attempts import Claim, database_now
from fieldservice.notify.outbox import LEASE


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


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.state == MessageState.PENDING,
        Message.due_at <= now,
        or_(Message.next_try_at.is_(None), Message.next_try_at <= now),
    )


def _waiting(
    session: Session, lane: Lane, now: datetime, limit: int, which: ColumnElement[bool]
) -> list[Message]:
    rows = (
        select(Message)
        .where(*_due(now), which)
        .where(Message.territory_id == lane.territory_id, Message.channel == lane.medium)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(rows).all())
