"""Delivery receipts: repeated, out of order, days late or forged, a state only ever moves up."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from fieldservice.config import Settings
from fieldservice.jobs import callbacks
from fieldservice.models.callbacks import Callback, CallbackKind
from fieldservice.models.conversations import NumberOptOut
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier, UntextableNumber
from fieldservice.operations.doctor.callbacks import what_was_told_is_acted_on
from fieldservice.operations.messages.processing import DEEDS, TRIES
from tests.conftest import SessionFactory
from tests.factories import NOW, a_message
from tests.integration.twilio_line import TWILIO, Line

TOKEN = "a" * 32
SID = "SM" + "1" * 32
DELIVERED, SENT = MessageState.DELIVERED, MessageState.SENT


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=TWILIO)


@pytest.fixture
def line(app: Flask, client: FlaskClient) -> Line:
    return Line(app, client)


def a_sent_text(write: SessionFactory, **changes: Any) -> int:
    """A text its provider took a minute ago."""
    values = {"state": SENT, "sent_at": NOW, "kind": MessageKind.BOOKED, **changes}
    with write() as session:
        message = a_message(session, **values)
        attempt = Attempt(
            message_id=message.id,
            token=TOKEN,
            to_address=message.to_address,
            started_at=NOW,
            ended_at=NOW,
            outcome=AttemptOutcome.SENT,
            carrier=Carrier.TWILIO,
            provider_id=SID,
        )
        session.add(attempt)
        return message.id


def state_of(read: SessionFactory, message_id: int) -> MessageState:
    with read() as session:
        return session.get_one(Message, message_id).state


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered"])))
def test_in_whatever_order_receipts_come_the_last_state_stands(
    line: Line, read: SessionFactory, write: SessionFactory, order: tuple[str, ...]
) -> None:
    message_id = a_sent_text(write)
    for status in order:
        assert line.reports(TOKEN, status, SID).status_code == 204
    line.beat()
    assert state_of(read, message_id) == DELIVERED


def test_a_receipt_told_five_times_and_all_of_them_backwards_changes_nothing(
    line: Line, read: SessionFactory, write: SessionFactory, time_machine: Any
) -> None:
    message_id = a_sent_text(write)
    for status in ("queued", "sent", "delivered"):
        for _ in range(5):
            line.reports(TOKEN, status, SID)
            line.beat()
    time_machine.move_to(NOW + timedelta(days=3), tick=False)
    for status in ("undelivered", "failed", "delivered", "sent", "queued"):
        line.reports(TOKEN, status, SID)
        line.beat()
    assert state_of(read, message_id) == DELIVERED
    with read() as session:
        # Each kind of news is kept as it came, once.
        assert session.scalar(select(func.count()).select_from(Callback)) == 5


def test_a_receipt_before_our_own_note_lifts_the_message(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    message_id = a_sent_text(write, state=MessageState.UNKNOWN, sent_at=None)
    line.reports(TOKEN, "delivered", SID)
    line.beat()
    assert state_of(read, message_id) == DELIVERED


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_text_that_did_not_arrive_says_why(
    line: Line, read: SessionFactory, write: SessionFactory, status: str
) -> None:
    message_id = a_sent_text(write)
    line.reports(TOKEN, status, SID, ErrorCode="30007")
    line.beat()
    with read() as session:
        message = session.get_one(Message, message_id)
        assert message.state == MessageState(status)
        assert "30007" in (message.ended_because or "")


def test_a_number_closed_at_the_network_is_closed_here(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    message_id = a_sent_text(write)
    line.reports(TOKEN, "failed", SID, ErrorCode="21610")
    line.beat()
    with read() as session:
        phone = session.get_one(Message, message_id).to_address
        assert session.scalars(select(NumberOptOut.phone)).one() == phone


def test_a_number_that_takes_no_texts_is_remembered(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    message_id = a_sent_text(write)
    line.reports(TOKEN, "undelivered", SID, ErrorCode="30006")
    line.beat()
    with read() as session:
        phone = session.get_one(Message, message_id).to_address
        assert session.scalars(select(UntextableNumber.phone)).one() == phone


def test_a_phone_that_was_off_is_tried_once_more_and_not_for_ever(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    a_sent_text(write, not_after=NOW + timedelta(hours=12))
    for _ in range(5):
        line.reports(TOKEN, "undelivered", SID, ErrorCode="30003")
        line.beat()
    with read() as session:
        waiting = session.scalars(
            select(Message).where(Message.state == MessageState.PENDING)
        ).all()
        assert len(waiting) == 1
        assert timedelta(hours=1) <= waiting[0].due_at - NOW <= timedelta(hours=4)


@pytest.mark.parametrize(
    ("token", "sid", "status"),
    [("b" * 32, SID, "delivered"), (TOKEN, "SM" + "2" * 32, "delivered"), (TOKEN, SID, "weird")],
)
def test_receipts_of_nobodys_text_change_nothing(
    line: Line, read: SessionFactory, write: SessionFactory, token: str, sid: str, status: str
) -> None:
    message_id = a_sent_text(write)
    assert line.reports(token, status, sid).status_code == 204
    line.beat()
    assert state_of(read, message_id) == SENT
    assert line.beat() == 0


def test_a_kept_callback_is_acted_on_after_a_restart(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    message_id = a_sent_text(write)
    line.reports(TOKEN, "delivered", SID)
    assert state_of(read, message_id) == SENT
    assert line.beat() == 1
    assert state_of(read, message_id) == DELIVERED


def test_what_was_told_is_deleted_when_its_days_are_over(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        for days in (89, 91):
            text = str(days)
            told = NOW - timedelta(days=days)
            session.add(
                Callback(
                    kind=CallbackKind.RECEIPT,
                    mark=text,
                    token=text,
                    sid=text,
                    status="sent",
                    form={"To": "+376312345"},
                    received_at=told,
                    processed_at=told,
                )
            )
    callbacks.forget(app)
    with read() as session:
        assert session.scalars(select(Callback.mark)).all() == ["89"]


def test_ten_thousand_letters_in_a_field_break_nothing(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    message_id = a_sent_text(write)
    huge = "9" * 10_000
    assert line.reports(huge[:3000], huge, huge, ErrorCode=huge).status_code == 204
    assert line.reports(TOKEN, "failed", SID, ErrorCode="²").status_code == 204
    line.beat()
    assert state_of(read, message_id) == MessageState.FAILED


def test_the_doctor_sees_what_nobody_acted_on(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    a_sent_text(write)
    line.reports(TOKEN, "delivered", SID)

    def seen(moment: datetime) -> list[str]:
        with read() as session:
            return [one.text for one in what_was_told_is_acted_on(session, moment)]

    assert seen(NOW) == []
    assert seen(NOW + timedelta(hours=2)) == ["still waits"]
    with write() as session:
        session.execute(update(Callback).values(failures=TRIES))
    assert seen(NOW) == ["went wrong each time it was acted on"]
    assert line.beat() == 0
    with write() as session:
        session.execute(update(Callback).values(failures=0))
    line.beat()
    assert seen(NOW + timedelta(hours=2)) == []


def test_what_stood_in_the_way_for_a_moment_loses_no_callback(
    line: Line,
    write: SessionFactory,
    read: SessionFactory,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_sent_text(write)
    time_machine.move_to(NOW, tick=False)
    line.reports(TOKEN, "delivered", SID)
    with monkeypatch.context() as away:
        away.setitem(DEEDS, CallbackKind.RECEIPT, _gone_away)
        line.beat()
    with read() as session:
        assert session.scalars(select(Callback)).one().failures == 1
    time_machine.move_to(NOW + timedelta(seconds=5), tick=False)
    line.beat()
    with read() as session:
        assert session.scalars(select(Callback)).one().processed_at is not None


def _gone_away(*_: Any) -> None:
    raise OSError("the disk is away for a moment")


def test_signs_no_database_keeps_and_endless_numbers_lose_nothing(
    line: Line, write: SessionFactory, read: SessionFactory
) -> None:
    a_sent_text(write)
    assert line.reports("nobody", "deli\0vered", "SM\0").status_code == 204
    assert (
        line.writes("+376312345", "Hola", sid="SM\0" + "1", NumMedia="9" * 5000).status_code == 200
    )
    with read() as session:
        assert all(one.processed_at for one in session.scalars(select(Callback)))
