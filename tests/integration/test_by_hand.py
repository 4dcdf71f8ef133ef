"""Who is told by a person: after calls in vain, because they asked, by letter where time allows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Conflict
from fieldservice.models.audit import AuditEntry
from fieldservice.models.customers import Channel, Contact, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.attention import attention
from fieldservice.operations.messages.by_hand import failed_call
from fieldservice.operations.messages.hand_list import Why, comes_in_time, hand_list
from fieldservice.operations.messages.owing import known_window, told_window
from fieldservice.operations.messages.reminders import (
    owe_booked,
    owe_changed,
    owe_reminders,
    void_unsent,
)
from fieldservice.operations.messages.telling import not_reached, posted, told
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, TOMORROW, a_customer, a_visit, a_work_order, at

LANDLINE = "+376812345"


def a_visit_of(session: Session, **facts: object) -> tuple[Visit, Contact]:
    """A visit tomorrow at ten of somebody with these facts."""
    customer = a_customer(session, language=Language.SPANISH)
    contact = customer.contacts[0]
    for name, value in facts.items():
        setattr(contact, name, value)
    session.flush()
    return a_visit(session, a_work_order(session, customer)), contact


def a_territory_of(session: Session, visit: Visit) -> Territory:
    return session.get_one(Territory, visit.territory_id)


def not_answered(session: Session, call: Message, now: datetime) -> Message | None:
    """The telephone rang in vain."""
    call.state, call.sent_at = MessageState.UNDELIVERED, now
    session.flush()
    return failed_call(session, call, now)


def test_a_landline_is_rung_and_never_texted(write: SessionFactory) -> None:
    with write() as session:
        visit, _ = a_visit_of(session, phone=LANDLINE)
        (call,) = owe_booked(session, visit, NOW)
        assert (call.channel, call.to_address) == (Channel.CALL, LANDLINE)
        assert "{link}" not in call.body
        assert call.due_at == at(TODAY, 10)


def test_after_two_calls_in_vain_a_person_tells_it(write: SessionFactory) -> None:
    with write() as session:
        visit, contact = a_visit_of(session, phone=LANDLINE)
        (first,) = owe_booked(session, visit, NOW)
        second = not_answered(session, first, at(TODAY, 10))
        assert second
        assert (second.channel, second.due_at) == (Channel.CALL, at(TODAY, 12))
        assert known_window(session, visit, contact, None) is None
        by_hand = not_answered(session, second, at(TODAY, 12))
        assert by_hand
        assert (by_hand.channel, by_hand.due_at) == (Channel.BY_HAND, at(TODAY, 12))
        (line,) = hand_list(session, a_territory_of(session, visit), at(TODAY, 12))
        assert (line.why, line.message_id) == (Why.NOT_ANSWERED, by_hand.id)
        assert first.settled_at
        assert second.settled_at


def test_a_number_that_cannot_be_called_is_not_tried_twice(write: SessionFactory) -> None:
    with write() as session:
        visit, _ = a_visit_of(session, phone=LANDLINE)
        (call,) = owe_booked(session, visit, NOW)
        call.state = MessageState.FAILED
        by_hand = failed_call(session, call, NOW, for_good=True)
        assert by_hand
        assert by_hand.channel == Channel.BY_HAND


def test_a_call_about_a_visit_that_was_moved_meanwhile_leaves_nothing(
    write: SessionFactory,
) -> None:
    with write() as session:
        visit, _ = a_visit_of(session, phone=LANDLINE)
        (call,) = owe_booked(session, visit, NOW)
        visit.version += 1
        assert not_answered(session, call, at(TODAY, 10)) is None


def test_who_asked_for_a_person_stands_on_the_list_at_once(write: SessionFactory) -> None:
    with write() as session:
        visit, _ = a_visit_of(session, prefers=Reach.BY_HAND)
        (by_hand,) = owe_booked(session, visit, NOW)
        (reminder,) = owe_reminders(session, visit, NOW)
        assert {by_hand.channel, reminder.channel} == {Channel.BY_HAND}
        assert reminder.kind == MessageKind.REMINDER_DAY
        lines = hand_list(session, a_territory_of(session, visit), NOW)
        assert [(one.kind, one.why) for one in lines] == [
            (MessageKind.BOOKED, Why.ASKED),
            (MessageKind.REMINDER_DAY, Why.ASKED),
        ]
        assert "martes" not in lines[0].words
        assert "miércoles" in lines[0].words


def test_a_tick_means_that_the_customer_knows_the_window(write: SessionFactory) -> None:
    with write() as session:
        visit, contact = a_visit_of(session, prefers=Reach.BY_HAND)
        (by_hand,) = owe_booked(session, visit, NOW)
        assert known_window(session, visit, contact, None) is None
        told(session, by_hand.id, NOW, None)
        assert by_hand.state == MessageState.DELIVERED
        assert known_window(session, visit, contact, None) == told_window(visit)
        assert hand_list(session, a_territory_of(session, visit), NOW) == []
        with pytest.raises(Conflict):
            told(session, by_hand.id, NOW, None)
        deeds = session.scalars(select(AuditEntry.action)).all()
        assert deeds.count("message.told") == 1


def test_a_visit_moved_before_anybody_told_it_asks_to_tell_the_new_time_alone(
    write: SessionFactory,
) -> None:
    with write() as session:
        visit, contact = a_visit_of(session, prefers=Reach.BY_HAND)
        (first,) = owe_booked(session, visit, NOW)
        before = (at(TOMORROW, 10), at(TOMORROW, 12))
        visit.told_from, visit.told_until = at(TOMORROW, 15), at(TOMORROW, 17)
        visit.version += 1
        void_unsent(session, visit, NOW, "moved")
        (second,) = owe_changed(session, visit, NOW, before)
        assert second.kind == MessageKind.BOOKED
        with pytest.raises(Conflict):
            told(session, first.id, NOW, None)
        told(session, second.id, NOW, None)
        assert known_window(session, visit, contact, None) == told_window(visit)


def test_who_was_not_reached_waits_below_the_others_for_an_hour(write: SessionFactory) -> None:
    with write() as session:
        visit, contact = a_visit_of(session, prefers=Reach.BY_HAND)
        (first,) = owe_booked(session, visit, NOW)
        other = a_visit(
            session,
            a_work_order(session, contact.customer),
            told_from=at(TOMORROW, 15),
            told_until=at(TOMORROW, 17),
        )
        (second,) = owe_booked(session, other, NOW)
        territory = a_territory_of(session, visit)
        ids = [one.message_id for one in hand_list(session, territory, NOW)]
        assert ids == [first.id, second.id]
        not_reached(session, first.id, NOW, None)
        lines = hand_list(session, territory, NOW)
        assert [(one.message_id, one.tries) for one in lines] == [(second.id, 0), (first.id, 1)]
        later = hand_list(session, territory, NOW + timedelta(hours=1))
        assert [one.message_id for one in later] == [first.id, second.id]


def test_a_change_that_no_polite_call_could_tell_in_time_is_told_by_a_person(
    write: SessionFactory,
) -> None:
    with write() as session:
        visit, _ = a_visit_of(session, phone=LANDLINE)
        monday = date(2026, 3, 16)
        visit.told_from, visit.told_until = at(monday, 9), at(monday, 11)
        visit.version += 1
        saturday_night = at(date(2026, 3, 14), 20, 30)
        (message,) = owe_changed(session, visit, saturday_night, (at(monday, 15), at(monday, 17)))
        assert message.channel == Channel.BY_HAND


@pytest.mark.parametrize(
    ("day", "in_time"),
    [
        (date(2026, 3, 16), False),
        (date(2026, 3, 17), True),
        (date(2026, 4, 20), True),
    ],
)
def test_a_letter_needs_four_working_days(write: SessionFactory, day: date, in_time: bool) -> None:
    with write() as session:
        visit, _ = a_visit_of(session)
        assert comes_in_time(at(day, 10), a_territory_of(session, visit), NOW) is in_time


def test_posted_letters_count_as_told(write: SessionFactory) -> None:
    with write() as session:
        visit, contact = a_visit_of(session, prefers=Reach.BY_HAND)
        (message,) = owe_booked(session, visit, NOW)
        assert posted(session, [message.id], NOW, None) == 1
        assert message.state == MessageState.SENT
        assert known_window(session, visit, contact, None) == told_window(visit)


def test_the_office_reads_the_list_tells_and_prints(
    client: FlaskClient, write: SessionFactory, read: SessionFactory, sign_in: SignIn
) -> None:
    now = clock.now()
    with write() as session:
        visit, contact = a_visit_of(session, prefers=Reach.BY_HAND, name="Carme Solà")
        visit.told_from, visit.told_until = now + timedelta(days=20), now + timedelta(days=20.1)
        (first,) = owe_booked(session, visit, now)
        waiting = attention(session, a_territory_of(session, visit), now)
        assert waiting.by_hand == 1
        assert waiting.unassigned == 1
        visit.told_from = visit.told_until = None
        session.flush()
        unpromised = attention(session, a_territory_of(session, visit), now)
        assert unpromised.unassigned == 0, "nobody was promised this one"
        visit.told_from, visit.told_until = now + timedelta(days=20), now + timedelta(days=20.1)
        number = contact.phone or ""
        first_id = first.id
    sign_in(client, RoleName.DISPATCHER)
    page = client.get("/by-hand").text
    assert "Carme Solà" in page
    assert f"tel:{number}" in page
    assert "Le visitaremos" in page
    assert "Customers to tell by hand" in client.get("/attention").text
    assert "☐" in client.get("/by-hand/sheet").text
    letters = client.get("/by-hand/letters").text
    assert "Su visita" in letters
    assert "Buenos días, Carme Solà:" in letters
    assert client.post(f"/by-hand/{first_id}/not-reached").status_code == 303
    assert client.post("/by-hand/posted", data={"message": str(first_id)}).status_code == 303
    with read() as session:
        assert session.get_one(Message, first_id).state == MessageState.SENT
    assert client.post(f"/by-hand/{first_id}/told").status_code == 409
    assert "Nobody waits for a call" in client.get("/by-hand").text
