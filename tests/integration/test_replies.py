"""Customers' texts: what is plain is done, once; what is not waits for the office."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.config import Settings
from fieldservice.jobs import callbacks
from fieldservice.models.audit import AuditEntry
from fieldservice.models.callbacks import Callback
from fieldservice.models.conversations import InboundText, Meaning, NumberOptOut, Reason, Thread
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.customers.records import record_consent
from fieldservice.operations.messages.recheck import objection_to
from fieldservice.operations.messages.recipients import usual_way, way_to
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_message,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.twilio_line import TWILIO, Line, a_sid

PHONE = "+376312345"
JUST_NOW = {"sent_at": NOW - timedelta(minutes=5)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=TWILIO)


@pytest.fixture
def line(app: Flask, client: FlaskClient) -> Line:
    return Line(app, client)


Reminded = Callable[..., int]
Changes = dict[str, Any]


@pytest.fixture
def reminded(write: SessionFactory) -> Reminded:
    """A customer who was reminded of a visit by text an hour ago; the visit's id."""

    def remind(
        phone: str = PHONE,
        *,
        customer_id: int | None = None,
        who: Changes | None = None,
        message: Changes | None = None,
        **visit: Any,
    ) -> int:
        with write() as session:
            territory = session.scalar(select(Territory)) or a_territory(session)
            named = {"phone": phone, "language": Language.ENGLISH, **(who or {})}
            known = session.get(Customer, customer_id or 0)
            customer = known or a_customer(session, territory, **named)
            made = a_visit(session, a_work_order(session, customer), **visit)
            a_message(session, made, **{**_sent(made), **(message or {})})
            return made.id

    return remind


def _sent(visit: Visit) -> Changes:
    return {
        "kind": MessageKind.REMINDER_DAY,
        "state": MessageState.DELIVERED,
        "sent_at": NOW - timedelta(hours=1),
        "due_at": NOW - timedelta(hours=1),
        "tells_from": visit.told_from,
        "tells_until": visit.told_until,
    }


def confirmed(read: SessionFactory) -> list[int]:
    with read() as session:
        return list(
            session.scalars(
                select(Visit.id).where(Visit.confirmed_at.is_not(None)).order_by(Visit.id)
            )
        )


def answers(read: SessionFactory, phone: str = PHONE) -> list[str]:
    with read() as session:
        return list(
            session.scalars(
                select(Message.body)
                .where(
                    Message.kind == MessageKind.ANSWER,
                    Message.to_address == phone,
                    Message.state == MessageState.PENDING,
                )
                .order_by(Message.id)
            )
        )


def waiting(read: SessionFactory) -> list[Reason | None]:
    with read() as session:
        rows = select(Thread.reason).where(Thread.waiting_since.is_not(None)).order_by(Thread.id)
        return list(session.scalars(rows))


@pytest.mark.parametrize("words", ["1", "OK", " ok 👍", "1️⃣", "Sí, gracias!", "D’ACORD", "Igen"])
def test_a_plain_yes_confirms_the_visit_and_says_so(
    line: Line, reminded: Reminded, read: SessionFactory, words: str
) -> None:
    visit_id = reminded()
    line.writes(PHONE, words)
    assert confirmed(read) == [visit_id]
    assert len(answers(read)) == 1
    assert "confirmed" in answers(read)[0]
    assert waiting(read) == []


@pytest.mark.parametrize(
    ("language", "word"),
    [
        (Language.ENGLISH, "confirmed"),
        (Language.SPANISH, "confirmada"),
        (Language.CATALAN, "confirmada"),
        (Language.HUNGARIAN, "rögzítve"),
    ],
)
def test_the_answer_is_in_the_customers_language(
    line: Line, reminded: Reminded, read: SessionFactory, language: Language, word: str
) -> None:
    reminded(who={"language": language})
    line.writes(PHONE, "1")
    assert word in answers(read)[0]


@pytest.mark.parametrize("words", ["2", "2 CANVIAR", "cambiar", "Módosítás", "reschedule please"])
def test_two_or_the_word_for_it_leads_to_other_times(
    line: Line, reminded: Reminded, read: SessionFactory, words: str
) -> None:
    visit_id = reminded()
    line.writes(PHONE, words)
    assert confirmed(read) == []
    assert "{link}" in answers(read)[0]
    with read() as session:
        answer = session.scalars(select(Message).where(Message.kind == MessageKind.ANSWER)).one()
        assert answer.visit_id == visit_id
        assert objection_to(session, answer, NOW) is None


