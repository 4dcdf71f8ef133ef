"""STOP at any moment: what is in a carrier's hands arrives, nothing else does by text."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.models.customers import Channel
from fieldservice.models.messages import ConsoleDelivery, Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.operations.doctor import examine
from fieldservice.operations.messages.reminders import owe_booked, owe_reminders
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, a_customer, a_territory, a_visit, a_work_order
from tests.integration.post import Between, claim_all, console, console_room, deliver_at
from tests.integration.twilio_line import TWILIO, Line

PHONE = "+376312345"
LATER = [NOW + timedelta(hours=hours) for hours in (0, 1, 2, 12, 24, 25, 27)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=TWILIO)


@pytest.fixture
def visit_id(write: SessionFactory) -> int:
    """A visit this afternoon: booked, confirmed by text at once, reminded two hours before."""
    with write() as session:
        customer = a_customer(session, a_territory(session), phone=PHONE)
        visit = a_visit(session, a_work_order(session, customer), day=TODAY, told=(16, 18))
        owe_booked(session, visit, NOW, answers_customer=True)
        owe_reminders(session, visit, NOW)
        return visit.id


def texts(read: SessionFactory) -> list[str]:
    with read() as session:
        rows = select(ConsoleDelivery.body).where(ConsoleDelivery.channel == Channel.SMS)
        return list(session.scalars(rows.order_by(ConsoleDelivery.id)))


def stop(app: Flask) -> Callable[[], None]:
    """What the customer does, and our clock with it."""
    line = Line(app, app.test_client())

    def write_stop() -> None:
        assert line.writes(PHONE, "STOP").status_code == 200

    return write_stop


def test_before_anything_left_nothing_leaves(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int
) -> None:
    assert visit_id
    stop(app)()
    deliver_at(console_room(write), *LATER)
    assert texts(read) == []


def test_who_stops_and_starts_by_turns_is_reminded_once(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int
) -> None:
    line = Line(app, app.test_client())
    deliver_at(console_room(write), NOW)
    for word in ["STOP", "START"] * 3:
        assert line.writes(PHONE, word).status_code == 200
        with read() as session:
            waits = session.scalars(
                select(Message).where(
                    Message.visit_id == visit_id,
                    Message.kind == MessageKind.REMINDER_HOURS,
                    Message.state == MessageState.PENDING,
                )
            )
            assert len(waits.all()) == 1, word
    deliver_at(console_room(write), *LATER)
    with read() as session:
        told = session.scalars(select(ConsoleDelivery).where(ConsoleDelivery.body.contains("16")))
        assert len(told.all()) <= 2, "the confirmation and one reminder"


def test_once_a_message_is_claimed_it_is_looked_at_again(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int
) -> None:
    assert visit_id
    with write() as session:
        assert len(claim_all(session, NOW)) == 1
    stop(app)()
    deliver_at(console_room(write), *LATER, NOW + timedelta(days=2))
    assert texts(read) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_while_one_is_handed_over_it_is_the_last(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int, moment: str
) -> None:
    assert visit_id
    stops, room = stop(app), console_room(write)
    once: list[bool] = []

    def at_first() -> None:
        if not once:
            once.append(True)
            stops()

    between = Between(console(room), **{moment: at_first})
    deliver_at(replace(room, channels={Carrier.CONSOLE: between}), *LATER)
    assert len(texts(read)) == 1


def test_after_the_first_text_the_reminder_goes_another_way(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int
) -> None:
    deliver_at(console_room(write), NOW)
    stop(app)()
    deliver_at(console_room(write), *LATER)
    assert len(texts(read)) == 1
    with read() as session:
        rows = select(Message).where(
            Message.visit_id == visit_id, Message.kind == MessageKind.REMINDER_HOURS
        )
        found = {(one.channel, one.state) for one in session.scalars(rows)}
    assert (Channel.SMS, MessageState.VOID) in found
    assert Channel.CALL in {channel for channel, _ in found}


def test_whatever_is_written_in_whatever_order_the_promises_hold(
    app: Flask, read: SessionFactory, write: SessionFactory, visit_id: int, time_machine: Any
) -> None:
    line, room, chance = Line(app, app.test_client()), console_room(write), random.Random(7)
    words = ["1", "2", "STOP", "BAJA", "START", "yes", "help", "A", "gracias", "When?", "cancelar"]
    moment = NOW
    for _ in range(40):
        line.writes(PHONE, chance.choice(words))
        moment += timedelta(minutes=chance.choice([0, 1, 7]))
        time_machine.move_to(moment, tick=False)
        deliver_at(room, moment)
    with read() as session:
        assert examine(session, moment) == []
        spoken = select(Message).where(Message.kind == MessageKind.ANSWER)
        assert session.scalars(spoken).first() is not None
