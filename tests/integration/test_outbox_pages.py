"""The office's outbox, the simulated phones and the follow-ups, as a dispatcher uses them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.models.customers import Contact
from fieldservice.models.messages import ConsoleDelivery, Message, MessageKind, MessageState
from fieldservice.models.surveys import FollowUp, SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.messages.reminders import owe_booked
from fieldservice.operations.messages.surveys_owed import owe_survey
from fieldservice.web.simulated_phone import with_address
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

pytestmark = pytest.mark.usefixtures("dispatcher")


@pytest.fixture
def dispatcher(client: FlaskClient, sign_in: SignIn) -> int:
    return sign_in(client, RoleName.DISPATCHER)


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    with client.get(address) as reply:
        assert reply.status_code == status
        return reply.get_data(as_text=True)


def press(client: FlaskClient, address: str, **values: str) -> str:
    """Send a form and read the page it leads to."""
    with client.post(address, data=values, follow_redirects=True) as reply:
        assert reply.status_code == 200
        return reply.get_data(as_text=True)


def a_waiting_text(write: SessionFactory, name: str = "Anna Puig", **changes: Any) -> int:
    with write() as session:
        territory = session.scalar(select(Territory)) or a_territory(session)
        visit = a_visit(session, a_work_order(session, a_customer(session, territory, name=name)))
        (message,) = owe_booked(session, visit, NOW)
        for field, value in changes.items():
            setattr(message, field, value)
        return message.id


def an_owed_call(write: SessionFactory) -> int:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED, day=TODAY)
        (call,) = owe_survey(session, visit, NOW)
        return call.id


def delivery_of(write: SessionFactory) -> int:
    with write() as session:
        newest = select(ConsoleDelivery.id).order_by(ConsoleDelivery.id.desc()).limit(1)
        return session.scalars(newest).one()


def test_an_empty_outbox_says_what_fills_it(client: FlaskClient, write: SessionFactory) -> None:
    with write() as session:
        a_territory(session)
    assert "Nothing waits" in page(client, "/outbox")


def test_a_waiting_message_is_handed_over_by_night_and_read_on_the_phone(
    client: FlaskClient, write: SessionFactory, time_machine: Any
) -> None:
    message_id = a_waiting_text(write)
    time_machine.move_to(at(TODAY, 23), tick=False)
    asked = press(client, f"/outbox/{message_id}/hand-over")
    assert "It is 23:00 where Anna Puig lives." in asked
    with write() as session:
        assert session.get_one(Message, message_id).state == MessageState.PENDING
    text = press(client, f"/outbox/{message_id}/hand-over", by_night="1")
    assert "Anna Puig: té visita de Postvenda Andorra" in text
    assert re.search(r'<a href="http://[^"]+/c/[\w-]{22}">', text)


def test_handing_over_what_has_gone_says_so(client: FlaskClient, write: SessionFactory) -> None:
    message_id = a_waiting_text(write)
    press(client, f"/outbox/{message_id}/hand-over")
    with client.post(f"/outbox/{message_id}/hand-over") as reply:
        assert reply.status_code == 409
        assert "waits no more" in reply.get_data(as_text=True)


def test_what_the_last_look_stopped_is_shown_with_its_reason(
    client: FlaskClient, write: SessionFactory
) -> None:
    message_id = a_waiting_text(write)
    with write() as session:
        message = session.get_one(Message, message_id)
        assert message.visit
        message.visit.version += 1
    assert "the visit was changed since" in press(client, f"/outbox/{message_id}/hand-over")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=anna", True),
        ("q=ANNA+puíg", True),
        ("q=nobody", False),
        ("q=WO-", True),
        ("q=376", False),
        ("kind=booked", True),
        ("kind=changed", False),
        ("kind=nonsense", True),
        ("day=2026-03-10", True),
        ("day=2026-03-11", False),
        ("day=soon", True),
        ("box=gone", False),
        ("box=all&state=pending", True),
        ("box=all&state=sent", False),
        ("page=99", True),
        ("page=x", True),
    ],
)
def test_messages_are_found_by_what_is_known_of_them(
    client: FlaskClient, write: SessionFactory, asked: str, found: bool
) -> None:
    a_waiting_text(write)
    assert ("Anna Puig" in page(client, f"/outbox?{asked}")) is found


def test_a_number_in_any_writing_finds_its_messages(
    client: FlaskClient, write: SessionFactory
) -> None:
    with write() as session:
        message = session.get_one(Message, a_waiting_text_in(session))
        message.to_address = "+376345678"
    assert "Joan Pla" in page(client, "/outbox?q=345+678")


def a_waiting_text_in(session: Any) -> int:
    territory = a_territory(session)
    visit = a_visit(session, a_work_order(session, a_customer(session, territory, name="Joan Pla")))
    return owe_booked(session, visit, NOW)[0].id


def test_a_long_list_has_pages(client: FlaskClient, write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        for _ in range(51):
            a_message(session, visit)
    assert "page 1 of 2" in page(client, "/outbox")
    assert "page 2 of 2" in page(client, "/outbox?page=2")


def test_other_territories_messages_are_not_shown(
    client: FlaskClient, write: SessionFactory
) -> None:
    with write() as session:
        a_territory(session, name="First")
    with write() as session:
        other = a_territory(session, name="Second")
        customer = a_customer(session, other, name="Far Away")
        a_message(session, a_visit(session, a_work_order(session, customer)))
    assert "Far Away" not in page(client, "/outbox?box=all")


def test_a_message_nobody_can_vouch_for_is_settled_or_sent_again(
    client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    kept = {"kind": MessageKind.CHANGED, "state": MessageState.NEEDS_HUMAN}
    first, second = a_waiting_text(write, **kept), a_waiting_text(write, "Pere Mas", **kept)
    assert "It may have arrived, or not" in page(client, f"/outbox?box=needs_human&message={first}")
    assert "Noted" in press(client, f"/outbox/{first}/settle")
    assert "sent again" in press(client, f"/outbox/{second}/send-again")
    with client.post(f"/outbox/{second}/send-again") as reply:
        assert reply.status_code == 409
    assert "Nothing to decide" in page(client, "/outbox?box=needs_human")
    with read() as session:
        again = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        assert (again.state, again.visit_id) == (
            MessageState.PENDING,
            session.get_one(Message, second).visit_id,
        )
    press(client, f"/outbox/{again.id}/hand-over")
    with read() as session:
        assert session.get_one(Message, again.id).state == MessageState.SENT


def test_what_is_no_longer_true_is_not_sent_again(
    client: FlaskClient, write: SessionFactory
) -> None:
    late = a_waiting_text(
        write, state=MessageState.NEEDS_HUMAN, not_after=NOW - timedelta(minutes=1)
    )
    with client.post(f"/outbox/{late}/send-again") as reply:
        assert reply.status_code == 400
        assert "Call the customer instead" in reply.get_data(as_text=True)


def test_news_that_failed_needs_somebody_and_rings_the_bell(
    client: FlaskClient, write: SessionFactory
) -> None:
    a_waiting_text(write, state=MessageState.FAILED, ended_because="not a mobile number")
    text = page(client, "/outbox?box=needs_human")
    assert "not a mobile number" in text
    assert "1 needs you" in text or "2 need you" in text


def test_a_territory_is_silenced_and_speaks_again(
    client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    message_id = a_waiting_text(write)
    text = press(client, "/outbox/silence")
    assert "1 message waits" in text
    assert "1 of them fell due meanwhile" in text
    with client.post(f"/outbox/{message_id}/hand-over") as reply:
        assert reply.status_code == 400
    assert "Messages leave again" in press(client, "/outbox/speak", backlog="drop")
    with read() as session:
        assert session.get_one(Message, message_id).state == MessageState.VOID


def test_a_call_is_answered_on_the_phone_down_to_the_follow_up(
    client: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    call = an_owed_call(write)
    assert "Incoming call" in press(client, f"/outbox/{call}/hand-over", by_night="1")
    phone = f"/outbox/phones/{delivery_of(write)}"
    assert "ha satisfet la nostra visita?" in press(client, f"{phone}/answer")
    assert "entès" in press(client, f"{phone}/press", digits="9")
    assert "explicar res més" in press(client, f"{phone}/press", digits="2")
    done = press(client, f"{phone}/say", text="Encara perd aigua.")
    assert "Call: score 2 of 5" in done
    assert "Li trucarem" in done
    assert "Encara perd aigua." in page(client, "/follow-ups")
    with read() as session:
        assert session.scalars(select(SurveyResponse.score)).all() == [2]


def test_a_phone_is_found_by_its_owner_or_number(
    client: FlaskClient, write: SessionFactory
) -> None:
    press(client, f"/outbox/{an_owed_call(write)}/hand-over", by_night="1")
    with write() as session:
        contact = session.scalars(select(Contact)).one()
        contact.name, number = "Montserrat Riba", contact.phone or ""
    for words in ("riba", number[-5:], f"{number[:4]} {number[4:]}", "Montserrat"):
        assert "Montserrat Riba" in page(client, f"/outbox/phones?q={quote(words)}")
    nobody = page(client, "/outbox/phones?q=100%25")
    assert "No phone matches" in nobody
    assert "Montserrat Riba" not in nobody


def test_a_call_left_ringing_is_a_missed_call(client: FlaskClient, write: SessionFactory) -> None:
    press(client, f"/outbox/{an_owed_call(write)}/hand-over", by_night="1")
    phone = f"/outbox/phones/{delivery_of(write)}"
    assert "Missed call" in press(client, f"{phone}/let-ring")
    assert "Satisfaction call" in page(client, "/outbox")


def test_hanging_up_ends_the_call(client: FlaskClient, write: SessionFactory) -> None:
    press(client, f"/outbox/{an_owed_call(write)}/hand-over", by_night="1")
    phone = f"/outbox/phones/{delivery_of(write)}"
    press(client, f"{phone}/answer")
    assert "Call without a score" in press(client, f"{phone}/hang-up")


def test_a_phone_does_nothing_unheard_of(client: FlaskClient, write: SessionFactory) -> None:
    press(client, f"/outbox/{a_waiting_text(write)}/hand-over")
    phone = f"/outbox/phones/{delivery_of(write)}"
    for deed, status in (("explode", 404), ("answer", 404)):
        with client.post(f"{phone}/{deed}") as reply:
            assert reply.status_code == status
    page(client, "/outbox/phones/999", 404)


def test_phones_are_listed_with_their_owners(client: FlaskClient, write: SessionFactory) -> None:
    message_id = a_waiting_text(write)
    assert "No phone has got anything yet" in page(client, "/outbox/phones")
    press(client, f"/outbox/{message_id}/hand-over")
    assert "Anna Puig" in page(client, "/outbox/phones")


def test_a_follow_up_is_closed_with_its_outcome(
    client: FlaskClient, write: SessionFactory, dispatcher: int, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.NO_ACCESS)
        session.add(FollowUp(visit_id=visit.id, reason="no_access", note="Nobody", opened_at=NOW))
    assert "No access" in page(client, "/follow-ups")
    with client.post("/follow-ups/1/close", data={"outcome": ""}) as reply:
        assert reply.status_code == 400
        assert "The outcome is empty" in reply.get_data(as_text=True)
    text = press(client, "/follow-ups/1/close", outcome="Called; new visit on Friday.")
    assert "Nothing to follow up" in text
    assert "new visit on Friday" in page(client, "/follow-ups?closed=1")
    with read() as session:
        assert session.scalars(select(FollowUp.closed_by_id)).one() == dispatcher


def test_an_address_at_the_start_of_a_letters_line_can_be_opened() -> None:
    letter = "See it here:\nhttps://visits.example/c/abc\n<Goodbye>"
    assert with_address(letter, "https://visits.example") == (
        'See it here:\n<a href="https://visits.example/c/abc">https://visits.example/c/abc</a>'
        "\n&lt;Goodbye&gt;"
    )
