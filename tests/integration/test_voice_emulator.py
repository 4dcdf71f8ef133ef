"""Calls carried by the local Twilio: asked for by us, told to us by it, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.models.callbacks import Callback
from fieldservice.models.calls import PhoneCall
from fieldservice.models.customers import Channel, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.senders import Sender
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.operations.messages.delivery import deliver_due
from fieldservice.operations.messages.processing import process_kept
from fieldservice.operations.messages.reminders import owe_booked
from fieldservice.operations.messages.surveys_owed import owe_survey
from fieldservice.web.post_room import post_room
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import NOW, TODAY, a_customer, a_territory, a_visit, a_work_order, at
from tests.serving import serving

CUSTOMER = "+376812345"
CALLING_HOURS = at(TODAY, 11)


@pytest.fixture
def settings(database_url: str, tmp_path: Any, emulator: Emulator) -> Settings:
    public = f"http://127.0.0.1:{free_port()}"
    twilio = emulator.settings()
    return replace(settings_for(database_url, tmp_path), twilio=twilio, public_base_url=public)


@pytest.fixture
def public(app: Flask, settings: Settings, emulator: Emulator, time_machine: Any) -> Iterator[str]:
    """The application behind the address the local Twilio calls."""
    time_machine.move_to(CALLING_HOURS, tick=False)
    emulator.point_at(settings.public_base_url)
    with serving(app, urlsplit(settings.public_base_url).port or 0) as address:
        yield address


def a_house(session: Session, language: Language = Language.SPANISH) -> Visit:
    """A territory with a number of its own, and a customer who wants to be called."""
    territory = a_territory(session)
    session.add(
        Sender(
            territory_id=territory.id,
            medium=Channel.CALL,
            address=NUMBER,
            voice=True,
            registered=True,
        )
    )
    customer = a_customer(session, territory, phone=CUSTOMER, language=language)
    customer.contacts[0].prefers = Reach.CALL
    return a_visit(session, a_work_order(session, customer))


def deliver(app: Flask) -> None:
    with app.app_context():
        deliver_due(post_room(), CALLING_HOURS)


def act(app: Flask) -> None:
    """Our clock acts on what was kept."""
    with app.app_context(), transaction() as session:
        process_kept(session, CALLING_HOURS)


def fetched(emulator: Emulator, address: str, sid: str, **form: str) -> list[str]:
    """What Twilio would fetch and say, signed as it signs."""
    form = {"AccountSid": emulator.account_sid, "CallSid": sid, **form}
    signature = RequestValidator(emulator.auth_token).compute_signature(address, form)
    reply = requests.post(address, data=form, headers={"X-Twilio-Signature": signature}, timeout=10)
    assert reply.status_code == 200
    return [one.text or "" for one in ElementTree.fromstring(reply.text).iter("Say")]


def test_news_is_carried_played_and_reported(
    app: Flask, write: SessionFactory, read: SessionFactory, emulator: Emulator, public: str
) -> None:
    with write() as session:
        visit = a_house(session)
        owe_booked(session, visit, NOW)
        visit_id = visit.id
    deliver(app)
    (call,) = emulator.calls(CUSTOMER)
    assert call["from"] == NUMBER
    with read() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert attempt.provider_id == call["sid"]
        script = f"{public}/twilio/voice/{attempt.token}"
    said = fetched(emulator, script, call["sid"], AnsweredBy="human")
    assert "Postvenda Andorra" in said[0]
    (thanks,) = fetched(emulator, f"{script}/key/0", call["sid"], Digits="1")
    assert thanks == SPOKEN[Language.SPANISH].notice.confirmed
    for _ in range(2):
        emulator.call_status(call["sid"], "completed")
    act(app)
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == CALLING_HOURS
        assert session.scalars(select(Message.state)).all() == [MessageState.DELIVERED]
        kinds = session.scalars(select(Callback.kind).order_by(Callback.id)).all()
        assert kinds.count("call_status") >= 1


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_a_survey_nobody_takes_is_tried_again(
    app: Flask,
    write: SessionFactory,
    read: SessionFactory,
    emulator: Emulator,
    public: str,
    status: str,
) -> None:
    with write() as session:
        visit = a_house(session)
        visit.state = VisitState.COMPLETED
        owe_survey(session, visit, CALLING_HOURS - timedelta(hours=1))
    deliver(app)
    (call,) = emulator.calls(CUSTOMER)
    emulator.call_status(call["sid"], status)
    act(app)
    with read() as session:
        first, second = session.scalars(select(Message).order_by(Message.id)).all()
        assert (first.kind, first.state) == (MessageKind.SURVEY_CALL, MessageState.UNDELIVERED)
        assert (second.try_number, second.due_at) == (2, CALLING_HOURS + timedelta(hours=2))


def test_a_customer_calls_our_number(
    app: Flask, write: SessionFactory, read: SessionFactory, emulator: Emulator, public: str
) -> None:
    with write() as session:
        visit_id = a_house(session, Language.HUNGARIAN).id
    call = emulator.inbound_call(CUSTOMER)
    with read() as session:
        row = session.scalars(select(PhoneCall)).one()
        assert (row.provider_id, row.number) == (call["sid"], CUSTOMER)
        assert (row.language, row.visit_id) == (Language.HUNGARIAN, visit_id)
        script = f"{public}/twilio/voice/{row.token}"
    (thanks,) = fetched(emulator, f"{script}/key/0", call["sid"], Digits="1")
    assert thanks == SPOKEN[Language.HUNGARIAN].inbound.confirmed
