"""The office reads what customers wrote, answers once, and closes what is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.config import Settings
from fieldservice.models.conversations import InboundText, Reason, Thread
from fieldservice.models.customers import Contact
from fieldservice.models.messages import ConsoleDelivery, Message, MessageKind, MessageState
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.notify.texts import LINK
from fieldservice.operations.messages.threads import raise_for_office
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TODAY,
    a_customer,
    a_message,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.post import console_room, deliver_at
from tests.integration.twilio_line import TWILIO, Line

PHONE = "+376312345"
QUESTION = "Can you come an hour later? The <b>door</b> code is 12."
AT_NIGHT = at(TODAY, 22, 30)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=TWILIO)


@pytest.fixture
def office(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """A dispatcher at the desk."""
    sign_in(client, RoleName.DISPATCHER)
    return client


@pytest.fixture
def thread_id(app: Flask, write: SessionFactory, read: SessionFactory) -> int:
    """A customer who was reminded asks something."""
    with write() as session:
        customer = a_customer(session, a_territory(session), name="Joan Vila", phone=PHONE)
        visit = a_visit(session, a_work_order(session, customer))
        told = {"tells_from": visit.told_from, "tells_until": visit.told_until}
        sent = {"state": MessageState.DELIVERED, "sent_at": NOW - timedelta(hours=2), **told}
        a_message(session, visit, kind=MessageKind.REMINDER_DAY, **sent)
    Line(app, app.test_client()).writes(PHONE, QUESTION)
    with read() as session:
        return session.scalars(select(Thread.id)).one()


def replies(read: SessionFactory) -> list[Message]:
    with read() as session:
        rows = select(Message).where(Message.kind == MessageKind.REPLY).order_by(Message.id)
        return list(session.scalars(rows))


def test_what_waits_stands_in_the_list_and_behind_the_bell(
    office: FlaskClient, thread_id: int
) -> None:
    page = office.get("/conversations").text
    assert "Joan Vila" in page
    assert f"/conversations/{thread_id}" in page
    assert "&lt;b&gt;door&lt;/b&gt;" in page
    assert "A customer wrote or asked for something" in office.get("/attention").text


@pytest.mark.parametrize("text", ["joan", "JOAN V", "312 345", "312345", "hour later"])
def test_a_conversation_is_found_by_name_number_and_words(
    office: FlaskClient, thread_id: int, text: str
) -> None:
    assert thread_id
    assert "Joan Vila" in office.get("/conversations", query_string={"q": text}).text


def test_what_nobody_said_is_not_found(office: FlaskClient, thread_id: int) -> None:
    assert thread_id
    for text in ("%", "_", "Nobody", "999888"):
        page = office.get("/conversations", query_string={"q": text}).text
        assert "No conversation like that" in page


def test_a_conversation_shows_the_visit_and_what_was_said(
    office: FlaskClient, thread_id: int
) -> None:
    page = office.get(f"/conversations/{thread_id}").text
    assert "We visit you tomorrow." in page
    assert "10:00–12:00" in page
    assert "Gràcies pel missatge" in page
    assert "the customer wrote within the hour" in page


def test_an_answer_leaves_once_however_often_its_form_is_sent(
    office: FlaskClient, thread_id: int, read: SessionFactory, write: SessionFactory
) -> None:
    form = {"words": "Yes, at eleven.\r\nBye", "form_key": "k1"}
    for _ in range(3):
        assert office.post(f"/conversations/{thread_id}", data=form).status_code == 303
    (reply,) = replies(read)
    assert (reply.to_address, reply.body) == (PHONE, "Yes, at eleven.\nBye")
    deliver_at(console_room(write), NOW)
    with read() as session:
        assert "Yes, at eleven." in session.scalars(select(ConsoleDelivery.body)).one()
        thread = session.get_one(Thread, thread_id)
        assert (thread.waiting_since, thread.reason, thread.closed_at) == (None, None, None)


@pytest.mark.parametrize("words", ["", "   ", "a" * 1001])
def test_an_empty_or_endless_answer_is_refused_and_kept_on_the_page(
    office: FlaskClient, thread_id: int, read: SessionFactory, words: str
) -> None:
    answer = office.post(f"/conversations/{thread_id}", data={"words": words, "form_key": "k"})
    assert answer.status_code == 400
    assert words.strip() in answer.text
    assert replies(read) == []


def test_a_common_answer_can_lead_to_the_customers_page(
    office: FlaskClient, thread_id: int, read: SessionFactory, write: SessionFactory
) -> None:
    form = {"words": f"Choose: {LINK}", "form_key": "k"}
    office.post(f"/conversations/{thread_id}", data=form)
    deliver_at(console_room(write), NOW)
    with read() as session:
        assert "/c/" in session.scalars(select(ConsoleDelivery.body)).one()


def test_at_night_an_answer_waits_unless_the_customer_just_wrote(
    office: FlaskClient, thread_id: int, read: SessionFactory, time_machine: Any
) -> None:
    time_machine.move_to(AT_NIGHT, tick=False)
    assert "Your answer leaves" in office.get(f"/conversations/{thread_id}").text
    office.post(f"/conversations/{thread_id}", data={"words": "Yes", "form_key": "k"})
    (reply,) = replies(read)
    assert reply.due_at == at(TODAY + timedelta(days=1), 8)
    assert not reply.ignores_quiet_hours


def test_a_number_that_wants_no_texts_gets_none(
    app: Flask, office: FlaskClient, thread_id: int, read: SessionFactory
) -> None:
    Line(app, app.test_client()).writes(PHONE, "STOP")
    page = office.get(f"/conversations/{thread_id}").text
    assert "Call and ask" in page
    office.post(f"/conversations/{thread_id}/close")
    assert "This number wants no texts" in office.get(f"/conversations/{thread_id}").text
    answer = office.post(f"/conversations/{thread_id}", data={"words": "But", "form_key": "k"})
    assert answer.status_code == 400
    assert replies(read) == []


def test_closed_it_is_among_the_closed_and_opens_when_the_customer_writes(
    app: Flask, office: FlaskClient, thread_id: int, read: SessionFactory
) -> None:
    assert office.post(f"/conversations/{thread_id}/close").status_code == 303
    assert office.post(f"/conversations/{thread_id}/close").status_code == 303
    assert "Joan Vila" not in office.get("/conversations").text
    assert "Joan Vila" in office.get("/conversations?closed=1").text
    office.post(f"/conversations/{thread_id}/reopen")
    assert "Joan Vila" in office.get("/conversations").text
    office.post(f"/conversations/{thread_id}/close")
    Line(app, app.test_client()).writes(PHONE, "Hello?")
    with read() as session:
        thread = session.get_one(Thread, thread_id)
        assert (thread.closed_at, thread.reason) == (None, Reason.WROTE)


def test_the_office_may_write_first(
    office: FlaskClient, thread_id: int, read: SessionFactory, write: SessionFactory
) -> None:
    with write() as session:
        other = a_customer(session, phone="+376312999").contacts[0].id
    first = office.post(f"/conversations/with/{other}")
    assert first.status_code == 303
    assert office.post(f"/conversations/with/{other}").location == first.location
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Thread)) == 2
        assert session.get_one(Thread, thread_id).contact_id != other
    assert office.post("/conversations/with/4711").status_code == 404


def test_the_length_is_told_while_writing(office: FlaskClient) -> None:
    measured = office.post("/conversations/segments", data={"words": "Adiós, mañana"}).text
    assert "UCS-2" in measured
    assert "1 segment" in measured


def test_what_a_call_asked_for_stands_in_the_conversation(
    office: FlaskClient, thread_id: int, read: SessionFactory, write: SessionFactory
) -> None:
    with write() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        visit = session.scalars(select(Visit)).one()
        raise_for_office(session, contact, visit, Reason.CALL_ME, NOW)
    assert "Wants a call" in office.get(f"/conversations/{thread_id}").text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(InboundText)) == 2


def test_a_simulated_phone_can_answer(
    app: Flask, office: FlaskClient, thread_id: int, read: SessionFactory, write: SessionFactory
) -> None:
    with write() as session:
        visit = session.scalars(select(Visit)).one()
        a_message(session, visit, tells_from=visit.told_from, tells_until=visit.told_until)
    deliver_at(console_room(write), NOW)
    with read() as session:
        delivery_id = session.scalars(select(ConsoleDelivery.id)).first()
    assert office.post(f"/outbox/phones/{delivery_id}/write", data={"text": ""}).status_code == 400
    office.post(f"/outbox/phones/{delivery_id}/write", data={"text": "1"})
    with read() as session:
        assert session.scalars(select(Visit)).one().confirmed_at == NOW
    assert "from-customer" in office.get(f"/outbox/phones/{delivery_id}").text


@pytest.mark.parametrize("path", ["4711", "4711/close", "4711/reopen"])
def test_what_does_not_exist_cannot_be_looked_at_or_closed(office: FlaskClient, path: str) -> None:
    method = office.get if path == "4711" else office.post
    assert method(f"/conversations/{path}").status_code == 404
