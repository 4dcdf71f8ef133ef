"""Messages nobody heard back about: what each kind's policy does, and what settles them late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.notify.channel import Answer, Inquiry, Parcel
from fieldservice.notify.doubts import POLICIES, Policy, policy_for
from fieldservice.notify.outbox import LIFTED
from fieldservice.notify.receipts import Report, receipt
from fieldservice.operations.messages.second_tries import try_once_more
from tests.conftest import SessionFactory
from tests.factories import NOW, a_message, a_visit
from tests.integration.post import FakeChannel, console_room, deliver_at, room_with

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
State = MessageState


class Lister(FakeChannel):
    """A channel that loses its answer once and then says what it is told about it."""

    def __init__(self, *looks: Answer) -> None:
        super().__init__([Answer(AttemptOutcome.UNKNOWN)])
        self.looks = list(looks)

    def look_up(self, inquiry: Inquiry) -> Answer:
        self.asked = inquiry
        return self.looks.pop(0)


NOT_THERE = Answer(AttemptOutcome.NOT_SENT)
THERE = Answer(AttemptOutcome.SENT, "sid-1")
DOWN = Answer(AttemptOutcome.UNKNOWN, again_after=2 * MINUTE)


def found(read: SessionFactory, message_id: int) -> Message:
    with read() as session:
        return session.get_one(Message, message_id)


def a_text(write: SessionFactory, **changes: object) -> int:
    with write() as session:
        return a_message(session, **changes).id  # type: ignore[arg-type]


def test_every_kind_has_its_policy_and_no_call_is_repeated() -> None:
    assert set(POLICIES) == set(MessageKind)
    assert {policy_for(kind, Channel.CALL) for kind in MessageKind} == {Policy.BY_A_PERSON}
    assert {policy_for(kind, Channel.EMAIL) for kind in MessageKind} == {Policy.RATHER_TWICE}


@pytest.mark.parametrize(
    ("looks", "end", "requests"),
    [
        ([THERE], State.SENT, 1),
        ([NOT_THERE, THERE], State.SENT, 1),
        ([NOT_THERE, NOT_THERE], State.SENT, 2),
        ([DOWN, DOWN, NOT_THERE, NOT_THERE], State.SENT, 2),
        ([Answer(AttemptOutcome.REFUSED, "sid-1", "no such number", 21211)], State.FAILED, 1),
    ],
)
def test_a_text_in_doubt_is_looked_up_twice(
    write: SessionFactory, read: SessionFactory, looks: list[Answer], end: State, requests: int
) -> None:
    message_id = a_text(write)
    channel = Lister(*looks)
    deliver_at(room_with(write, channel), *(NOW + n * MINUTE for n in range(10)))
    assert found(read, message_id).state == end
    assert len(channel.parcels) == requests


def test_a_text_found_refused_at_the_carrier_is_told_another_way(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_text(write)
    landline = Answer(AttemptOutcome.REFUSED, "sid-1", "a landline", 30006)
    deliver_at(room_with(write, Lister(landline)), NOW, NOW + MINUTE)
    with read() as session:
        rows = select(Message).where(Message.id != message_id)
        instead = session.scalars(rows).one()
        assert (instead.kind, instead.channel) == (MessageKind.BOOKED, Channel.CALL)


def test_what_is_asked_is_what_was_handed_over(write: SessionFactory, read: SessionFactory) -> None:
    a_text(write, body="See {link}")
    channel = Lister(THERE)
    deliver_at(room_with(write, channel), NOW, NOW + MINUTE)
    (parcel,) = channel.parcels
    asked = (channel.asked.token, channel.asked.to, channel.asked.body)
    assert asked == (parcel.token, parcel.to, parcel.body)
    with read() as session:
        assert parcel.body not in session.scalars(select(Attempt.body_digest)).one()


def test_what_another_request_became_is_not_taken_for_this_one(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_text(write)
    with write() as session:
        visit = session.get_one(Message, message_id).visit
        other = a_message(session, visit, state=State.SENT, sent_at=NOW)
        other.attempts = [
            Attempt(
                token="other",
                to_address=other.to_address,
                started_at=NOW,
                outcome=AttemptOutcome.SENT,
                provider_id="sid-1",
            )
        ]
    channel = Lister(THERE, NOT_THERE, NOT_THERE)
    deliver_at(room_with(write, channel), NOW, NOW + MINUTE)
    assert found(read, message_id).state == State.UNKNOWN
    assert channel.asked.taken == {"sid-1"}


def test_a_letter_in_doubt_is_sent_again_once_and_then_a_person_decides(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        contact = visit.work_order.customer.contacts[0]
        contact.email, contact.phone = "anna@example.org", None
        message = a_message(session, visit, channel=Channel.EMAIL, to_address="anna@example.org")
        message_id = message.id
    channel = FakeChannel([Answer(AttemptOutcome.UNKNOWN)] * 9)
    room = room_with(write, channel)
    room.channels[Carrier.SMTP] = channel  # type: ignore[index]
    deliver_at(room, *(NOW + n * MINUTE for n in range(12)))
    assert found(read, message_id).state == State.NEEDS_HUMAN
    assert len(channel.parcels) == 2


@pytest.mark.parametrize("state", sorted(LIFTED))
def test_a_report_that_it_arrived_settles_it_wherever_it_stands(
    write: SessionFactory, read: SessionFactory, state: State
) -> None:
    with write() as session:
        message = a_message(session, state=state)
        message.attempts = [Attempt(token="one", started_at=NOW)]
        message_id = message.id
    with write() as session:
        told = receipt(session, "one", Report.DELIVERED, NOW + HOUR, provider_id="sid")
        assert told
        assert told.news
    with write() as session:
        late = receipt(session, "one", Report.SENT, NOW + 2 * HOUR, provider_id="sid")
        foreign = receipt(session, "one", Report.FAILED, NOW + 2 * HOUR, provider_id="forged")
        assert late
        assert foreign
        assert not late.news
        assert not foreign.news
        assert receipt(session, "nobody's", Report.SENT, NOW) is None
    message = found(read, message_id)
    assert (message.state, message.sent_at) == (State.DELIVERED, NOW)


def test_bad_news_of_an_earlier_request_does_not_end_the_present_one(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        message = a_message(session, state=State.SENT, sent_at=NOW)
        message.attempts = [
            Attempt(token="first", started_at=NOW),
            Attempt(token="second", started_at=NOW, outcome=AttemptOutcome.SENT),
        ]
        message_id = message.id
    with write() as session:
        receipt(session, "first", Report.FAILED, NOW, code=30003)
    assert found(read, message_id).state == State.SENT
    with write() as session:
        receipt(session, "second", Report.UNDELIVERED, NOW, code=30003)
    assert found(read, message_id).state == State.UNDELIVERED


def test_an_answer_that_comes_after_the_report_takes_nothing_back(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_text(write)

    class Hasty(FakeChannel):
        def hand_over(self, parcel: Parcel) -> Answer:
            with write() as session:
                receipt(session, parcel.token, Report.DELIVERED, NOW, provider_id="sid")
            return Answer(AttemptOutcome.UNKNOWN, error="the answer was lost")

    deliver_at(room_with(write, Hasty()), NOW, NOW + 5 * MINUTE)
    assert found(read, message_id).state == State.DELIVERED
    with read() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert (attempt.outcome, attempt.provider_id) == (AttemptOutcome.SENT, "sid")


def test_a_phone_that_was_off_is_tried_once_more_while_the_words_are_true(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_text(write, state=State.UNDELIVERED, ended_because="off")
    with write() as session:
        message = session.get_one(Message, message_id)
        assert try_once_more(session, message, 9 * HOUR, NOW) is None, "stale by then"
        again = try_once_more(session, message, HOUR, NOW)
        assert again
        assert (again.try_number, again.due_at, again.body) == (2, NOW + HOUR, message.body)
        assert try_once_more(session, message, HOUR, NOW) is None
    deliver_at(console_room(write), NOW + HOUR)
    with write() as session:
        second = session.scalars(select(Message).where(Message.try_number == 2)).one()
        assert second.state == State.SENT
        assert try_once_more(session, second, MINUTE, NOW) is None, "the last try"