def test_who_confirmed_and_then_asks_for_another_time_is_not_confirmed_any_more(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    visit_id = reminded()
    line.writes(PHONE, "1")
    line.writes(PHONE, "2")
    assert confirmed(read) == []
    line.writes(PHONE, "1")
    assert confirmed(read) == [visit_id]


def test_the_same_text_told_five_times_is_one_text(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded()
    sid = a_sid()
    for _ in range(5):
        line.writes(PHONE, "1", sid=sid)
    assert len(answers(read)) == 1
    with read() as session:
        assert session.scalar(select(func.count()).select_from(InboundText)) == 1


def test_two_yeses_at_once_confirm_once_and_are_answered_once(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    visit_id = reminded()
    line.tells("/twilio/inbound/sms", _text("1"))
    line.tells("/twilio/inbound/sms", _text("OK"))
    assert line.beat() == 2
    assert confirmed(read) == [visit_id]
    assert len(answers(read)) == 1
    with read() as session:
        deeds = select(func.count()).where(AuditEntry.action == "visit.confirmed")
        assert session.scalar(deeds.select_from(AuditEntry)) == 1


def test_two_clocks_at_once_confirm_once(
    app: Flask, line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    visit_id = reminded()
    for _ in range(6):
        line.tells("/twilio/inbound/sms", _text("1"))
    clocks = [threading.Thread(target=callbacks.beat, args=(app,)) for _ in range(3)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert line.beat() == 0
    assert confirmed(read) == [visit_id]
    assert len(answers(read)) == 1
    with read() as session:
        deeds = select(func.count()).where(AuditEntry.action == "visit.confirmed")
        assert session.scalar(deeds.select_from(AuditEntry)) == 1
        assert session.scalar(select(func.count()).select_from(Thread)) == 1
        assert session.scalar(select(func.count()).select_from(InboundText)) == 6


def _text(body: str) -> dict[str, str]:
    return {"MessageSid": a_sid(), "From": PHONE, "To": "+376600100", "Body": body}


@pytest.mark.parametrize(
    "words", ["1 or 2?", "12", "ok but later", "no", "1?", "👎 ok", "", "Is it today?", "١"]
)
def test_what_is_not_plain_waits_for_the_office(
    line: Line, reminded: Reminded, read: SessionFactory, words: str
) -> None:
    visit_id = reminded()
    line.writes(PHONE, words)
    assert confirmed(read) == []
    assert answers(read) == []
    assert waiting(read) == [Reason.WROTE]
    with read() as session:
        assert session.scalars(select(Thread)).one().visit_id == visit_id


def test_thanks_trouble_nobody(line: Line, reminded: Reminded, read: SessionFactory) -> None:
    reminded()
    line.writes(PHONE, "Moltes gràcies!")
    assert (answers(read), waiting(read), confirmed(read)) == ([], [], [])


def test_a_yes_after_the_visit_confirms_nothing_and_reaches_the_office(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded(day=TODAY, told=(6, 7))
    line.writes(PHONE, "1")
    assert confirmed(read) == []
    assert waiting(read) == [Reason.TOO_LATE]
    assert len(answers(read)) == 1


def test_ok_to_on_my_way_is_heard_and_troubles_nobody(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded(
        state=VisitState.EN_ROUTE,
        day=TODAY,
        told=(8, 10),
        message={"kind": MessageKind.ON_MY_WAY, "tells_from": None, "tells_until": None},
    )
    line.writes(PHONE, "ok")
    assert (answers(read), waiting(read), confirmed(read)) == ([], [], [])


@pytest.mark.parametrize("words", ["ok", "1", "2"])
@pytest.mark.parametrize("kind", [MessageKind.ON_MY_WAY, MessageKind.SURVEY_TEXT])
def test_an_answer_to_todays_news_says_nothing_of_another_visit(
    line: Line, reminded: Reminded, read: SessionFactory, words: str, kind: MessageKind
) -> None:
    first = reminded(day=TODAY, told=(8, 10), state=VisitState.EN_ROUTE)
    with read() as session:
        customer_id = session.get_one(Visit, first).work_order.customer_id
    reminded(customer_id=customer_id)
    news = {"kind": kind, "tells_from": None, "tells_until": None, **JUST_NOW}
    reminded(customer_id=customer_id, day=TODAY, state=VisitState.EN_ROUTE, message=news)
    line.writes(PHONE, words)
    assert confirmed(read) == []
    assert all("{link}" not in answer for answer in answers(read))


def test_a_late_yes_to_todays_reminder_confirms_no_later_visit(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    over = reminded(day=TODAY, told=(6, 7))
    with read() as session:
        customer_id = session.get_one(Visit, over).work_order.customer_id
    long_ago = {"sent_at": NOW - timedelta(days=3), "due_at": NOW - timedelta(days=3)}
    reminded(customer_id=customer_id, message=long_ago)
    line.writes(PHONE, "1")
    assert confirmed(read) == []
    assert waiting(read) == [Reason.TOO_LATE]


def test_an_old_window_is_not_confirmed(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory
) -> None:
    visit_id = reminded()
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        visit.told_from, visit.told_until = at(TODAY, 15), at(TODAY, 17)
        visit.version += 1
    line.writes(PHONE, "1")
    assert confirmed(read) == []


Moves = Callable[..., None]


@pytest.fixture
def moves(write: SessionFactory) -> Moves:
    """The office moves a visit to 15-17; its text, where it has left, left at that moment."""

    def move(visit_id: int, sent_at: datetime | None) -> None:
        with write() as session:
            visit = session.get_one(Visit, visit_id)
            visit.told_from, visit.told_until = at(TOMORROW, 15), at(TOMORROW, 17)
            session.flush()
            if sent_at is not None:
                news = {**_sent(visit), "kind": MessageKind.CHANGED, "sent_at": sent_at}
                a_message(session, visit, **news)

    return move


@pytest.mark.parametrize("told_meanwhile", [True, False])
@pytest.mark.parametrize("language", list(Language))
def test_a_yes_to_the_old_time_does_not_confirm_the_new_one_but_asks_for_it(
    line: Line,
    reminded: Reminded,
    read: SessionFactory,
    write: SessionFactory,
    moves: Moves,
    time_machine: Any,
    language: Language,
    told_meanwhile: bool,
) -> None:
    visit_id = reminded(who={"language": language})
    line.tells("/twilio/inbound/sms", _text("1"))
    moves(visit_id, NOW + timedelta(seconds=2) if told_meanwhile else None)
    time_machine.move_to(NOW + timedelta(seconds=9), tick=False)
    line.beat()
    assert confirmed(read) == []
    assert "15-17" in answers(read)[0]
    assert waiting(read) == []
    with write() as session:
        asked = session.scalars(select(Message).where(Message.kind == MessageKind.ANSWER)).one()
        asked.state, asked.sent_at = MessageState.SENT, NOW + timedelta(seconds=12)
    time_machine.move_to(NOW + timedelta(seconds=30), tick=False)
    line.writes(PHONE, "1")
    assert confirmed(read) == [visit_id]


def test_a_yes_after_the_text_of_the_change_confirms_the_new_time(
    line: Line, reminded: Reminded, read: SessionFactory, moves: Moves
) -> None:
    visit_id = reminded()
    moves(visit_id, NOW - timedelta(seconds=2))
    line.writes(PHONE, "1")
    assert confirmed(read) == [visit_id]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_text_waits_for_the_one_before_it_that_another_clock_has_in_hand(
    line: Line, reminded: Reminded, write: SessionFactory, read: SessionFactory
) -> None:
    reminded()
    for words in ("1", "2"):
        line.tells("/twilio/inbound/sms", _text(words))
    with write() as session:
        first = select(Callback).order_by(Callback.id).limit(1).with_for_update()
        assert session.scalar(first)
        assert _act(line) == 0
    line.beat()
    assert confirmed(read) == []
    assert len(answers(read)) == 2


def _act(line: Line) -> int:
    """The other clock's beat, in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(line.beat).result()


def test_a_yes_that_overtakes_the_providers_answer_is_taken_for_that_text(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    late = {
        "sent_at": NOW + timedelta(seconds=8),
        "attempts": [Attempt(token="slow", started_at=NOW - timedelta(seconds=1))],
    }
    visit_id = reminded(message=late)
    line.writes(PHONE, "1")
    assert confirmed(read) == [visit_id]


def test_a_yes_while_the_text_of_the_change_leaves_is_asked_for_anew(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory, moves: Moves
) -> None:
    visit_id = reminded()
    moves(visit_id, NOW + timedelta(seconds=8))
    with write() as session:
        news = session.scalars(select(Message).where(Message.kind == MessageKind.CHANGED)).one()
        news.attempts = [Attempt(token="slow", started_at=NOW - timedelta(seconds=1))]
    line.writes(PHONE, "1")
    assert confirmed(read) == []
    assert "15-17" in answers(read)[0]


def test_a_letter_confirms_only_the_time_its_question_said(
    line: Line, reminded: Reminded, read: SessionFactory, moves: Moves, time_machine: Any
) -> None:
    first = reminded()
    second = reminded(told=(12, 14), message=JUST_NOW)
    line.writes(PHONE, "1")
    moves(second, NOW + timedelta(minutes=1))
    time_machine.move_to(NOW + timedelta(minutes=2), tick=False)
    line.writes(PHONE, "ALL")
    assert confirmed(read) == []
    assert "15-17" in answers(read)[-1]
    line.writes(PHONE, "1")
    line.writes(PHONE, "ALL")
    assert confirmed(read) == [first, second]


def test_two_visits_of_two_orders_ask_which_and_a_letter_answers(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    first = reminded()
    with read() as session:
        customer_id = session.get_one(Visit, first).work_order.customer_id
    second = reminded(customer_id=customer_id, told=(15, 17), message=JUST_NOW)
    line.writes(PHONE, "1")
    assert confirmed(read) == []
    question = answers(read)[0]
    assert "A: " in question
    assert "15-17" in question.split("B: ")[0]
    line.writes(PHONE, "1")
    assert confirmed(read) == []
    line.writes(PHONE, "b")
    assert confirmed(read) == [first]
    line.writes(PHONE, "1")
    assert confirmed(read) == [first, second]


def test_all_confirms_all_that_was_asked_about(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    visits = [reminded(), reminded(told=(15, 17))]
    line.writes(PHONE, "OK")
    line.writes(PHONE, "A y B")
    assert confirmed(read) == visits


def test_a_shared_number_moves_the_visit_of_whoever_is_named(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded(who={"name": "Joan"})
    second = reminded(who={"name": "Maria"}, told=(15, 17), message=JUST_NOW)
    line.writes(PHONE, "2")
    assert "{link}" not in answers(read)[0]
    line.writes(PHONE, "A")
    with read() as session:
        newest = select(Message).where(Message.kind == MessageKind.ANSWER)
        answer = session.scalars(newest.order_by(Message.id.desc())).first()
        assert answer is not None
        assert (answer.visit_id, "{link}" in answer.body) == (second, True)


def test_a_reply_to_the_offices_own_words_goes_to_the_office(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory
) -> None:
    visit_id = reminded()
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        values = {"visit_id": None, "visit_version": None, "sent_at": NOW, "due_at": NOW}
        a_message(session, visit, kind=MessageKind.REPLY, state=MessageState.DELIVERED, **values)
    line.writes(PHONE, "ok")
    assert confirmed(read) == []
    assert waiting(read) == [Reason.WROTE]


@pytest.mark.parametrize("word", ["STOP", "cancel", "Unsubscribe.", "END"])
def test_stop_ends_texts_at_once_and_the_office_hears_of_the_visit(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory, word: str
) -> None:
    visit_id = reminded()
    with write() as session:
        due = a_message(session, session.get_one(Visit, visit_id)).id
    line.writes(PHONE, word)
    with read() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert not contact.consents_to(Channel.SMS)
        assert session.get_one(Message, due).state == MessageState.VOID
        assert session.scalars(select(NumberOptOut)).one().phone == PHONE
        thread = session.scalars(select(Thread)).one()
        assert (thread.reason, thread.visit_id) == (Reason.OPTED_OUT, visit_id)
    assert answers(read) == []
    line.writes(PHONE, "START")
    with read() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert contact.consents_to(Channel.SMS)
        assert session.scalar(select(NumberOptOut)) is None


def test_who_says_stop_is_not_called_by_the_machine_either(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory
) -> None:
    visit_id = reminded()
    owed = {"kind": MessageKind.SURVEY_CALL, "channel": Channel.CALL}
    with write() as session:
        due = a_message(session, session.get_one(Visit, visit_id), **owed).id
    line.writes(PHONE, "STOP")
    with read() as session:
        assert session.get_one(Message, due).state == MessageState.VOID
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert way_to(contact, MessageKind.SURVEY_CALL) is None
        assert way_to(contact, MessageKind.CHANGED) == Channel.CALL


@pytest.mark.parametrize("word", ["BAJA", "baixa", "Leiratkozom!", "ATURAR"])
def test_a_local_word_for_stop_is_confirmed_once(
    line: Line, reminded: Reminded, read: SessionFactory, word: str
) -> None:
    reminded()
    line.writes(PHONE, word)
    assert len(answers(read)) == 1
    with read() as session:
        answer = session.scalars(select(Message).where(Message.kind == MessageKind.ANSWER)).one()
        assert objection_to(session, answer, NOW) is None
        reply = Message(kind=MessageKind.REPLY, to_address=PHONE, channel=Channel.SMS)
        reply.territory_id, reply.not_after = answer.territory_id, NOW + timedelta(hours=1)
        objection = objection_to(session, reply, NOW)
        assert objection is not None
        assert objection.state == MessageState.VOID


def test_stop_on_a_shared_number_asks_for_whom(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded(who={"name": "Joan"})
    reminded(who={"name": "Maria"}, told=(15, 17))
    line.writes(PHONE, "BAJA")
    assert "A: Joan; B: Maria" in answers(read)[0]
    with read() as session:
        people = session.scalars(select(Contact).where(Contact.phone == PHONE)).all()
        assert [one.consents_to(Channel.SMS) for one in people] == [False, False]
    line.writes(PHONE, "A")
    with read() as session:
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
        assert [one.consents_to(Channel.SMS) for one in people] == [False, True]


def test_yes_from_an_opted_out_number_means_texts_again(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded()
    line.writes(PHONE, "STOP")
    line.writes(PHONE, "YES")
    assert confirmed(read) == []
    with read() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert contact.consents_to(Channel.SMS)


def test_the_networks_own_reading_of_a_text_is_believed(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded()
    line.writes(PHONE, "please leave me alone", OptOutType="STOP")
    with read() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert not contact.consents_to(Channel.SMS)


def test_a_local_word_for_cancel_gives_the_link_and_tells_the_office(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded()
    line.writes(PHONE, "cancel·lar")
    assert "{link}" in answers(read)[0]
    assert waiting(read) == [Reason.CALL_OFF]


def test_help_says_who_writes(line: Line, reminded: Reminded, read: SessionFactory) -> None:
    reminded()
    line.writes(PHONE, "AYUDA")
    assert "+376 800 100" in answers(read)[0]


def test_a_stranger_reaches_the_office(
    line: Line, read: SessionFactory, write: SessionFactory
) -> None:
    with write() as session:
        a_territory(session)
    line.writes("+34600111222", "Do you repair ovens?")
    assert waiting(read) == [Reason.WROTE]
    line.writes("+34600111222", "1")
    assert confirmed(read) == []


def test_whoever_writes_on_and_on_is_answered_six_times(
    line: Line, reminded: Reminded, read: SessionFactory
) -> None:
    reminded()
    for _ in range(20):
        line.writes(PHONE, "help")
    assert len(answers(read)) == 6


def test_a_picture_is_no_yes(line: Line, reminded: Reminded, read: SessionFactory) -> None:
    reminded()
    line.writes(PHONE, "ok", NumMedia="1")
    assert confirmed(read) == []
    with read() as session:
        text = session.scalars(select(InboundText)).one()
        assert (text.media, text.meaning) == (1, Meaning.OTHER)


def test_a_callback_that_cannot_be_acted_on_does_not_hold_up_the_next(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory
) -> None:
    visit_id = reminded()
    form = {"MessageSid": "SMbad", "From": "+376312346", "To": "", "Body": "1"}
    line.tells("/twilio/inbound/sms", form)
    line.writes(PHONE, "1")
    assert confirmed(read) == [visit_id]


def test_a_yes_said_to_the_office_opens_a_number_that_was_stopped(
    line: Line, reminded: Reminded, read: SessionFactory, write: SessionFactory
) -> None:
    reminded()
    line.writes(PHONE, "STOP")
    with write() as session:
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        record_consent(session, contact, Channel.SMS, True, "office", NOW, None)
    with read() as session:
        assert session.scalar(select(NumberOptOut)) is None
        contact = session.scalars(select(Contact).where(Contact.phone == PHONE)).one()
        assert usual_way(contact) == Channel.SMS
