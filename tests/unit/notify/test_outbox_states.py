"""The states of a message: only known ways lead on, and final ones lead nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldservice.models.messages import MessageState
from fieldservice.notify.outbox import NEXT, backoff

S = MessageState

ALLOWED = {
    (S.PENDING, S.SENDING),
    (S.PENDING, S.VOID),
    (S.PENDING, S.EXPIRED),
    (S.SENDING, S.SENT),
    (S.SENDING, S.PENDING),
    (S.SENDING, S.FAILED),
    (S.SENDING, S.VOID),
    (S.SENDING, S.EXPIRED),
    (S.SENDING, S.UNKNOWN),
    (S.SENT, S.DELIVERED),
    (S.SENT, S.UNDELIVERED),
    (S.SENT, S.FAILED),
    (S.UNKNOWN, S.SENT),
    (S.UNKNOWN, S.PENDING),
    (S.UNKNOWN, S.NEEDS_HUMAN),
}


def test_the_table_holds_exactly_the_ways_promised() -> None:
    assert {(start, end) for start, ends in NEXT.items() for end in ends} == ALLOWED
    assert set(NEXT) == set(MessageState)


@pytest.mark.parametrize("refusals", range(12))
def test_waiting_doubles_up_to_a_quarter_of_an_hour(refusals: int) -> None:
    assert backoff(refusals, 1.0) == min(timedelta(minutes=15), timedelta(seconds=30 * 2**refusals))
    assert backoff(refusals, 0.0) == timedelta(0)
    assert timedelta(0) <= backoff(refusals) <= timedelta(minutes=15)
