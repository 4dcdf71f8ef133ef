"""Places in a sender's row: how many messages may leave by it, and when each.

The next free place is kept on the sender's rows, locked while places are taken, so that
however many processes send, they keep its rate together. A place is taken by a hand that is
free to use it, and one that went by unused is not made up for.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.senders import Sender

AHEAD = timedelta(seconds=2)
"""How far ahead places are given away: a beat of the clock."""
WAITED = timedelta(minutes=1)
"""How old `now` may be by the time the rows are locked."""
AT_ONCE = timedelta(seconds=0.2)
"""So many places are taken together, that fast senders need few transactions."""
LATE = timedelta(seconds=0.05)
"""A place that went by longer ago than this, or than half its span, is not used any more."""

Transaction = Callable[[], AbstractContextManager[Session]]


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
    rows = _rows(session, sender_id, locked=True)
    places = _next(rows, wanted, now)
    for one in rows:
        one.next_free_at = places.at(places.count)
    session.flush()
    return places


def room_for(session: Session, sender_id: int, wanted: int, now: datetime) -> int:
    """How many could leave within moments; nothing is taken by looking."""
    return _next(_rows(session, sender_id, locked=False), wanted, now).count


def _rows(session: Session, sender_id: int, *, locked: bool) -> list[Sender]:
    """All rows of the address: territories may share it, its rate is one."""
    named = select(Sender.address).where(Sender.id == sender_id).scalar_subquery()
    rows = select(Sender).where(Sender.address == named).order_by(Sender.id)
    if locked:
        rows = rows.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(rows).all())


def _next(rows: list[Sender], wanted: int, now: datetime) -> Places:
    every = timedelta(seconds=1 / min(one.per_second for one in rows))
    free_at = max((one.next_free_at for one in rows if one.next_free_at), default=now)
    # Nobody reserves as far ahead as that: the clock was put back since.
    is_real = free_at <= now + AHEAD + every + WAITED
    first_at = max(free_at, now) if is_real else now
    room = (now + AHEAD - first_at) // every + 1 if first_at <= now + AHEAD else 0
    return Places(max(0, min(wanted, room)), first_at, every)


@dataclass
class _Line:
    """Those of this process who wait for one sender, one behind the other."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    places: deque[datetime] = field(default_factory=deque)
    every: timedelta = timedelta(seconds=1)

    def take(self, now: datetime) -> datetime | None:
        while self.places:
            place = self.places.popleft()
            if place >= now - max(self.every / 2, LATE):
                return place
        return None


@dataclass
class Pacer:
    """Lets the hands of this process go one by one, each at a place of its own."""

    lines: dict[int, _Line] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_for_turn(
        self,
        transaction: Transaction,
        sender_id: int,
        now: Callable[[], datetime],
        given_up: Callable[[], bool],
    ) -> datetime | None:
        """Come back when the next message may leave by this sender; None once it is given up."""
        with self.lock:
            line = self.lines.setdefault(sender_id, _Line())
        with line.lock:
            while not given_up():
                place = line.take(now()) or self._taken(transaction, line, sender_id, now())
                if place is not None:
                    return place if _slept(place, now, given_up) else None
                time.sleep(min(line.every, AT_ONCE).total_seconds())
        return None

    def _taken(
        self, transaction: Transaction, line: _Line, sender_id: int, now: datetime
    ) -> datetime | None:
        wanted = max(1, AT_ONCE // line.every)
        with transaction() as session:
            places = reserve(session, sender_id, wanted, now)
        line.every = places.every
        line.places.extend(places.at(number) for number in range(places.count))
        return line.places.popleft() if line.places else None


def _slept(place: datetime, now: Callable[[], datetime], given_up: Callable[[], bool]) -> bool:
    while (early := place - now()) > timedelta():
        if given_up():
            return False
        time.sleep(min(early, AT_ONCE).total_seconds())
    return True
