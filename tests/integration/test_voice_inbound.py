"""Being called: greeted, told the next visit, helped in office hours and outside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.models.calls import PhoneCall, Recording
from fieldservice.models.conversations import InboundText, Reason, Thread
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.senders import Sender
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.operations.calls.ringing import give_up_ringing
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.scripted_caller import (
    ScriptedCaller,
)
from tests.integration.telephone import (
    AT_NIGHT,
    LANGUAGES,
    LOCALES,
    OFFICE_OPEN,
    PHONE,
    a_call,
    known_caller,
    message_of,
)
from tests.integration.twilio_line import BASE, OURS, TWILIO


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    return replace(settings_for(database_url, tmp_path), twilio=TWILIO, public_base_url=BASE)


@pytest.fixture
def caller(client: FlaskClient) -> ScriptedCaller:
    return ScriptedCaller(client)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_caller_is_told_the_next_visit_and_confirms(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, language: Language
) -> None:
    words = SPOKEN[language].inbound
    with write() as session:
        visit_id, _ = known_caller(session, language)
    caller.call(PHONE)
    assert set(caller.languages) == {LOCALES[language]}
    assert caller.heard[0] == words.welcome.format(company="Postvenda Andorra")
    assert words.confirm in caller.heard
    assert words.move in caller.heard
    assert not any(sign.isdigit() for sign in caller.words)
    caller.press("9")
    assert words.confirm in caller.heard
    caller.press("1")
    assert (caller.heard, caller.is_over) == ([words.confirmed], True)
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == NOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visit_moved_during_the_call_is_told_anew_before_it_can_be_confirmed(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, language: Language
) -> None:
    words = SPOKEN[language].inbound
    with write() as session:
        visit_id, _ = known_caller(session, language)
    before = caller.call(PHONE).heard[1]
    moved(write, visit_id, 15)
    caller.press("1")
    assert not caller.is_over
    assert caller.heard[0] == words.new_time
    assert caller.heard[1] != before
    assert words.confirm in caller.heard
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at is None
    caller.press("1")
    assert (caller.heard, caller.is_over) == ([words.confirmed], True)
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == NOW


def moved(write: SessionFactory, visit_id: int, hour: int) -> None:
    """The office gives the visit another window."""
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        visit.told_from, visit.told_until = at(TOMORROW, hour), at(TOMORROW, hour + 2)


def test_a_new_time_that_was_not_said_is_not_confirmed_and_the_office_calls(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, _ = known_caller(session)
    caller.call(PHONE)
    moved(write, visit_id, 15)
    caller.stay_silent().press("1")
    moved(write, visit_id, 12)
    caller.press("1")
    caller.tells("/twilio/inbound/voice/status", CallStatus="completed")
    caller.beat()
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at is None
        assert session.scalars(select(Thread.reason)).one() == Reason.CALL_ME


def test_hearing_a_new_time_with_nine_is_being_told_it(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, _ = known_caller(session)
    caller.call(PHONE)
    moved(write, visit_id, 15)
    caller.press("9").press("1")
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == NOW


def test_the_window_is_told_in_words(write: SessionFactory, caller: ScriptedCaller) -> None:
    with write() as session:
        known_caller(session, Language.SPANISH)
    caller.call(PHONE)
    assert (
        "mañana, miércoles once de marzo, entre las diez de la mañana y las doce del mediodía"
        in caller.words
    )


def test_another_time_is_a_text_with_a_link(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, _ = known_caller(session, Language.ENGLISH)
    caller.call(PHONE).press("2")
    assert caller.heard == [SPOKEN[Language.ENGLISH].inbound.link_sent]
    with read() as session:
        message = session.scalars(select(Message)).one()
        assert (message.channel, message.to_address) == (Channel.SMS, PHONE)
        assert (message.visit_id, "{link}" in message.body) == (visit_id, True)
        assert session.scalars(select(Thread.reason)).one() is None


def test_another_time_for_a_landline_is_a_task_of_the_office(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, contact_id = known_caller(session)
        session.get_one(Contact, contact_id).phone = "+376812345"
    caller.call("+376812345").press("2")
    assert caller.heard == [SPOKEN[Language.CATALAN].inbound.will_call_about_time]
    with read() as session:
        thread = session.scalars(select(Thread)).one()
        assert (thread.reason, thread.visit_id) == (Reason.MOVE, visit_id)
        assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_left_by_a_stranger_becomes_a_task(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, language: Language
) -> None:
    with write() as session:
        a_territory(session, default_language="ca")
    caller.call("+34600111222")
    order = [Language.CATALAN, *(one for one in Language if one != Language.CATALAN)]
    assert caller.languages == [LOCALES[order[0]], *(LOCALES[one] for one in order)]
    caller.press(str(order.index(language) + 1))
    words = SPOKEN[language].inbound
    assert set(caller.languages) == {LOCALES[language]}
    assert caller.heard[0] == words.no_visit
    caller.press("3")
    assert (caller.heard, caller.waits_for) == ([words.speak], "Record")
    caller.speak()
    assert (caller.heard, caller.is_over) == ([words.kept], True)
    with read() as session:
        thread = session.scalars(select(Thread)).one()
        assert (thread.reason, thread.address) == (Reason.LEFT_MESSAGE, "+34600111222")
        assert session.scalars(select(Recording.phone_call_id)).one() is not None


@pytest.mark.parametrize("key", ["", "8", "#"])
def test_no_choice_of_language_is_the_territorys_own(
    write: SessionFactory, caller: ScriptedCaller, key: str
) -> None:
    with write() as session:
        a_territory(session, default_language="hu")
    caller.call("anonymous").press(key)
    assert set(caller.languages) == {"hu-HU"}


def test_a_shared_telephone_asks_which_visit(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        first, _ = known_caller(session)
        territory = session.scalars(select(Territory)).one()
        other = a_customer(session, territory, phone=PHONE, name="Joan Font")
        second = a_visit(session, a_work_order(session, other), told=(15, 17)).id
    caller.call(PHONE)
    assert "Anna Puig" in caller.words
    assert "Joan Font" in caller.words
    caller.press("2")
    assert "les tres i les cinc de la tarda" in caller.words
    caller.press("1")
    with read() as session:
        assert session.get_one(Visit, first).confirmed_at is None
        assert session.get_one(Visit, second).confirmed_at == NOW
        assert session.scalars(select(PhoneCall.contact_id)).one() == other.contacts[0].id


def test_in_office_hours_a_person_is_on_the_line(
    write: SessionFactory, caller: ScriptedCaller, time_machine: Any
) -> None:
    time_machine.move_to(OFFICE_OPEN, tick=False)
    with write() as session:
        a_territory(session)
    caller.call("+34600111222").press("1")
    assert SPOKEN[Language.CATALAN].inbound.office in caller.heard
    caller.press("0")
    assert caller.waits is not None
    assert (caller.waits_for, caller.waits[0].text) == ("Dial", "+376800100")
    assert caller.waits.attrib["callerId"] == OURS
    caller.is_put_through("completed")
    assert caller.is_over


def test_where_nobody_of_the_office_answers_a_message_can_be_left(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, time_machine: Any
) -> None:
    time_machine.move_to(OFFICE_OPEN, tick=False)
    with write() as session:
        a_territory(session)
    words = SPOKEN[Language.CATALAN].inbound
    caller.call("+34600111222").press("1").press("0").is_put_through("no-answer")
    assert caller.heard == [words.nobody_free, words.speak]
    caller.speak()
    assert caller.heard == [words.kept]
    with read() as session:
        assert session.scalars(select(Thread.reason)).one() == Reason.LEFT_MESSAGE


@pytest.mark.parametrize("shut", ["night", "sunday", "closed day"])
def test_outside_office_hours_nobody_is_rung(
    write: SessionFactory, caller: ScriptedCaller, time_machine: Any, shut: str
) -> None:
    moments = {"night": AT_NIGHT, "sunday": at(TODAY + timedelta(days=5), 11)}
    time_machine.move_to(moments.get(shut, OFFICE_OPEN), tick=False)
    with write() as session:
        territory = a_territory(session)
        if shut == "closed day":
            territory.closed_days = [ClosedDay(day=TODAY, reason=None)]
    caller.call("+34600111222").press("1")
    assert SPOKEN[Language.CATALAN].inbound.office not in caller.heard
    caller.press("0")
    assert caller.waits_for == "Gather"


def test_who_has_no_keys_is_put_through_or_leaves_a_message(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, time_machine: Any
) -> None:
    with write() as session:
        known_caller(session)
    caller.call(PHONE).stay_silent().stay_silent()
    assert caller.waits_for == "Record"
    caller.stay_silent()
    assert caller.heard == [SPOKEN[Language.CATALAN].inbound.goodbye]
    with read() as session:
        assert session.scalars(select(Thread.reason)).one() == Reason.CALL_ME
    time_machine.move_to(OFFICE_OPEN, tick=False)
    later = ScriptedCaller(caller.client)
    later.call(PHONE).stay_silent().stay_silent()
    assert later.waits_for == "Dial"


def test_a_territory_that_records_nothing_calls_back(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        a_territory(session, records_calls=False)
    words = SPOKEN[Language.CATALAN].inbound
    caller.call("+34600111222").press("1")
    assert words.call_me in caller.heard
    assert words.message not in caller.heard
    caller.press("3")
    assert caller.heard == [words.will_call]
    with read() as session:
        assert session.scalars(select(Thread.reason)).one() == Reason.CALL_ME


def test_a_hidden_number_is_heard_too_or_asked_to_call_again(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        a_territory(session)
    caller.call("+266696687").press("1").press("3").speak()
    assert caller.heard == [SPOKEN[Language.CATALAN].inbound.kept]
    with write() as session:
        assert session.scalars(select(Thread.address)).one() == "withheld"
        session.scalars(select(Territory)).one().records_calls = False
    silent = ScriptedCaller(caller.client)
    silent.call("").press("1").stay_silent().stay_silent()
    assert silent.heard == [SPOKEN[Language.CATALAN].inbound.call_again]


def test_the_line_goes_dead_while_somebody_speaks(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        a_territory(session)
    caller.call("+34600111222").press("1").press("3")
    with read() as session:
        token = session.scalars(select(PhoneCall.token)).one()
    caller.tells("/twilio/inbound/voice/status", CallStatus="completed")
    caller.beat()
    for _ in range(3):
        caller.tells(
            f"/twilio/voice/{token}/recording",
            RecordingSid="RE1",
            RecordingStatus="completed",
            RecordingDuration="9",
        )
        caller.beat()
    with read() as session:
        assert session.scalars(select(Recording.seconds)).all() == [9]
        entries = session.scalars(select(InboundText.reason)).all()
        assert entries == [Reason.LEFT_MESSAGE]


def test_a_technician_on_the_way_is_told_and_nothing_can_be_moved(
    write: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        known_caller(
            session,
            Language.ENGLISH,
            state=VisitState.EN_ROUTE,
            day=TODAY,
            eta_at=at(TODAY, 10, 30),
        )
    caller.call(PHONE)
    assert "half past ten in the morning" in caller.words
    assert SPOKEN[Language.ENGLISH].inbound.move not in caller.heard
    caller.press("2")
    assert not caller.is_over


def test_a_customer_of_another_office_is_known_there_too(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, _ = known_caller(session, Language.SPANISH)
        other = a_territory(session, name="Postvenda Barcelona", zone="Europe/Madrid")
        for medium in (Channel.SMS, Channel.CALL):
            sender = Sender(territory_id=other.id, medium=medium, address=OURS, voice=True)
            session.add(sender)
    caller.call(PHONE).press("1")
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == NOW
    stranger = ScriptedCaller(caller.client).call("+34600111222")
    assert "Postvenda Barcelona" in stranger.words


def test_nobody_listens_for_ever(write: SessionFactory, caller: ScriptedCaller) -> None:
    with write() as session:
        known_caller(session)
    caller.call(PHONE)
    for _ in range(45):
        if caller.is_over:
            break
        caller.press("9")
    assert caller.heard == [SPOKEN[Language.CATALAN].inbound.goodbye]


def test_calls_nothing_is_heard_of_are_ended_by_the_clock(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        news = a_call(session, caller, MessageKind.REMINDER_DAY, Language.CATALAN)
    talking = ScriptedCaller(caller.client).call(PHONE)
    with write() as session:
        give_up_ringing(session, NOW + timedelta(minutes=14))
    with read() as session:
        assert message_of(session, news).state == MessageState.SENT
    with write() as session:
        give_up_ringing(session, NOW + timedelta(minutes=16))
        give_up_ringing(session, NOW + timedelta(minutes=16))
    with read() as session:
        assert message_of(session, news).state == MessageState.UNDELIVERED
        assert len(session.scalars(select(Message)).all()) == 2
    with write() as session:
        give_up_ringing(session, NOW + timedelta(hours=3))
    talking.press("1")
    assert talking.is_over
    with read() as session:
        assert session.get_one(Visit, news.visit_id).confirmed_at is None


def test_a_caller_is_answered_whatever_their_network_writes_beside_the_number(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        visit_id, _ = known_caller(session, Language.ENGLISH)
    caller.sid = "CA\0" + "f" * 90
    caller.call(PHONE, to="sip:\0" + "x" * 90).press("1")
    assert caller.heard == [SPOKEN[Language.ENGLISH].inbound.confirmed]
    with read() as session:
        assert session.get_one(Visit, visit_id).confirmed_at == NOW
