"""Handing messages over to their channels: outside any transaction, several at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from fieldservice.errors import DeliveryError
from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, BulkChannel, DeliveryChannel, Parcel
from fieldservice.operations.messages.breaker import FAILED, IN_A_ROW
from fieldservice.operations.messages.errands import Answered, Errand, PostRoom

logger = logging.getLogger(__name__)

HELD_SECONDS = 75
"""Nothing is handed over later than this after its claim: the rest of the lease is for the
answer, however slow it comes."""


class _Row:
    """How often a channel failed in a row within one batch; then the rest of it waits."""

    def __init__(self) -> None:
        self.failures = 0
        self.lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        return self.failures >= IN_A_ROW

    def note(self, answer: Answer) -> None:
        with self.lock:
            self.failures = self.failures + 1 if answer.outcome in FAILED else 0


def handed_over(
    room: PostRoom, errands: Sequence[Errand], begun: float, pool: Executor | None
) -> Iterator[list[Answered]]:
    """The answers as they come, for what was claimed at `begun`."""
    if not errands:
        return
    channel = room.channels[errands[0].ticket.carrier]
    row = _Row()
    if isinstance(channel, BulkChannel):
        yield _all_at_once(room, channel, errands, begun)
    elif pool is None:
        yield from ([Answered(errand, _run(room, errand, begun, row))] for errand in errands)
    else:
        yield from _as_they_come(pool, room, errands, begun, row)


def _all_at_once(
    room: PostRoom, channel: BulkChannel, errands: Sequence[Errand], begun: float
) -> list[Answered]:
    if _is_too_late(room, begun):
        return [Answered(errand, None) for errand in errands]
    answers = channel.hand_over_all([errand.parcel for errand in errands])
    return [Answered(errand, answer) for errand, answer in zip(errands, answers, strict=True)]


def _as_they_come(
    pool: Executor, room: PostRoom, errands: Sequence[Errand], begun: float, row: _Row
) -> Iterator[list[Answered]]:
    running: dict[Future[Answer | None], Errand] = {
        pool.submit(_run, room, errand, begun, row): errand for errand in errands
    }
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        yield [Answered(running.pop(one), one.result()) for one in done]


def _run(room: PostRoom, errand: Errand, begun: float, row: _Row) -> Answer | None:
    early = errand.ticket.wait.total_seconds() - (time.monotonic() - begun)
    if early > 0:
        room.closing.wait(early)
    if row.is_over or _is_too_late(room, begun):
        return None
    answer = _ask(room.channels[errand.ticket.carrier], errand.parcel)
    row.note(answer)
    return answer


def _ask(channel: DeliveryChannel, parcel: Parcel) -> Answer:
    try:
        return channel.hand_over(parcel)
    except DeliveryError as error:
        outcome = AttemptOutcome.REFUSED if error.permanent else AttemptOutcome.NOT_SENT
        return Answer(outcome, error=error.sentence)
    except Exception as error:
        logger.warning("a channel gave no answer", extra={"attempt_token": parcel.token})
        return Answer(AttemptOutcome.UNKNOWN, error=type(error).__name__)


def _is_too_late(room: PostRoom, begun: float) -> bool:
    return room.closing.is_set() or time.monotonic() - begun > HELD_SECONDS
