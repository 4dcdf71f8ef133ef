"""The process dies between two commits: nothing is lost, nothing is sent twice.

The points are numbered as in decision 0008: 1 before the claim, 2 claim committed,
3 looked at again, 4 request made, 5 answer received, 6 recorded.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind, MessageState
from fieldservice.models.work_orders import VisitState
from fieldservice.notify.channel import Answer
from fieldservice.operations.messages.delivery import PostRoom, deliver_due
from fieldservice.operations.messages.preparing import prepare
from tests.conftest import SessionFactory
from tests.factories import NOW, a_message, a_visit
from tests.integration.post import (
    Between,
    FakeChannel,
    Killed,
    claim_all,
    console,
    console_room,
    deliver_at,
    die,
    leases_run_out,
    phone,
    room_with,
)

MINUTE = timedelta(minutes=1)
THEN = NOW + timedelta(hours=2)
"""Half past ten on the wall: calls are polite by then."""
LATER = THEN + timedelta(hours=2)


def a_due_text(write: SessionFactory) -> int:
    with write() as session:
        return a_message(session, not_after=NOW + timedelta(hours=8)).id


def a_due_call(write: SessionFactory) -> int:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED)
        message = a_message(session, visit, kind=MessageKind.SURVEY_CALL, channel=Channel.CALL)
        message.due_at, message.not_after = NOW, NOW + timedelta(days=2)
        return message.id


def state(read: SessionFactory, message_id: int) -> MessageState:
    with read() as session:
        return session.get_one(Message, message_id).state


def come_back(write: SessionFactory, room: PostRoom) -> None:
    """The next process finds what the last one left."""
    leases_run_out(write)
    deliver_at(room, *(LATER + n * MINUTE for n in range(5)))


def crash(write: SessionFactory, point: int) -> None:
    """Send as the application does, and die at that point."""
    room = console_room(write)
    if point == 1:
        return
    if point == 2:
        with write() as session:
            claim_all(session, THEN)
        return
    if point == 3:
        with write() as session:
            (ticket,) = claim_all(session, THEN)
        with write() as session:
            assert prepare(session, [ticket], room, THEN)
        return
    inner = console(room)
    dying = Between(inner, before=die) if point == 4 else Between(inner, after=die)
    with pytest.raises(Killed):
        deliver_due(room_with(write, dying), THEN)


@pytest.mark.parametrize("point", [1, 2, 3, 4, 5])
def test_a_text_is_neither_lost_nor_sent_twice(
    write: SessionFactory, read: SessionFactory, point: int
) -> None:
    message_id = a_due_text(write)
    crash(write, point)
    come_back(write, console_room(write))
    assert state(read, message_id) == MessageState.SENT
    with read() as session:
        assert len(phone(session)) == 1


@pytest.mark.parametrize(
    ("point", "end", "rang"),
    [
        (1, MessageState.SENT, 1),
        (2, MessageState.SENT, 1),
        (3, MessageState.NEEDS_HUMAN, 0),
        (4, MessageState.NEEDS_HUMAN, 0),
        (5, MessageState.UNDELIVERED, 1),
    ],
)
def test_a_call_that_may_have_rung_is_never_repeated_by_itself(
    write: SessionFactory, read: SessionFactory, point: int, end: MessageState, rang: int
) -> None:
    message_id = a_due_call(write)
    crash(write, point)
    come_back(write, console_room(write))
    assert state(read, message_id) == end
    with read() as session:
        assert len(phone(session)) == rang


def test_a_lease_that_still_runs_is_left_alone(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_text(write)
    crash(write, 3)
    deliver_at(console_room(write), LATER, LATER + MINUTE)
    assert state(read, message_id) == MessageState.SENDING


def test_a_sender_that_wakes_up_late_sends_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    a_due_text(write)
    room = console_room(write)
    with write() as session:
        (ticket,) = claim_all(session, THEN)
    with write() as session:
        (errand,) = prepare(session, [ticket], room, THEN)
    come_back(write, room)
    assert console(room).hand_over(errand.parcel).outcome == AttemptOutcome.NOT_SENT
    with read() as session:
        assert len(phone(session)) == 1


@pytest.mark.parametrize("error", [TimeoutError(), ValueError("truncated answer")])
def test_without_an_answer_the_provider_is_asked_first(
    write: SessionFactory, read: SessionFactory, error: Exception
) -> None:
    message_id = a_due_text(write)
    channel = FakeChannel([error], found=AttemptOutcome.SENT)
    room = room_with(write, channel)
    deliver_at(room, NOW)
    assert state(read, message_id) == MessageState.UNKNOWN
    deliver_at(room, NOW + timedelta(seconds=59))
    assert state(read, message_id) == MessageState.UNKNOWN
    deliver_at(room, NOW + MINUTE)
    with read() as session:
        found = session.get_one(Message, message_id)
        assert (found.state, found.sent_at) == (MessageState.SENT, NOW)
    assert len(channel.parcels) == 1


def test_what_the_provider_never_had_is_sent_again(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_text(write)
    channel = FakeChannel([TimeoutError()], found=AttemptOutcome.NOT_SENT)
    deliver_at(room_with(write, channel), *(NOW + n * MINUTE for n in range(4)))
    assert state(read, message_id) == MessageState.SENT
    first, second = channel.parcels
    assert first.token != second.token


def test_a_carrier_that_cannot_be_reached_is_asked_until_the_words_are_stale(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_text(write)
    channel = FakeChannel([Answer(AttemptOutcome.UNKNOWN)])
    room = room_with(write, channel)
    deliver_at(room, *(NOW + n * 10 * MINUTE for n in range(48)))
    assert state(read, message_id) == MessageState.UNKNOWN
    deliver_at(room, NOW + timedelta(hours=8, minutes=10))
    assert state(read, message_id) == MessageState.NEEDS_HUMAN
    assert len(channel.parcels) == 1


def test_every_request_is_kept_with_what_it_came_to(
    write: SessionFactory, read: SessionFactory
) -> None:
    a_due_text(write)
    channel = FakeChannel([TimeoutError()], found=AttemptOutcome.NOT_SENT)
    deliver_at(room_with(write, channel), *(NOW + n * MINUTE for n in range(4)))
    with read() as session:
        outcomes = session.scalars(select(Attempt.outcome).order_by(Attempt.id)).all()
        assert outcomes == [AttemptOutcome.NOT_SENT, AttemptOutcome.SENT]
