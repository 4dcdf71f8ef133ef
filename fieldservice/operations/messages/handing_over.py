"""Handing messages over to their channels: outside any transaction, several at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fieldservice.errors import DeliveryError
from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, BulkChannel, DeliveryChannel, Parcel
from fieldservice.operations.messages.breaker import FAILED, IN_A_ROW
from fieldservice.operations.messages.errands import Answered, Errand, PostRoom

logger = logging.getLogger(__name__)

HELD_SECONDS = 75
"""Nothing is handed over later than this after its claim: the rest of the lease is for the
answer, however slow it comes."""


@dataclass
class _Batch:
    """What was claimed together: since when, and how often its channel failed in a row."""

    room: PostRoom
    begun: float
    started: datetime
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return self.started + timedelta(seconds=time.monotonic() - self.begun)

    def is_given_up(self) -> bool:
        """Whether what is left of it is given back."""
        too_late = time.monotonic() - self.begun > HELD_SECONDS
        return too_late or self.room.closing.is_set() or self.failures >= IN_A_ROW

    def note(self, answer: Answer) -> None:
        with self.lock:
            self.failures = self.failures + 1 if answer.outcome in FAILED else 0


def handed_over(
    room: PostRoom,
    errands: Sequence[Errand],
    begun: float,
    started: datetime,
    pool: Executor | None,
) -> Iterator[list[Answered]]:
    """The answers as they come, for what was claimed at `begun`, when it was `started`."""
    if not errands:
        return
    channel = room.channels[errands[0].ticket.carrier]
    batch = _Batch(room, begun, started)
    if isinstance(channel, BulkChannel):
        yield _all_at_once(batch, channel, errands)
    elif pool is None:
        yield from ([Answered(errand, _run(batch, errand))] for errand in errands)
    else:
        yield from _as_they_come(pool, batch, errands)


def _all_at_once(batch: _Batch, channel: BulkChannel, errands: Sequence[Errand]) -> list[Answered]:
    if batch.is_given_up():
        return [Answered(errand, None) for errand in errands]
    answers = channel.hand_over_all([errand.parcel for errand in errands])
    return [Answered(errand, answer) for errand, answer in zip(errands, answers, strict=True)]


def _as_they_come(
    pool: Executor, batch: _Batch, errands: Sequence[Errand]
) -> Iterator[list[Answered]]:
    running: dict[Future[Answer | None], Errand] = {
        pool.submit(_run, batch, errand): errand for errand in errands
    }
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        yield [Answered(running.pop(one), one.result()) for one in done]


def _run(batch: _Batch, errand: Errand) -> Answer | None:
    room, sender_id = batch.room, errand.ticket.sender_id
    if sender_id is not None:
        room.pacer.wait_for_turn(room.transaction, sender_id, batch.now, batch.is_given_up)
    if batch.is_given_up():
        return None
    answer = _ask(room.channels[errand.ticket.carrier], errand.parcel)
    batch.note(answer)
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
