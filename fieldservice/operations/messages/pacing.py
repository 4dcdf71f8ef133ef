"""Places in a sender's row: how many messages may leave by it, and when each.

The next free place is kept on the sender's rows, locked while places are taken, so that
however many processes send, they keep its rate together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.senders import Sender

AHEAD = timedelta(seconds=2)
"""How far ahead places are given away: a beat of the clock."""
WAITED = timedelta(minutes=1)
"""How old `now` may be by the time the rows are locked."""


@dataclass(frozen=True, slots=True)
class Places:
    """So many messages may leave: the first at `first_at`, each `every` after the one before."""

    count: int
    first_at: datetime
    every: timedelta

    def at(self, number: int) -> datetime:
        """When the message of this number, from 0, may leave."""
        return self.first_at + number * self.every


def reserve(session: Session, sender_id: int, wanted: int, now: datetime) -> Places:
    """Take up to so many of the next places of a sender."""
    rows = _locked(session, sender_id)
    every = timedelta(seconds=1 / min(one.per_second for one in rows))
    free_at = max((one.next_free_at for one in rows if one.next_free_at), default=now)
    # Nobody reserves as far ahead as that: the clock was put back since.
    is_real = free_at <= now + AHEAD + every + WAITED
    first_at = max(free_at, now) if is_real else now
    room = (now + AHEAD - first_at) // every + 1 if first_at <= now + AHEAD else 0
    count = max(0, min(wanted, room))
    for one in rows:
        one.next_free_at = first_at + count * every
    session.flush()
    return Places(count, first_at, every)


def _locked(session: Session, sender_id: int) -> list[Sender]:
    """All rows of the address: territories may share it, its rate is one."""
    named = select(Sender.address).where(Sender.id == sender_id).scalar_subquery()
    rows = select(Sender).where(Sender.address == named).order_by(Sender.id)
    locked = rows.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked).all())
