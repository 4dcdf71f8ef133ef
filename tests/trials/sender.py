"""A sender process as the clock runs it, with the crash points of decision 0008 in it.

1 before the claim · 2 claim committed · 3 looked at again · 4 request sent, no answer ·
5 answer received · 6 recorded · 7 callback stored, not yet acted on.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.messages import Message, MessageState
from fieldservice.notify.attempts import database_now
from fieldservice.notify.channel import Answer, DeliveryChannel, Inquiry, Parcel
from fieldservice.operations.messages import delivery, preparing, processing, recording
from fieldservice.operations.messages.asking import resolve_doubts
from fieldservice.operations.messages.delivery import PostRoom
from fieldservice.operations.messages.sweeping import sweep
from fieldservice.web.post_room import post_room
from tests.trials.orders import Orders

HANDS = 4
IN_FLIGHT_SECONDS = 0.008
"""A request is cut off within this time of its start: before, while or after it is read."""


def send(orders: Orders) -> None:
    """Work until nothing is left to do, or until the orders end the process."""
    trap = Trap(orders)
    room = trap.around(post_room(hands=HANDS))
    if orders.naive:
        _send_all_again(room)
    until = time.monotonic() + orders.linger_seconds
    while _work(room, listens=not orders.naive) or time.monotonic() < until:
        time.sleep(0.01)


def die() -> None:
    """As by the kernel's hand: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _work(room: PostRoom, *, listens: bool) -> int:
    done = 0
    if listens:
        with room.transaction() as session:
            done = processing.process_kept(session, clock.now())
    done += sweep(room, clock.now)
    return done + resolve_doubts(room, clock.now())


def _send_all_again(room: PostRoom) -> None:
    with room.transaction() as session:
        session.execute(
            update(Message)
            .where(
                Message.state == MessageState.SENDING,
                Message.lease_until < database_now(session),
            )
            .values(state=MessageState.PENDING)
        )


@dataclass
class Trap:
    """Ends the process at its point, the n-th time it comes there."""

    orders: Orders
    left: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)
    passed: threading.local = field(default_factory=threading.local)

    def around(self, room: PostRoom) -> PostRoom:
        """The post room with every point watched."""
        self.left = int(self.orders.after) or 1
        if self.orders.point == 0:
            threading.Timer(self.orders.after, die).start()
        self._watch(delivery, "claim_lane", before=1, committed=2)
        self._watch(preparing, "prepare", committed=3)
        self._watch(recording, "record_all", committed=6)
        self._watch(processing, "_process", before=7)
        channels = {name: Watched(one, self) for name, one in room.channels.items()}
        return replace(room, transaction=self._transactions(room), channels=channels)

    def reach(self, point: int) -> bool:
        """Whether the process is to end here and now."""
        if point != self.orders.point:
            return False
        with self.guard:
            self.left -= 1
            return self.left == 0

    def _watch(self, room: Any, name: str, *, before: int = 0, committed: int = 0) -> None:
        deed = getattr(room, name)

        def watched(*args: Any, **more: Any) -> Any:
            if before and self.reach(before):
                die()
            found = deed(*args, **more)
            if committed:
                self.passed.point = committed
            return found

        setattr(room, name, watched)

    def _transactions(self, room: PostRoom) -> Any:
        @contextmanager
        def transaction() -> Iterator[Session]:
            self.passed.point = 0
            with room.transaction() as session:
                yield session
            if self.passed.point and self.reach(self.passed.point):
                die()

        return transaction


@dataclass
class Watched:
    """A channel in which the process may die with a request under way, or with its answer."""

    inner: DeliveryChannel
    trap: Trap

    def hand_over(self, parcel: Parcel) -> Answer:
        if self.trap.reach(4):
            threading.Timer(random.uniform(0, IN_FLIGHT_SECONDS), die).start()
        answer = self.inner.hand_over(parcel)
        if self.trap.reach(5):
            die()
        return answer

    def look_up(self, inquiry: Inquiry) -> Answer:
        return self.inner.look_up(inquiry)
