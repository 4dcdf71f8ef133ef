"""Letters leave by e-mail, arrive once, and end when their reader says so."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.customers import Channel, Contact, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.smtp import SmtpChannel
from fieldservice.operations.customers.links import make_link, token_of
from fieldservice.operations.customers.mail_opt_out import opt_out_address
from fieldservice.operations.messages.delivery import PostRoom, deliver_due
from fieldservice.operations.messages.reminders import owe_booked, owe_cancelled, owe_reminders
from fieldservice.operations.messages.surveys_owed import owe_survey
from fieldservice.smtp_settings import SmtpSettings
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_visit, a_work_order
from tests.integration.post import BASE, room_with
from tests.mail_server import Behaviour, MailServer, mail_server

MAIL = "eva@example.org"


def a_reader(session: Session, **facts: object) -> Contact:
    contact = a_customer(session, name="Eva Roca", language=Language.CATALAN).contacts[0]
    contact.email, contact.prefers = MAIL, Reach.EMAIL
    for name, value in facts.items():
        setattr(contact, name, value)
    session.flush()
    return contact


def a_visit_for(session: Session, contact: Contact) -> Visit:
    return a_visit(session, a_work_order(session, contact.customer))


def room_by(write: SessionFactory, mail: MailServer) -> PostRoom:
    settings = SmtpSettings("127.0.0.1", mail.port, "smtp+plain", "visits@example.org", "Postvenda")
    smtp = SmtpChannel(replace(settings, timeout_seconds=5), lambda: NOW)
    room = room_with(write, smtp)
    return replace(room, channels={**room.channels, Carrier.SMTP: smtp})


def test_a_booking_is_confirmed_by_letter_with_the_visit_for_a_calendar(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit_for(session, a_reader(session))
        owe_booked(session, visit, NOW)
        owe_reminders(session, visit, NOW)
        visit_id = visit.id
    with mail_server() as mail:
        room = room_by(write, mail)
        deliver_due(room, NOW)
        deliver_due(room, NOW)
    (taken,) = mail.letters
    letter = taken.letter
    assert (taken.recipients, letter["Subject"]) == (
        [MAIL],
        "La seva visita del dimecres, 11 de març del 2026",
    )
    plain = letter.get_body(("plain",))
    assert plain
    words = plain.get_content()
    assert "Bon dia, Eva Roca:" in words
    assert "el dimecres, 11 de març del 2026, entre les 10:00 i les 12:00" in words
    assert re.search(rf"{BASE}/c/[\w-]{{22}}", words)
    assert letter["List-Unsubscribe"].startswith(f"<{BASE}/m/")
    (attached,) = letter.iter_attachments()
    (event,) = Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert event["UID"] == f"visit-{visit_id}@visits.example.org"
    with read() as session:
        message = session.scalars(select(Message).where(Message.kind == MessageKind.BOOKED)).one()
        (attempt,) = message.attempts
        assert message.state == MessageState.SENT
        assert (attempt.carrier, letter["Message-ID"]) == (
            Carrier.SMTP,
            f"<{attempt.token}@example.org>",
        )


def test_a_cancelled_visit_leaves_the_calendar_too(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit_for(session, a_reader(session))
        (booked,) = owe_booked(session, visit, NOW)
        booked.state = MessageState.SENT
        visit.version += 1
        visit.state = VisitState.CANCELLED
        owe_cancelled(session, visit, NOW)
    with mail_server() as mail:
        deliver_due(room_by(write, mail), NOW)
    (attached,) = mail.letters[0].letter.iter_attachments()
    (event,) = Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


def test_an_address_the_server_does_not_know_is_made_up_for_by_a_text(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        owe_booked(session, a_visit_for(session, a_reader(session)), NOW)
    with mail_server(Behaviour(rcpt="550 5.1.1 unknown")) as mail:
        deliver_due(room_by(write, mail), NOW)
    with read() as session:
        letter, text = session.scalars(select(Message).order_by(Message.id)).all()
        assert (letter.state, letter.ended_because) == (
            MessageState.FAILED,
            "the mail server said 550 5.1.1",
        )
        assert (text.channel, text.state) == (Channel.SMS, MessageState.PENDING)


def test_a_server_that_is_down_keeps_the_letter_for_later(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        owe_booked(session, a_visit_for(session, a_reader(session)), NOW)
    with mail_server(Behaviour(greeting="hang up")) as mail:
        deliver_due(room_by(write, mail), NOW)
    with mail_server() as mail:
        deliver_due(room_by(write, mail), NOW + timedelta(hours=1))
    assert len(mail.letters) == 1
    with read() as session:
        assert session.scalars(select(Message.state)).one() == MessageState.SENT


def test_a_letter_nobody_can_say_of_whether_it_left_waits_for_a_look_up(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        owe_booked(session, a_visit_for(session, a_reader(session)), NOW)
    with mail_server(Behaviour(taken="hang up")) as mail:
        deliver_due(room_by(write, mail), NOW)
        deliver_due(room_by(write, mail), NOW)
    assert len(mail.letters) == 1
    with read() as session:
        assert session.scalars(select(Message.state)).one() == MessageState.UNKNOWN


def test_who_ends_the_letters_is_told_another_way(
    app: Flask, client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    now = clock.now()
    with write() as session:
        contact = a_reader(session)
        visit = a_visit_for(session, contact)
        visit.told_from, visit.told_until = now + timedelta(days=5), now + timedelta(days=5.1)
        owe_booked(session, visit, now)
        address = opt_out_address(contact, app.config["SECRET_KEY"], "")
        contact_id = contact.id
    looked_at = client.get(address)
    assert "No vol més correus?" in looked_at.text
    with read() as session:
        assert session.get_one(Contact, contact_id).consents_to(Channel.EMAIL)
    one_click = client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 303
    assert "Ja no escriurem a eva@example.org" in client.get(address).text
    client.post(address)
    with read() as session:
        contact = session.get_one(Contact, contact_id)
        assert [one.granted for one in contact.consents] == [False]
        states = session.execute(select(Message.channel, Message.state).order_by(Message.id)).all()
        assert [tuple(one) for one in states] == [
            (Channel.EMAIL, MessageState.VOID),
            (Channel.SMS, MessageState.PENDING),
        ]


@pytest.mark.parametrize("language", ["en", "es", "ca", "hu"])
def test_the_page_that_ends_letters_speaks_four_languages(
    app: Flask, client: FlaskClient, write: SessionFactory, language: str
) -> None:
    with write() as session:
        reader = a_reader(session, language=Language(language))
        address = opt_out_address(reader, app.config["SECRET_KEY"], "")
    page = client.get(address).text
    assert f'lang="{language}"' in page
    assert client.get(address[:-2]).status_code == 404


def test_an_old_letters_address_ends_nothing_once_the_address_is_another(
    app: Flask, client: FlaskClient, write: SessionFactory
) -> None:
    with write() as session:
        contact = a_reader(session)
        address = opt_out_address(contact, app.config["SECRET_KEY"], "")
        session.execute(update(Contact).values(email="other@example.org"))
    assert client.post(address).status_code == 404


def test_customers_say_on_their_own_page_how_they_want_to_be_reached(
    app: Flask, client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    now = clock.now()
    with write() as session:
        contact = a_reader(session, prefers=None, email=None)
        secret, until = app.config["SECRET_KEY"], now + timedelta(days=9)
        token = token_of(make_link(session, secret, contact.customer_id, None, now, until), secret)
        contact_id = contact.id
    assert "L'avisem per missatge de text." in client.get(f"/c/{token}").text.replace("&#39;", "'")
    address = f"/c/{token}/reach"
    assert "Com el podem avisar?" in client.get(address).text
    missing = client.post(address, data={"reach": "email"})
    assert missing.status_code == 400
    assert "no és una adreça de correu" in missing.text
    wrong = client.post(address, data={"reach": "email", "email": "eva@b\r\nBcc: x@y.z"})
    assert wrong.status_code == 400
    assert client.post(address, data={"reach": "pigeon"}).status_code == 400
    assert client.post(address, data={"reach": "email", "email": MAIL}).status_code == 303
    assert "per correu electrònic" in client.get(f"/c/{token}").text
    with read() as session:
        kept = session.get_one(Contact, contact_id)
        assert (kept.prefers, kept.email) == (Reach.EMAIL, MAIL)


def test_a_fresh_link_goes_by_letter_where_no_text_arrives(
    app: Flask, client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    now = clock.now()
    with write() as session:
        contact = a_reader(session, phone="+376812345")
        secret = app.config["SECRET_KEY"]
        old = make_link(session, secret, contact.customer_id, None, now - timedelta(days=9), now)
        token = token_of(old, secret)
    assert client.get(f"/c/{token}").status_code == 410
    client.post(f"/c/{token}/again")
    with read() as session:
        message = session.scalars(select(Message)).one()
        assert (message.channel, message.to_address) == (Channel.EMAIL, MAIL)
        assert "{link}" in message.body


def test_who_is_written_to_is_asked_by_letter_how_it_was(
    app: Flask, client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    now, secret = clock.now(), app.config["SECRET_KEY"]
    with write() as session:
        contact = a_reader(session)
        order = a_work_order(session, contact.customer)
        visit = a_visit(session, order, state=VisitState.COMPLETED)
        (letter,) = owe_survey(session, visit, now)
        assert (letter.kind, letter.channel) == (MessageKind.SURVEY_TEXT, Channel.EMAIL)
        until = now + timedelta(days=9)
        link = make_link(session, secret, contact.customer_id, visit.id, now, until)
        token = token_of(link, secret)
    assert client.post(f"/s/{token}", data={"score": "4"}).status_code == 303
    with read() as session:
        answered = session.scalars(select(SurveyResponse)).one()
        assert (answered.score, answered.channel) == (4, Channel.EMAIL)
