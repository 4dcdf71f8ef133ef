"""The telephone as the office sees it: the simulated phone in every script, the settings."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.models.calls import PhoneCall
from fieldservice.models.conversations import InboundText, Reason, Thread
from fieldservice.models.customers import Channel, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import ConsoleDelivery, Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.operations.messages.reminders import owe_booked
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, a_customer, a_visit, a_work_order, at
from tests.integration.post import console_room, deliver_at
from tests.integration.test_settings_pages import SETTINGS

LANDLINE = "+376812345"
CALLING_HOURS = at(TODAY, 11)
WORDS = SPOKEN[Language.CATALAN]


@pytest.fixture
def office(client: FlaskClient, sign_in: SignIn, time_machine: Any) -> FlaskClient:
    sign_in(client, RoleName.DISPATCHER)
    time_machine.move_to(CALLING_HOURS, tick=False)
    return client


def press(client: FlaskClient, address: str, **values: str) -> str:
    with client.post(address, data=values, follow_redirects=True) as reply:
        assert reply.status_code == 200
        return reply.get_data(as_text=True).replace("&#39;", "'")


def ringing_news(write: SessionFactory) -> tuple[int, str]:
    """A booking is told to a landline: the visit, and the phone that rings."""
    with write() as session:
        customer = a_customer(session, phone=LANDLINE, name="Anna Puig")
        customer.contacts[0].prefers = Reach.CALL
        visit = a_visit(session, a_work_order(session, customer))
        (message,) = owe_booked(session, visit, NOW)
        assert message.channel == Channel.CALL
        visit_id = visit.id
    deliver_at(console_room(write), CALLING_HOURS)
    with write() as session:
        delivery = session.scalars(select(ConsoleDelivery.id)).one()
    return visit_id, f"/outbox/phones/{delivery}"


def test_news_rings_and_is_confirmed_on_the_simulated_phone(
    office: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    visit_id, phone = ringing_news(write)
    heard = press(office, f"{phone}/answer")
    assert "Li truquem de Postvenda Andorra amb un missatge per a Anna Puig" in heard
    assert "dimecres onze de març, entre les deu del matí i les dotze del migdia" in heard
    assert WORDS.notice.confirm in heard
    assert "{link}" not in heard
    assert WORDS.again in press(office, f"{phone}/wait")
    done = press(office, f"{phone}/press", digits="1")
    assert "Call: visit confirmed" in done
    assert WORDS.notice.confirmed in done
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == CALLING_HOURS
        assert session.scalars(select(Message.state)).all() == [MessageState.DELIVERED]


def test_news_nobody_takes_rings_once_more(
    office: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    _, phone = ringing_news(write)
    assert "Missed call" in press(office, f"{phone}/let-ring")
    with read() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(one.channel, one.state) for one in rows] == [
            (Channel.CALL, MessageState.UNDELIVERED),
            (Channel.CALL, MessageState.PENDING),
        ]


def test_news_nobody_takes_twice_is_told_by_hand(
    office: FlaskClient, write: SessionFactory, read: SessionFactory, time_machine: Any
) -> None:
    _, phone = ringing_news(write)
    press(office, f"{phone}/let-ring")
    with read() as session:
        again_at = session.scalars(select(Message.due_at).order_by(Message.id.desc())).first()
    assert again_at is not None
    time_machine.move_to(again_at, tick=False)
    deliver_at(console_room(write), again_at)
    with read() as session:
        newest = session.scalars(select(ConsoleDelivery.id).order_by(ConsoleDelivery.id.desc()))
        second = newest.first()
    press(office, f"/outbox/phones/{second}/let-ring")
    with read() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        assert [one.channel for one in rows] == [Channel.CALL, Channel.CALL, Channel.BY_HAND]
        assert [one.state for one in rows[:2]] == [MessageState.UNDELIVERED] * 2


def test_who_presses_two_is_a_task_of_the_office(
    office: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    _, phone = ringing_news(write)
    press(office, f"{phone}/answer")
    assert "Call: wants to be called" in press(office, f"{phone}/press", digits="2")
    with read() as session:
        assert session.scalars(select(Thread.reason)).all() == [Reason.CALL_ME]


def test_the_simulated_phone_calls_the_office(
    office: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    _, phone = ringing_news(write)
    press(office, f"{phone}/answer")
    press(office, f"{phone}/press", digits="1")
    greeted = press(office, f"{phone}/call")
    assert "Ha trucat a Postvenda Andorra" in greeted
    assert WORDS.inbound.confirmed_before in greeted
    assert "Ha trucat" in press(office, f"{phone}/call"), "still the same call"
    assert "The office answers" in press(office, f"{phone}/press", digits="0")
    assert WORDS.inbound.nobody_free in press(office, f"{phone}/find-busy")
    done = press(office, f"{phone}/say", text="Ja no fa falta.")
    assert "Call: message left" in done
    assert WORDS.inbound.kept in done
    with read() as session:
        assert session.scalars(select(InboundText.body)).all() == ["Ja no fa falta."]
        assert len(session.scalars(select(PhoneCall)).all()) == 2


def test_asking_for_another_time_brings_a_text_with_a_link(
    office: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session, a_work_order(session, a_customer(session, name="Anna Puig")))
        owe_booked(session, visit, NOW)
    deliver_at(console_room(write), CALLING_HOURS)
    with read() as session:
        phone = f"/outbox/phones/{session.scalars(select(ConsoleDelivery.id)).one()}"
    press(office, f"{phone}/call")
    assert WORDS.inbound.link_sent in press(office, f"{phone}/press", digits="2")
    deliver_at(console_room(write), CALLING_HOURS)
    with read() as session:
        newest = select(ConsoleDelivery).order_by(ConsoleDelivery.id.desc()).limit(1)
        assert "/c/" in session.scalars(newest).one().body


def test_the_telephone_is_set_up_with_its_territory(
    client: FlaskClient, sign_in: SignIn, read: SessionFactory
) -> None:
    sign_in(client, RoleName.ADMIN)
    hours = {"office_opens": "08:30", "office_closes": "14:00"}
    assert client.post("/territories/new", data={**SETTINGS, **hours}).status_code == 303
    with read() as session:
        made = session.scalars(select(Territory)).one()
        assert (made.office_opens, made.office_closes) == (time(8, 30), time(14))
        assert not made.records_calls
        address = f"/territories/{made.slug}"
    page = client.get(address).get_data(as_text=True)
    assert 'value="08:30"' in page
    client.post(address, data={**SETTINGS, **hours, "records_calls": "1"})
    with read() as session:
        assert session.scalars(select(Territory.records_calls)).one()
    wrong = client.post(address, data={**SETTINGS, **hours, "office_closes": "08:00"})
    assert wrong.status_code == 400
    assert "Change the end" in wrong.get_data(as_text=True)
