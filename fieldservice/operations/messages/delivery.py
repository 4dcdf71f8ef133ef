"""Delivery: claim, look again, hand over outside any transaction, record in another.

Whoever drives it lends the transactions. Between two of them the process may die: what was
claimed is then found by its lease, and what may have been sent is asked for by its token.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.territories import Territory
from fieldservice.notify import outbox
from fieldservice.notify.claiming import Lane, due_lanes
from fieldservice.operations.calls.ringing import give_up_ringing
from fieldservice.operations.messages.carriage import Ticket, claim_lane, claim_one
from fieldservice.operations.messages.errands import Clock, PostRoom
from fieldservice.operations.messages.handing_over import handed_over
from fieldservice.operations.messages.preparing import prepared
from fieldservice.operations.messages.recording import recorded

__all__ = [
    "Clock",
    "PostRoom",
    "clear_up",
    "deliver",
    "deliver_due",
    "deliver_lane",
    "hand_over_now",
]


def deliver_due(room: PostRoom, now: datetime) -> int:
    """One round: clear up, then the next messages of every lane; how many were taken in hand."""
    clear_up(room, now)
    with room.transaction() as session:
        lanes = due_lanes(session, now)
    return sum(deliver_lane(room, lane, lambda: now) for lane in lanes)


def clear_up(room: PostRoom, now: datetime) -> None:
    """Lapse leases, expire what would come too late, end calls that nobody answered."""
    with room.transaction() as session:
        outbox.lapse(session, now)
        outbox.expire(session, now)
        give_up_ringing(session, now)


def deliver_lane(room: PostRoom, lane: Lane, now: Clock, pool: Executor | None = None) -> int:
    """The next messages of a lane; how many were taken in hand."""
    begun = time.monotonic()
    with room.transaction() as session:
        tickets = claim_lane(session, lane, room.channels, now())
    deliver(room, tickets, now, begun, pool)
    return len(tickets)


def deliver(
    room: PostRoom,
    tickets: Sequence[Ticket],
    now: Clock,
    begun: float | None = None,
    pool: Executor | None = None,
) -> None:
    """Hand over what was claimed at `begun`, if nothing speaks against it by now."""
    begun = time.monotonic() if begun is None else begun
    started = now() - timedelta(seconds=time.monotonic() - begun)
    errands = prepared(room, tickets, now())
    for answered in handed_over(room, errands, begun, started, pool):
        recorded(room, answered, now())


def hand_over_now(room: PostRoom, message_id: int, now: datetime) -> None:
    """Send a waiting message before its time, quiet hours or not."""
    with room.transaction() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound("This message does not exist.")
        if session.get_one(Territory, message.territory_id).keeps_silent:
            raise Refused("Nothing leaves this territory yet. Let its messages leave first.")
        if message.channel == Channel.BY_HAND:
            raise Refused("A person of the office tells this one. Look at the list by hand.")
        message.ignores_quiet_hours = True
        session.flush()
        ticket = claim_one(session, message, room.channels, now)
    if ticket is None:
        raise Conflict("This message waits no more. Look at the list again.")
    deliver(room, [ticket], lambda: now)
