"""Lanes: who goes first, who waits for whom, and what is given back when the process ends."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.config import Prices
from fieldservice.models.customers import Channel
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.senders import Carrier, Sender
from fieldservice.models.territories import Territory
from fieldservice.notify.channel import Answer, DeliveryChannel, Inquiry, Parcel
from fieldservice.operations.messages import handing_over
from fieldservice.operations.messages.breaker import IN_A_ROW
from fieldservice.operations.messages.carriage import NO_SENDER, carrier_for
from fieldservice.operations.messages.delivery import PostRoom
from fieldservice.operations.messages.spending import WAITS
from fieldservice.operations.messages.sweeping import sweep
from tests.conftest import SessionFactory
from tests.emulator import NUMBER
from tests.factories import NOW, a_customer, a_message, a_territory, a_visit, a_work_order
from tests.integration.post import Between, FakeChannel, console_room, deliver_at, room_with

PATIENCE_SECONDS = 30
MINUTE = timedelta(minutes=1)


def twilio_room(write: SessionFactory, channel: DeliveryChannel) -> PostRoom:
    """A post room whose texts leave by a real carrier."""
    return replace(console_room(write), channels={Carrier.TWILIO: channel})


def a_sender(session: Session, territory_id: int, per_second: float = 100) -> Sender:
    sender = Sender(
        territory_id=territory_id, medium=Channel.SMS, address=NUMBER, per_second=per_second
    )
    session.add(sender)
    session.flush()
    return sender


def states(read: SessionFactory) -> list[MessageState]:
    with read() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def the_message(read: SessionFactory) -> Message:
    with read() as session:
        return session.scalars(select(Message)).one()


@pytest.mark.parametrize(
    ("medium", "console_only", "carrier"),
    [
        (Channel.SMS, False, Carrier.TWILIO),
        (Channel.CALL, False, Carrier.TWILIO),
        (Channel.EMAIL, False, Carrier.SMTP),
        (Channel.SMS, True, Carrier.CONSOLE),
        (Channel.EMAIL, True, Carrier.CONSOLE),
    ],
)
def test_a_medium_has_its_carrier_where_the_territory_may_speak(
    medium: Channel, console_only: bool, carrier: Carrier
) -> None:
    territory = Territory(console_only=console_only)
    assert carrier_for(territory, medium, set(Carrier)) == carrier
    assert carrier_for(territory, medium, {Carrier.CONSOLE}) == Carrier.CONSOLE


@dataclass
class Patient:
    """A channel on which one territory's text takes until another's has left."""

    slow_body: str
    other_left: threading.Event = field(default_factory=threading.Event)
    waited: bool = False

    def hand_over(self, parcel: Parcel) -> Answer:
        if parcel.body == self.slow_body:
            self.waited = self.other_left.wait(PATIENCE_SECONDS)
        else:
            self.other_left.set()
        return Answer(AttemptOutcome.SENT, parcel.token)

    def look_up(self, inquiry: Inquiry) -> Answer:
        return Answer(AttemptOutcome.UNKNOWN)


def test_a_slow_territory_holds_up_no_other(write: SessionFactory, read: SessionFactory) -> None:
    with write() as session:
        for words in ("slow", "quick"):
            order = a_work_order(session, a_customer(session, a_territory(session)))
            a_message(session, a_visit(session, order), body=words, due_at=NOW - MINUTE)
    channel = Patient("slow")
    assert sweep(room_with(write, channel), lambda: NOW) == 2
    assert channel.waited
    assert states(read) == [MessageState.SENT, MessageState.SENT]


def test_several_hands_work_for_one_territory(write: SessionFactory, read: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        for words in ("slow", "quick"):
            a_message(session, visit, body=words)
    channel = Patient("slow")
    sweep(replace(room_with(write, channel), hands=2), lambda: NOW)
    assert channel.waited
    assert states(read) == [MessageState.SENT, MessageState.SENT]


def test_answers_to_one_number_leave_in_the_order_they_were_written(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        for kind in (MessageKind.ANSWER, MessageKind.ANSWER, MessageKind.BOOKED):
            a_message(session, visit, kind=kind)
        a_message(session, kind=MessageKind.ANSWER)
    room = room_with(write, FakeChannel())
    deliver_at(room, NOW)
    sent, waits = MessageState.SENT, MessageState.PENDING
    assert states(read) == [sent, waits, sent, sent]
    deliver_at(room, NOW)
    assert states(read) == [sent, sent, sent, sent]


def test_what_was_not_handed_over_yet_is_given_back_when_the_process_ends(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        for number in range(3):
            a_message(session, visit, body=str(number))
    fake = FakeChannel()
    room = room_with(write, fake)
    closing = replace(room, channels={Carrier.CONSOLE: Between(fake, after=room.closing.set)})
    sweep(closing, lambda: NOW)
    assert states(read) == [MessageState.SENT, MessageState.PENDING, MessageState.PENDING]
    with read() as session:
        refusals = set(session.scalars(select(Message.refusals)))
        outcomes = session.scalars(select(Attempt.outcome).order_by(Attempt.id)).all()
    assert refusals == {0}
    assert outcomes == [AttemptOutcome.SENT, AttemptOutcome.NOT_SENT, AttemptOutcome.NOT_SENT]
    deliver_at(room_with(write, fake), NOW)
    assert set(states(read)) == {MessageState.SENT}


def test_nothing_is_handed_over_by_whoever_held_it_too_long(
    write: SessionFactory, read: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with write() as session:
        a_message(session)
    monkeypatch.setattr(handing_over, "HELD_SECONDS", -1)
    channel = FakeChannel()
    deliver_at(room_with(write, channel), NOW)
    assert (channel.parcels, states(read)) == ([], [MessageState.PENDING])


def test_a_sender_is_never_asked_for_more_than_its_rate(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        a_sender(session, visit.territory_id, per_second=2)
        for number in range(9):
            a_message(session, visit, body=str(number))
    channel = FakeChannel()
    room = twilio_room(write, channel)
    room.closing.set()
    deliver_at(room, NOW)
    with read() as session:
        assert len(session.scalars(select(Attempt.id)).all()) == 5, "two seconds' worth and one"
        assert set(session.scalars(select(Attempt.sender))) == {NUMBER}


def test_without_a_sender_a_text_waits_and_says_so(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        a_message(session)
    deliver_at(twilio_room(write, FakeChannel()), NOW)
    found = the_message(read)
    assert (found.state, found.ended_because) == (MessageState.PENDING, NO_SENDER)
    with write() as session:
        a_sender(session, found.territory_id)
    deliver_at(twilio_room(write, FakeChannel()), NOW + 15 * MINUTE)
    assert the_message(read).state == MessageState.SENT


def test_beyond_the_days_limit_texts_wait_but_for_urgent_ones(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        a_sender(session, visit.territory_id)
        for number in range(3):
            a_message(session, visit, body=str(number))
        a_message(session, visit, body="urgent", ignores_quiet_hours=True, due_at=NOW + MINUTE)
    two_texts = Prices(sms_segment=80, cap_per_day=160)
    room = replace(twilio_room(write, FakeChannel()), prices=two_texts)
    deliver_at(room, NOW, NOW + MINUTE)
    with read() as session:
        found = session.execute(
            select(Message.body, Message.state, Message.ended_because).order_by(Message.id)
        ).all()
        costs = set(session.scalars(select(Attempt.cost_thousandths)))
    assert [tuple(row) for row in found] == [
        ("0", MessageState.SENT, None),
        ("1", MessageState.SENT, None),
        ("2", MessageState.PENDING, WAITS),
        ("urgent", MessageState.SENT, None),
    ]
    assert costs == {80}


def test_an_open_circuit_leaves_messages_untouched(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        a_sender(session, visit.territory_id)
        for number in range(IN_A_ROW + 3):
            a_message(session, visit, body=str(number), due_at=NOW + number * timedelta(seconds=1))
    down = Answer(AttemptOutcome.NOT_SENT, error="connection refused")
    channel = FakeChannel([down] * 99)
    room = twilio_room(write, channel)
    for second in range(IN_A_ROW + 3):
        deliver_at(room, NOW + second * timedelta(seconds=1))
    with read() as session:
        untouched = select(Message.id).where(Message.refusals == 0, Message.fence == 0)
        assert len(session.scalars(untouched).all()) >= 3
    assert len(channel.parcels) <= IN_A_ROW + 3
