"""Each person is reached as they asked, and what waits for them follows what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import LinkExpired, Refused
from fieldservice.models.customers import Channel, Consent, Contact, CustomerLink, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.senders import UntextableNumber
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.customers import records
from fieldservice.operations.customers.customer_entries import ContactForm
from fieldservice.operations.customers.links import make_link, open_link, revoke_all, token_of
from fieldservice.operations.messages.opting import opt_out
from fieldservice.operations.messages.recheck import objection_to
from fieldservice.operations.messages.recipients import way_to
from fieldservice.operations.messages.reminders import owe_booked, owe_reminders
from fieldservice.operations.messages.rewriting import OTHERWISE, bring_up_to_date, reach_otherwise
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, a_customer, a_visit, a_work_order, at

MOBILE, LANDLINE, MAIL = "+376355555", "+376812345", "anna@example.org"


def a_contact(session: Session, **facts: object) -> Contact:
    contact = a_customer(session, name="Szabó Anna", language=Language.HUNGARIAN).contacts[0]
    contact.phone = MOBILE
    for name, value in facts.items():
        setattr(contact, name, value)
    session.flush()
    return contact


def a_visit_for(session: Session, contact: Contact) -> Visit:
    return a_visit(session, a_work_order(session, contact.customer))


def refuse(session: Session, contact: Contact, *channels: Channel) -> None:
    for channel in channels:
        contact.consents.append(
            Consent(channel=channel, granted=False, given_at=NOW, wording="no", source="phone")
        )
    session.flush()


def waiting(session: Session, visit: Visit) -> list[tuple[MessageKind, Channel]]:
    rows = select(Message).where(
        Message.visit_id == visit.id, Message.state == MessageState.PENDING
    )
    return [(one.kind, one.channel) for one in session.scalars(rows.order_by(Message.id))]


@pytest.mark.parametrize(
    ("facts", "refused", "way"),
    [
        ({}, (), Channel.SMS),
        ({"phone": "+12025550123"}, (), Channel.SMS),
        ({"phone": LANDLINE}, (), Channel.CALL),
        ({"phone": None, "email": MAIL}, (), Channel.EMAIL),
        ({"phone": None}, (), Channel.BY_HAND),
        ({}, (Channel.SMS,), Channel.CALL),
        ({"email": MAIL}, (Channel.SMS, Channel.CALL), Channel.EMAIL),
        ({}, (Channel.SMS, Channel.CALL), Channel.BY_HAND),
        ({"prefers": Reach.CALL}, (), Channel.CALL),
        ({"prefers": Reach.CALL}, (Channel.CALL,), Channel.SMS),
        ({"prefers": Reach.EMAIL, "email": MAIL}, (), Channel.EMAIL),
        ({"prefers": Reach.EMAIL, "email": MAIL}, (Channel.EMAIL,), Channel.SMS),
        ({"prefers": Reach.EMAIL}, (), Channel.SMS),
        ({"prefers": Reach.SMS, "phone": LANDLINE}, (), Channel.CALL),
        ({"prefers": Reach.BY_HAND}, (), Channel.BY_HAND),
    ],
)
def test_how_somebody_hears_of_a_visit(
    write: SessionFactory,
    facts: dict[str, object],
    refused: tuple[Channel, ...],
    way: Channel,
) -> None:
    with write() as session:
        contact = a_contact(session, **facts)
        refuse(session, contact, *refused)
        assert way_to(contact, MessageKind.BOOKED) == way


@pytest.mark.parametrize(
    ("facts", "kind", "way"),
    [
        ({"prefers": Reach.BY_HAND}, MessageKind.CODE, Channel.SMS),
        ({"phone": LANDLINE}, MessageKind.CODE, None),
        ({"phone": LANDLINE, "email": MAIL}, MessageKind.LINK, Channel.EMAIL),
        ({"prefers": Reach.BY_HAND}, MessageKind.REMINDER_HOURS, None),
        ({"prefers": Reach.BY_HAND}, MessageKind.ON_MY_WAY, None),
        ({"prefers": Reach.BY_HAND}, MessageKind.SURVEY_CALL, None),
        ({"prefers": Reach.EMAIL, "email": MAIL}, MessageKind.SURVEY_CALL, None),
        ({"prefers": Reach.EMAIL, "email": MAIL}, MessageKind.SURVEY_TEXT, Channel.EMAIL),
        ({"prefers": Reach.CALL}, MessageKind.SURVEY_TEXT, None),
        ({}, MessageKind.SURVEY_CALL, Channel.CALL),
    ],
)
def test_some_things_are_not_told_every_way(
    write: SessionFactory, facts: dict[str, object], kind: MessageKind, way: Channel | None
) -> None:
    with write() as session:
        assert way_to(a_contact(session, **facts), kind) == way


def test_a_number_its_network_calls_untextable_is_rung(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session)
        visit = a_visit_for(session, contact)
        (text,) = owe_booked(session, visit, NOW)
        session.add(UntextableNumber(phone=MOBILE, code=30006, noted_at=NOW))
        text.state = MessageState.FAILED
        session.flush()
        session.expire(contact, ["untextable"])
        call = reach_otherwise(session, text, NOW)
        assert call
        assert (call.channel, call.due_at) == (Channel.CALL, at(TODAY, 10))
        assert text.settled_at == NOW


def test_a_letter_a_mail_server_refuses_becomes_a_text(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session, prefers=Reach.EMAIL, email=MAIL)
        (letter,) = owe_booked(session, a_visit_for(session, contact), NOW)
        assert (letter.channel, letter.to_address) == (Channel.EMAIL, MAIL)
        assert letter.subject.startswith("Időpontja: 2026. március 11., szerda")
        letter.state = MessageState.FAILED
        text = reach_otherwise(session, letter, NOW)
        assert text
        assert (text.channel, text.to_address) == (Channel.SMS, MOBILE)


def test_who_says_stop_is_rung_about_what_was_to_be_texted(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session)
        visit = a_visit_for(session, contact)
        owe_booked(session, visit, NOW)
        owe_reminders(session, visit, NOW)
        opt_out(session, MOBILE, Channel.SMS, "STOP", "sms", NOW)
        assert waiting(session, visit) == [
            (MessageKind.BOOKED, Channel.CALL),
            (MessageKind.REMINDER_DAY, Channel.CALL),
        ]


def test_another_way_is_taken_by_what_waits_already(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session, email=MAIL)
        visit = a_visit_for(session, contact)
        owe_booked(session, visit, NOW)
        owe_reminders(session, visit, NOW)
        records.set_reach(session, contact, "email", NOW, None)
        assert waiting(session, visit) == [
            (MessageKind.BOOKED, Channel.EMAIL),
            (MessageKind.REMINDER_DAY, Channel.EMAIL),
            (MessageKind.REMINDER_HOURS, Channel.EMAIL),
        ]
        records.set_reach(session, contact, "sms", NOW, None)
        assert {channel for _, channel in waiting(session, visit)} == {Channel.SMS}


def test_another_name_and_language_are_in_what_waits_already(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session)
        (text,) = owe_booked(session, a_visit_for(session, contact), NOW)
        form = ContactForm("Ana Kovács", phone=MOBILE, language="es")
        records.set_contact(session, contact.customer_id, contact.id, form, NOW, None)
        assert text.body.startswith("Ana Kovács: ")
        assert (text.language, "le visita" in text.body) == (Language.SPANISH, True)


def test_the_look_before_sending_finds_what_changed_behind_its_back(
    write: SessionFactory,
) -> None:
    with write() as session:
        contact = a_contact(session)
        (text,) = owe_booked(session, a_visit_for(session, contact), NOW)
        contact.name = "Ana"
        bring_up_to_date(session, text)
        assert text.body.startswith("Ana: ")
        contact.prefers = Reach.BY_HAND
        against = objection_to(session, text, NOW)
        assert against
        assert (against.state, against.because) == (MessageState.VOID, OTHERWISE)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ContactForm("A", phone=MOBILE, language="ca", prefers="email"), "email"),
        (ContactForm("A", email=MAIL, language="ca", prefers="call"), "phone"),
        (ContactForm("A", email=MAIL, language="ca", prefers="sms"), "phone"),
        (ContactForm("A", phone=LANDLINE, language="ca", prefers="sms"), "prefers"),
        (ContactForm("A", phone=MOBILE, language="ca", prefers="pigeon"), "prefers"),
        (ContactForm("A", phone=MOBILE, language="ca", email="a@b\n c"), "email"),
        (ContactForm("A", language="ca"), "phone"),
    ],
)
def test_a_way_that_leads_nowhere_is_refused_by_its_field(
    write: SessionFactory, form: ContactForm, field: str
) -> None:
    with write() as session:
        contact = a_contact(session)
        with pytest.raises(Refused) as refused:
            records.set_contact(session, contact.customer_id, None, form, NOW, None)
        assert refused.value.field == field


def test_who_wants_only_letters_by_post_needs_no_number(write: SessionFactory) -> None:
    with write() as session:
        contact = a_contact(session)
        form = ContactForm("Avi", language="ca", prefers="by_hand")
        added = records.set_contact(session, contact.customer_id, None, form, NOW, None)
        assert added.folded_name == "avi"


def test_links_that_were_passed_on_are_shut_at_once(
    app: Flask, client: FlaskClient, write: SessionFactory, read: SessionFactory, sign_in: SignIn
) -> None:
    now, secret = clock.now(), app.config["SECRET_KEY"]
    with write() as session:
        contact = a_contact(session)
        customer_id = contact.customer_id
        until = now + timedelta(days=9)
        link = make_link(session, secret, customer_id, None, now, until)
        token = token_of(link, secret)
        make_link(session, secret, a_customer(session).id, None, now, until)
    sign_in(client, RoleName.DISPATCHER)
    assert "1 link opens" in client.get(f"/customers/{customer_id}").text
    client.post(f"/customers/{customer_id}/links/revoke")
    with read() as session:
        with pytest.raises(LinkExpired):
            open_link(session, token, now)
        shut = session.scalars(select(CustomerLink.revoked_at).order_by(CustomerLink.id)).all()
        assert [moment is None for moment in shut] == [False, True]
    with write() as session:
        assert revoke_all(session, customer_id, now, None) == 0


def test_the_office_asks_and_notes_how_somebody_wants_to_be_reached(
    client: FlaskClient, write: SessionFactory, read: SessionFactory, sign_in: SignIn
) -> None:
    with write() as session:
        contact = a_contact(session, phone=LANDLINE)
        customer_id, contact_id = contact.customer_id, contact.id
    sign_in(client, RoleName.DISPATCHER)
    assert "by telephone call" in client.get(f"/customers/{customer_id}").text
    form = {"name": "Anna", "phone": LANDLINE, "email": MAIL, "language": "hu", "role": "resident"}
    address = f"/customers/{customer_id}/contacts/{contact_id}"
    refused = client.post(address, data=form | {"prefers": "sms"})
    assert refused.status_code == 400
    assert "This is a landline" in refused.text
    assert client.post(address, data=form | {"prefers": "email"}).status_code == 303
    assert "by e-mail" in client.get(f"/customers/{customer_id}").text
    assert 'value="email"' in client.get(address).text
    said = {"channel": "email", "granted": "no"}
    client.post(f"{address}/consent", data=said)
    assert "which is not possible" in client.get(f"/customers/{customer_id}").text
    with read() as session:
        assert session.get_one(Contact, contact_id).prefers == Reach.EMAIL
