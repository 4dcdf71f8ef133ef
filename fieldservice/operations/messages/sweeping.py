"""Sweeping the outbox: every lane on a thread of its own, so that a slow one holds up no other."""

from __future__ import annotations

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from fieldservice.notify.claiming import Lane, due_lanes
from fieldservice.operations.messages.delivery import (
    Clock,
    PostRoom,
    clear_up,
    deliver_lane,
)

logger = logging.getLogger(__name__)

LANES = 16
"""How many are swept at a time."""
LOOK_SECONDS = 0.5
"""How often somebody looks for lanes that have become due."""
REST_SECONDS = 1.0
"""How long a lane is left alone whose carrier or sender takes nothing just now."""


def sweep(room: PostRoom, now: Clock) -> int:
    """Deliver until nothing more is due or the process is to end; how many were taken in hand."""
    clear_up(room, now())
    running: dict[Future[int], Lane] = {}
    resting: dict[Lane, float] = {}
    taken = 0
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as pool:
        while True:
            for lane in _startable(room, now, set(running.values()), resting):
                running[pool.submit(_sweep_lane, room, lane, now)] = lane
            if not running:
                return taken
            done, _ = wait(running, LOOK_SECONDS, FIRST_COMPLETED)
            for one in done:
                resting[running.pop(one)] = time.monotonic() + REST_SECONDS
                taken += one.result()


def _startable(
    room: PostRoom, now: Clock, running: set[Lane], resting: dict[Lane, float]
) -> list[Lane]:
    if room.closing.is_set() or len(running) >= LANES:
        return []
    with room.transaction() as session:
        lanes = due_lanes(session, now())
    rested = [lane for lane in lanes if resting.get(lane, 0) <= time.monotonic()]
    return [lane for lane in rested if lane not in running][: LANES - len(running)]


def _sweep_lane(room: PostRoom, lane: Lane, now: Clock) -> int:
    taken = 0
    with ThreadPoolExecutor(room.hands, thread_name_prefix="hand") as pool:
        while not room.closing.is_set():
            try:
                some = deliver_lane(room, lane, now, pool if room.hands > 1 else None)
            except Exception as error:
                # Other lanes go on; this one is looked at again after a rest.
                where = {"territory_id": lane.territory_id, "medium": lane.medium.value}
                logger.error("lane not swept: %s", type(error).__name__, extra=where)
                break
            taken += some
            if not some:
                break
    return taken
