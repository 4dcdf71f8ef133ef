"""The chain with a local Twilio: a text leaves, is reported, answered, and answered back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.jobs import callbacks
from fieldservice.models.callbacks import Callback
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import Visit
from fieldservice.operations.messages import senders
from fieldservice.operations.messages.delivery import deliver_due
from fieldservice.operations.messages.reminders import owe_booked
from fieldservice.operations.messages.senders import SenderEntry
from fieldservice.web.post_room import post_room
from tests.conftest import SessionFactory
from tests.databases import close
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import NOW, a_customer, a_territory, a_visit, a_work_order
from tests.serving import serving

PHONE = "+376312345"


@dataclass(frozen=True)
class House:
    """Our application behind a port, and the provider that calls it back."""

    app: Flask
    provider: Emulator

    def beat(self) -> None:
        """The clock: act on what came in, then send what is due."""
        callbacks.beat(self.app)
        with self.app.app_context():
            deliver_due(post_room(), NOW)

    def last(self, to: str = PHONE) -> dict[str, Any]:
        return self.provider.messages(to)[0]


@pytest.fixture
def settings(settings: Settings, emulator: Emulator) -> Settings:
    address = f"http://127.0.0.1:{free_port()}"
    return replace(settings, public_base_url=address, twilio=emulator.settings())


@pytest.fixture
def house(settings: Settings, emulator: Emulator, time_machine: Any) -> Iterator[House]:
    time_machine.move_to(NOW, tick=False)
    app = create_app(settings)
    port = int(settings.public_base_url.rpartition(":")[2])
    with serving(app, port) as address:
        emulator.point_at(address)
        yield House(app, emulator)
    close(app)


@pytest.fixture
def app(house: House) -> Flask:
    return house.app


@pytest.fixture
def visit_id(write: SessionFactory) -> int:
    """A visit whose customer is owed its confirmation."""
    with write() as session:
        territory = a_territory(session)
        entry = SenderEntry(Channel.SMS, NUMBER, per_second=50)
        senders.add_sender(session, NOW, None, territory, entry)
        customer = a_customer(session, territory, phone=PHONE, language=Language.SPANISH)
        visit = a_visit(session, a_work_order(session, customer))
        owe_booked(session, visit, NOW, answers_customer=True)
        return visit.id


def test_a_text_is_sent_delivered_answered_and_answered_back(
    house: House, visit_id: int, read: SessionFactory
) -> None:
    house.beat()
    sent = house.last()
    assert "Responda 1 para confirmar, 2 para cambiar" in sent["body"]
    for status in ("sent", "delivered", "delivered", "sent"):
        house.provider.message_status(sent["sid"], status)
    house.beat()
    with read() as session:
        booked = session.scalars(select(Message).where(Message.kind == MessageKind.BOOKED)).one()
        assert booked.state == MessageState.DELIVERED
    house.provider.inbound_message(PHONE, "1")
    house.beat()
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at is not None
    assert "confirmada" in house.last()["body"]
    house.provider.inbound_message(PHONE, "2 CAMBIAR")
    house.beat()
    assert "/c/" in house.last()["body"]


def test_stop_ends_it_and_start_begins_it_again(
    house: House, visit_id: int, write: SessionFactory
) -> None:
    house.beat()
    count = len(house.provider.messages(PHONE))
    house.provider.inbound_message(PHONE, "STOP")
    callbacks.beat(house.app)
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        visit.version += 1
        owe_booked(session, visit, NOW, answers_customer=True)
    house.beat()
    assert len(house.provider.messages(PHONE)) == count
    house.provider.inbound_message(PHONE, "START")
    house.beat()
    assert "Le enviamos mensajes de nuevo" in house.last()["body"]


def test_what_the_provider_told_is_kept_as_it_came(
    house: House, visit_id: int, read: SessionFactory
) -> None:
    assert visit_id
    house.provider.inbound_message(PHONE, "¿Vienen hoy? 🐕")
    with read() as session:
        kept = session.scalars(select(Callback)).one()
        assert kept.form["Body"] == "¿Vienen hoy? 🐕"
        assert kept.form["AccountSid"] == house.provider.account_sid
