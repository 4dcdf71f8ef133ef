"""From the outbox to the customer's phone: claimed once, looked at again, sent, recorded."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.errors import Conflict, DeliveryError, NotFound, Refused
from fieldservice.jobs.messages import beat
from fieldservice.models.customers import Channel, Consent
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify import outbox
from fieldservice.notify.channel import Answer
from fieldservice.notify.claiming import take
from fieldservice.operations.customers.links import open_link
from fieldservice.operations.messages.delivery import clear_up, deliver, deliver_due, hand_over_now
from fieldservice.operations.messages.reminders import (
    owe_booked,
    owe_changed,
    owe_reminders,
    void_unsent,
)
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, TOMORROW, a_message, a_visit, a_work_order, at
from tests.integration.post import (
    BASE,
    Between,
    FakeChannel,
    claim_all,
    console_room,
    deliver_at,
    phone,
    room_with,
    states,
)

MINUTE = timedelta(minutes=1)


def a_due_message(write: SessionFactory, **changes: Any) -> int:
    with write() as session:
        return a_message(session, **changes).id


def booked(write: SessionFactory) -> int:
    """A visit whose confirmation is due."""
    with write() as session:
        visit = a_visit(session)
        owe_booked(session, visit, NOW)
        return visit.id


def the_message(read: SessionFactory, message_id: int) -> Message:
    with read() as session:
        return session.get_one(Message, message_id)


def test_a_due_message_reaches_the_phone_with_an_address_that_opens(
    write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = booked(write)
    deliver_at(console_room(write), NOW)
    with read() as session:
        assert states(session, visit_id) == [("booked", "sent")]
        (text,) = phone(session)
        address = text.rsplit(" ", 1)[1]
        assert address.startswith(f"{BASE}/c/")
        token = address.rsplit("/", 1)[1]
        assert len(token) == 22
        assert open_link(session, token, NOW).visit_id == visit_id


def test_the_clock_delivers_on_its_beat(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = booked(write)
    beat(app)
    with read() as session:
        assert states(session, visit_id) == [("booked", "sent")]


def test_texts_about_one_visit_share_an_address(
    write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = booked(write)
    with write() as session:
        owe_reminders(session, session.get_one(Visit, visit_id), NOW)
    deliver_at(console_room(write), NOW, at(TODAY, 10), at(TOMORROW, 8))
    with read() as session:
        texts = phone(session)
        assert len(texts) == 3
        assert len({text.rsplit(" ", 1)[1] for text in texts}) == 1


def test_what_is_not_due_yet_stays(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_message(write, due_at=NOW + MINUTE)
    deliver_at(console_room(write), NOW)
    assert the_message(read, message_id).state == MessageState.PENDING


def test_a_message_leaves_once_however_often_the_clock_beats(
    write: SessionFactory, read: SessionFactory
) -> None:
    booked(write)
    deliver_at(console_room(write), NOW, NOW, NOW + MINUTE)
    with read() as session:
        assert len(phone(session)) == 1


def test_of_two_senders_one_gets_the_claim(write: SessionFactory) -> None:
    message_id = a_due_message(write)
    with write() as session:
        assert take(session, [message_id])
    with write() as session:
        assert not take(session, [message_id])


def test_many_senders_at_once_send_each_message_once(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        for _ in range(8):
            a_message(session, body="hello")
    room = console_room(write)
    start = threading.Barrier(4)

    def sweep() -> None:
        start.wait()
        for _ in range(3):
            deliver_due(room, NOW)

    senders = [threading.Thread(target=sweep) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    with read() as session:
        assert len(phone(session)) == 8
        sent = select(Message.id).where(Message.state == MessageState.SENT)
        assert len(session.scalars(sent).all()) == 8


def test_the_urgent_leave_first(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        a_message(session, visit, body="later", due_at=NOW - MINUTE)
        a_message(session, visit, body="now", ignores_quiet_hours=True)
    channel = FakeChannel()
    deliver_at(room_with(write, channel), NOW)
    assert [parcel.body for parcel in channel.parcels] == ["now", "later"]


def test_a_channel_is_told_how_long_the_words_hold_true(write: SessionFactory) -> None:
    message_id = a_due_message(write, not_after=NOW + 90 * MINUTE)
    channel = FakeChannel()
    deliver_at(room_with(write, channel), NOW)
    (parcel,) = channel.parcels
    assert parcel.valid_for == 90 * MINUTE
    with write() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.token == parcel.token)).one()
        assert (attempt.message_id, attempt.outcome) == (message_id, AttemptOutcome.SENT)


def test_a_moved_visits_text_is_void_even_when_its_claim_came_first(
    write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = booked(write)
    with write() as session:
        claims = claim_all(session, NOW)
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        visit.version += 1
        void_unsent(session, visit, NOW, "moved")
    deliver(console_room(write), claims, lambda: NOW)
    with read() as session:
        assert states(session, visit_id) == [("booked", "void")]
        assert phone(session) == []


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (MessageKind.BOOKED, VisitState.CANCELLED),
        (MessageKind.REMINDER_HOURS, VisitState.EN_ROUTE),
        (MessageKind.ON_MY_WAY, VisitState.ON_SITE),
        (MessageKind.CANCELLED, VisitState.BOOKED),
        (MessageKind.NO_ACCESS, VisitState.PLANNED),
        (MessageKind.SURVEY_TEXT, VisitState.ON_SITE),
    ],
)
def test_a_text_its_visit_no_longer_wants_is_void(
    write: SessionFactory, read: SessionFactory, kind: MessageKind, state: VisitState
) -> None:
    with write() as session:
        message_id = a_message(session, a_visit(session, state=state), kind=kind).id
    deliver_at(console_room(write), NOW)
    assert the_message(read, message_id).state == MessageState.VOID


def opt_out(write: SessionFactory, message_id: int) -> None:
    with write() as session:
        contact = session.get_one(Message, message_id).contact
        assert contact
        no = Consent(channel=Channel.SMS, granted=False, given_at=NOW, wording="no", source="page")
        contact.consents.append(no)


def test_who_opts_out_before_it_leaves_gets_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)
    opt_out(write, message_id)
    deliver_at(console_room(write), NOW)
    found = the_message(read, message_id)
    assert (found.state, found.ended_because) == (MessageState.VOID, "the customer opted out")


def test_who_opts_out_between_claim_and_sending_gets_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)
    with write() as session:
        claims = claim_all(session, NOW)
    opt_out(write, message_id)
    deliver(console_room(write), claims, lambda: NOW)
    assert the_message(read, message_id).state == MessageState.VOID


def test_a_corrected_number_is_used(write: SessionFactory) -> None:
    message_id = a_due_message(write)
    with write() as session:
        contact = session.get_one(Message, message_id).contact
        assert contact
        contact.phone = "+376399999"
    channel = FakeChannel()
    deliver_at(room_with(write, channel), NOW)
    assert [parcel.to for parcel in channel.parcels] == ["+376399999"]


@pytest.mark.parametrize(
    ("moment", "state", "again"),
    [
        (at(TODAY, 20, 59), MessageState.SENT, None),
        (at(TODAY, 21), MessageState.PENDING, at(TOMORROW, 8)),
        (at(TOMORROW, 7, 59), MessageState.PENDING, at(TOMORROW, 8)),
        (at(TOMORROW, 8), MessageState.SENT, None),
    ],
)
def test_texts_wait_out_the_night(
    write: SessionFactory,
    read: SessionFactory,
    moment: datetime,
    state: MessageState,
    again: datetime | None,
) -> None:
    message_id = a_due_message(write, not_after=at(TOMORROW, 10))
    deliver_at(console_room(write), moment)
    found = the_message(read, message_id)
    assert (found.state, found.next_try_at) == (state, again)


def test_a_night_longer_than_the_text_is_true_ends_it(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write, not_after=at(TOMORROW, 7))
    deliver_at(console_room(write), at(TODAY, 22))
    assert the_message(read, message_id).state == MessageState.EXPIRED


def test_an_urgent_text_leaves_by_night(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_message(write, not_after=at(TOMORROW, 7), ignores_quiet_hours=True)
    deliver_at(console_room(write), at(TODAY, 22))
    assert the_message(read, message_id).state == MessageState.SENT


def test_what_would_come_too_late_expires(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_message(write)
    deliver_at(console_room(write), NOW + timedelta(hours=5))
    assert the_message(read, message_id).state == MessageState.EXPIRED


def test_a_provider_that_is_down_is_asked_again_with_patience(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)
    down = Answer(AttemptOutcome.NOT_SENT, error="connection refused")
    channel = FakeChannel([down, DeliveryError("no route", permanent=False)])
    room = room_with(write, channel)
    deliver_at(room, NOW)
    waiting = the_message(read, message_id)
    assert (waiting.state, waiting.refusals) == (MessageState.PENDING, 1)
    assert waiting.next_try_at
    assert NOW <= waiting.next_try_at <= NOW + timedelta(seconds=30)
    deliver_at(room, NOW + MINUTE, NOW + 3 * MINUTE)
    assert the_message(read, message_id).state == MessageState.SENT
    assert len({parcel.token for parcel in channel.parcels}) == 3


def test_a_number_that_takes_no_texts_fails_for_good(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)
    channel = FakeChannel([Answer(AttemptOutcome.REFUSED, error="not a mobile number")])
    deliver_at(room_with(write, channel), NOW, NOW + MINUTE)
    found = the_message(read, message_id)
    assert (found.state, found.ended_because) == (MessageState.FAILED, "not a mobile number")
    assert len(channel.parcels) == 1


def test_one_bad_message_does_not_hold_up_the_others(
    write: SessionFactory, read: SessionFactory
) -> None:
    bad = a_due_message(write, body="See {link}", visit_id=None, due_at=NOW - MINUTE)
    good = a_due_message(write)
    deliver_at(console_room(write), NOW)
    assert the_message(read, good).state == MessageState.SENT
    assert the_message(read, bad).state == MessageState.SENDING


def test_a_change_back_while_sending_is_not_told_twice(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        first = (visit.told_from, visit.told_until)
        for version, hour in ((2, 15), (3, 10)):
            assert visit.told_from
            assert visit.told_until
            before = (visit.told_from, visit.told_until)
            visit.told_from, visit.told_until = at(TOMORROW, hour), at(TOMORROW, hour + 2)
            visit.version = version
            for claimed in owe_changed(session, visit, NOW, before):
                claimed.state = MessageState.SENDING
                claimed.lease_until = NOW
        assert (visit.told_from, visit.told_until) == first
        visit_id = visit.id
        for message in session.scalars(select(Message).order_by(Message.id)):
            message.state = (
                MessageState.VOID if message.visit_version == 2 else MessageState.PENDING
            )
    deliver_at(console_room(write), NOW)
    with read() as session:
        assert states(session, visit_id) == [("changed", "void"), ("changed", "void")]
        assert phone(session) == []


def test_handing_over_now_needs_no_polite_hour(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_message(write, due_at=at(TOMORROW, 8), not_after=at(TOMORROW, 10))
    hand_over_now(console_room(write), message_id, at(TODAY, 23))
    assert the_message(read, message_id).state == MessageState.SENT


def test_handing_over_now_still_looks_again(write: SessionFactory, read: SessionFactory) -> None:
    message_id = a_due_message(write)
    opt_out(write, message_id)
    hand_over_now(console_room(write), message_id, NOW)
    assert the_message(read, message_id).state == MessageState.VOID


def test_handing_over_now_is_refused_with_its_reason(write: SessionFactory) -> None:
    room = console_room(write)
    with pytest.raises(NotFound):
        hand_over_now(room, 999, NOW)
    sent = a_due_message(write, state=MessageState.SENT)
    with pytest.raises(Conflict):
        hand_over_now(room, sent, NOW)
    held = a_due_message(write)
    with write() as session:
        message = session.get_one(Message, held)
        session.get_one(Territory, message.territory_id).keeps_silent = True
    with pytest.raises(Refused):
        hand_over_now(room, held, NOW)


def test_what_a_late_holder_did_send_is_not_sent_again(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)

    def lose_the_claim() -> None:
        with write() as session:
            message = session.get_one(Message, message_id)
            message.lease_until = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
        clear_up(room, NOW)

    room = room_with(write, Between(FakeChannel(), before=lose_the_claim))
    with write() as session:
        claims = claim_all(session, NOW)
    deliver(room, claims, lambda: NOW)
    found = the_message(read, message_id)
    assert (found.state, found.sent_at) == (MessageState.SENT, NOW)


def test_a_late_holder_cannot_overwrite_a_newer_one(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)

    def lose_the_claim() -> None:
        with write() as session:
            message = session.get_one(Message, message_id)
            message.lease_until = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
        clear_up(room, NOW)

    refuses = FakeChannel([Answer(AttemptOutcome.REFUSED, error="too late to matter")])
    room = room_with(write, Between(refuses, before=lose_the_claim))
    deliver_due(room, NOW)
    found = the_message(read, message_id)
    assert (found.state, found.ended_because) == (MessageState.UNKNOWN, None)


def test_an_earlier_holder_changes_nothing_for_the_present_one(
    write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_due_message(write)
    with write() as session:
        (earlier,) = claim_all(session, NOW)
    with write() as session:
        message = session.get_one(Message, message_id)
        message.state = MessageState.PENDING
        session.flush()
        (present,) = claim_all(session, NOW)
        token = "present"
        session.add(Attempt(message_id=message_id, token=token, started_at=NOW))
        session.flush()
    with write() as session:
        assert outbox.in_hand(session, earlier.claim) is None
        refused = Answer(AttemptOutcome.REFUSED, error="from the earlier one")
        assert not outbox.record(session, earlier.claim, token, refused, NOW)
        assert outbox.record(session, present.claim, token, Answer(AttemptOutcome.SENT), NOW)
    assert the_message(read, message_id).state == MessageState.SENT


def test_a_code_goes_to_a_number_without_any_contact(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        order = a_work_order(session)
        message = Message(
            territory_id=order.territory_id,
            kind=MessageKind.CODE,
            channel=Channel.SMS,
            dedupe_key="code:1",
            to_address="+376344444",
            language="ca",
            body="123456",
            ignores_quiet_hours=True,
            due_at=NOW,
            not_after=NOW + 10 * MINUTE,
            created_at=NOW,
        )
        session.add(message)
        session.flush()
        message_id = message.id
    deliver_at(console_room(write), NOW)
    assert the_message(read, message_id).state == MessageState.SENT
