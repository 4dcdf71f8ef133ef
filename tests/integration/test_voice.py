"""Calls through Twilio, walked by a scripted caller in four languages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fieldservice.config import Settings
from fieldservice.models import Base
from fieldservice.models.callbacks import Callback
from fieldservice.models.calls import PhoneCall, Recording, Wish
from fieldservice.models.conversations import InboundText, Reason, Thread
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.senders import Sender
from fieldservice.models.surveys import FollowUp, SurveyCall, SurveyResponse
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
    a_message,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.scripted_caller import (
    VOICES,
    ScriptedCaller,
    a_recording_sid,
    gather_rules,
)
from tests.integration.twilio_line import ACCOUNT, BASE, OURS, TWILIO, signed

LANGUAGES = list(Language)
LOCALES = {
    Language.ENGLISH: "en-GB",
    Language.SPANISH: "es-ES",
    Language.CATALAN: "ca-ES",
    Language.HUNGARIAN: "hu-HU",
}
PHONE = "+376312345"
OFFICE_OPEN = at(TODAY, 11)
AT_NIGHT = at(TODAY, 22)


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    return replace(settings_for(database_url, tmp_path), twilio=TWILIO, public_base_url=BASE)


@pytest.fixture
def caller(client: FlaskClient) -> ScriptedCaller:
    return ScriptedCaller(client)


@dataclass(frozen=True)
class Ringing:
    """A call of ours under way."""

    token: str
    visit_id: int
    message_id: int
    text: str


def a_call(
    session: Session,
    caller: ScriptedCaller,
    kind: MessageKind,
    language: Language,
    *,
    visit: Visit | None = None,
    state: MessageState = MessageState.SENT,
    try_number: int = 1,
) -> Ringing:
    """The provider took the request and rings the customer."""
    survey = kind == MessageKind.SURVEY_CALL
    visit = visit or a_visit(
        session,
        a_work_order(session, a_customer(session, language=language, phone=PHONE)),
        state=VisitState.COMPLETED if survey else VisitState.BOOKED,
        day=TODAY if survey else TOMORROW,
    )
    text = f"News in {language.value}."
    message = a_message(
        session,
        visit,
        kind=kind,
        channel=Channel.CALL,
        state=state,
        language=language,
        body=text,
        tells_from=visit.told_from,
        tells_until=visit.told_until,
        not_after=NOW + timedelta(days=4),
        sent_at=NOW,
        try_number=try_number,
    )
    token = f"token-{message.id}"
    message.attempts.append(
        Attempt(
            token=token,
            started_at=NOW,
            outcome=AttemptOutcome.SENT,
            provider_id=caller.sid,
        )
    )
    session.flush()
    return Ringing(token, visit.id, message.id, text)


def message_of(session: Session, ringing: Ringing) -> Message:
    return session.get_one(Message, ringing.message_id)


# --- the satisfaction call ---------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_score_and_spoken_words_in_every_language(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, language: Language
) -> None:
    words = SPOKEN[language].survey
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, language)
    caller.answer(ringing.token)
    assert caller.heard == [ringing.text, words.question]
    assert set(caller.languages) == {LOCALES[language]}
    assert gather_rules(caller) == {
        "actionOnEmptyResult": "true",
        "input": "dtmf",
        "method": "POST",
        "numDigits": "1",
        "timeout": "6",
    }
    caller.press("7")
    assert caller.heard == [SPOKEN[language].again, words.question]
    caller.press("2")
    assert (caller.heard, caller.waits_for) == ([words.comment], "Record")
    sid = a_recording_sid()
    caller.speak(sid)
    assert caller.heard == [words.goodbye_low]
    assert caller.is_over
    with read() as session:
        assert session.scalars(select(SurveyResponse.score)).all() == [2]
        assert message_of(session, ringing).state == MessageState.DELIVERED
        recording = session.scalars(select(Recording)).one()
        assert (recording.provider_id, recording.seconds) == (sid, 7)
        assert recording.survey_call is not None
        assert session.scalars(select(FollowUp.reason)).all() == ["low_score"]


def test_silence_twice_ends_the_survey_politely_and_a_text_asks_instead(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    caller.answer(ringing.token).stay_silent()
    assert caller.waits_for == "Gather"
    caller.stay_silent()
    assert caller.heard == [SPOKEN[Language.CATALAN].survey.goodbye_unanswered]
    assert caller.is_over
    with read() as session:
        kinds = session.scalars(select(Message.kind).order_by(Message.id)).all()
        assert kinds == [MessageKind.SURVEY_CALL, MessageKind.SURVEY_TEXT]


def test_nothing_said_after_the_tone_ends_with_thanks(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.SPANISH)
    caller.answer(ringing.token).press("5").stay_silent()
    assert caller.heard == [SPOKEN[Language.SPANISH].survey.goodbye]
    with read() as session:
        assert session.scalars(select(Recording)).all() == []


def test_a_territory_that_records_nothing_asks_for_no_words(
    write: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.ENGLISH)
        session.scalars(select(Territory)).one().records_calls = False
    caller.answer(ringing.token).press("1")
    assert caller.heard == [SPOKEN[Language.ENGLISH].survey.goodbye_low]
    assert caller.is_over


@pytest.mark.parametrize("answered_by", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_hears_nothing_and_counts_as_not_answered(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, answered_by: str
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    caller.answer(ringing.token, answered_by)
    assert caller.heard == []
    assert caller.is_over
    caller.report(ringing.token, "completed", CallDuration="3")
    with read() as session:
        first, second = session.scalars(select(Message).order_by(Message.id)).all()
        assert (first.state, first.ended_because) == (
            MessageState.UNDELIVERED,
            "a machine answered",
        )
        assert (second.try_number, second.due_at) == (2, at(TODAY, 10, 30))


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_nobody_at_home_is_tried_once_more_then_written_to(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, status: str
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN, try_number=2)
    for _ in range(3):
        assert caller.report(ringing.token, "initiated").status_code == 204
        assert caller.report(ringing.token, status).status_code == 204
        assert caller.report(ringing.token, "completed").status_code == 204
    with read() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(one.kind, one.state) for one in rows] == [
            (MessageKind.SURVEY_CALL, MessageState.UNDELIVERED),
            (MessageKind.SURVEY_TEXT, MessageState.PENDING),
        ]


def test_hanging_up_keeps_the_score_and_late_news_changes_nothing(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, time_machine: Any
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    caller.answer(ringing.token).press("4")
    caller.report(ringing.token, "completed", CallDuration="21")
    time_machine.move_to(NOW + timedelta(days=3), tick=False)
    for status in ("completed", "ringing", "initiated", "no-answer"):
        caller.report(ringing.token, status)
    with read() as session:
        assert session.scalars(select(SurveyResponse.score)).all() == [4]
        assert message_of(session, ringing).state == MessageState.DELIVERED
        assert len(session.scalars(select(Message)).all()) == 1


def test_every_request_may_come_twice(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    first = caller.answer(ringing.token).words
    assert caller.again().words == first
    asked = caller.stay_silent().words
    assert caller.again().words == asked
    assert caller.waits_for == "Gather"
    after = caller.press("3").words
    assert caller.again().words == after
    thanks = caller.speak().words
    assert caller.again().words == thanks
    with read() as session:
        row = session.scalars(select(SurveyCall)).one()
        assert (row.misses, row.score) == (1, 3)
        assert len(session.scalars(select(Recording)).all()) == 1


def test_the_telephone_rings_before_the_providers_answer_is_known(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(
            session,
            caller,
            MessageKind.SURVEY_CALL,
            Language.CATALAN,
            state=MessageState.UNKNOWN,
        )
        attempt = session.scalars(select(Attempt)).one()
        attempt.provider_id, attempt.outcome = None, AttemptOutcome.UNKNOWN
    caller.answer(ringing.token)
    with read() as session:
        assert message_of(session, ringing).state == MessageState.SENT
        assert session.scalars(select(Attempt.provider_id)).one() == caller.sid
    caller.press("5").stay_silent()
    with read() as session:
        assert message_of(session, ringing).state == MessageState.DELIVERED


# --- news by telephone -------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_news_is_heard_again_and_confirmed_in_every_language(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, language: Language
) -> None:
    words = SPOKEN[language].notice
    with write() as session:
        ringing = a_call(session, caller, MessageKind.REMINDER_DAY, language)
    caller.answer(ringing.token)
    assert caller.heard == [ringing.text, words.confirm, words.call_me, words.repeat]
    assert set(caller.languages) == {LOCALES[language]}
    caller.press("9")
    assert caller.heard[0] == ringing.text
    caller.press("5")
    assert caller.heard[0] == SPOKEN[language].again
    caller.press("1")
    assert (caller.heard, caller.is_over) == ([words.confirmed], True)
    with read() as session:
        assert session.get_one(Visit, ringing.visit_id).confirmed_at == NOW
        assert message_of(session, ringing).state == MessageState.DELIVERED


@pytest.mark.parametrize("kind", [MessageKind.CANCELLED, MessageKind.NO_ACCESS])
def test_what_is_over_cannot_be_confirmed_but_asks_for_a_call(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, kind: MessageKind
) -> None:
    words = SPOKEN[Language.SPANISH].notice
    with write() as session:
        ringing = a_call(session, caller, kind, Language.SPANISH)
    caller.answer(ringing.token)
    assert caller.heard == [ringing.text, words.new_time, words.repeat]
    caller.press("1")
    assert caller.waits_for == "Gather"
    caller.press("2")
    assert (caller.heard, caller.is_over) == ([words.will_call], True)
    with read() as session:
        thread = session.scalars(select(Thread)).one()
        assert (thread.reason, thread.address) == (Reason.CALL_ME, PHONE)
        assert session.get_one(Visit, ringing.visit_id).confirmed_at is None


def test_news_that_changed_meanwhile_is_not_confirmed(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.BOOKED, Language.ENGLISH)
    caller.answer(ringing.token)
    with write() as session:
        session.get_one(Visit, ringing.visit_id).version += 1
    caller.press("1")
    assert caller.heard == [SPOKEN[Language.ENGLISH].notice.changed]
    with read() as session:
        assert session.get_one(Visit, ringing.visit_id).confirmed_at is None
        assert session.scalars(select(Thread.reason)).one() == Reason.CALL_ME
        assert session.scalars(select(PhoneCall.wish)).one() == Wish.CHANGED


def test_news_that_changed_while_it_rang_is_not_told(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.REMINDER_DAY, Language.ENGLISH)
        session.get_one(Visit, ringing.visit_id).version += 1
    caller.answer(ringing.token)
    assert caller.heard == [SPOKEN[Language.ENGLISH].notice.changed]
    assert caller.is_over
    with read() as session:
        message = message_of(session, ringing)
        assert (message.state, message.ended_because) == (
            MessageState.UNDELIVERED,
            "the visit changed while it rang",
        )


def test_silence_is_no_answer_but_the_news_was_heard(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.CHANGED, Language.HUNGARIAN)
    caller.answer(ringing.token).stay_silent().stay_silent()
    assert caller.heard == [SPOKEN[Language.HUNGARIAN].notice.goodbye]
    with read() as session:
        assert message_of(session, ringing).state == MessageState.DELIVERED
        assert session.get_one(Visit, ringing.visit_id).confirmed_at is None


@pytest.mark.parametrize("ends", ["machine", "busy", "early"])
def test_news_nobody_heard_is_told_once_more(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, ends: str
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.REMINDER_DAY, Language.CATALAN)
    if ends == "busy":
        caller.report(ringing.token, "busy")
    else:
        caller.answer(ringing.token, "machine_start" if ends == "machine" else "human")
        caller.report(ringing.token, "completed", CallDuration="0")
    with read() as session:
        first, second = session.scalars(select(Message).order_by(Message.id)).all()
        assert first.state == MessageState.UNDELIVERED
        assert (second.kind, second.channel) == (MessageKind.REMINDER_DAY, Channel.CALL)
        assert second.due_at > NOW


def test_who_hangs_up_after_hearing_it_is_not_called_again(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.REMINDER_DAY, Language.CATALAN)
    caller.answer(ringing.token)
    caller.report(ringing.token, "completed", CallDuration="30")
    with read() as session:
        assert [one.state for one in session.scalars(select(Message))] == [MessageState.DELIVERED]


# --- being called ------------------------------------------------------------------------


def known_caller(
    session: Session, language: Language = Language.CATALAN, **visit: Any
) -> tuple[int, int]:
    """A customer with a visit tomorrow between ten and twelve; visit and contact."""
    customer = a_customer(session, language=language, phone=PHONE, name="Anna Puig")
    booked = a_visit(session, a_work_order(session, customer), **visit)
    return booked.id, customer.contacts[0].id


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


# --- never a dead line, and nobody else's ------------------------------------------------


def test_a_number_without_an_office_still_speaks(caller: ScriptedCaller) -> None:
    caller.call("+34600111222")
    assert caller.heard == [SPOKEN[Language.ENGLISH].inbound.trouble]
    assert caller.is_over


def test_an_unknown_call_and_our_own_trouble_are_spoken_about(
    write: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        a_territory(session, default_language="es")
    caller.answer("nobody-knows-this")
    assert caller.heard == [SPOKEN[Language.SPANISH].inbound.trouble]
    caller._go("/twilio/inbound/voice/fallback", ErrorCode="11200")
    assert caller.heard == [SPOKEN[Language.SPANISH].inbound.trouble]


def test_when_our_own_database_fails_the_caller_still_hears_a_goodbye(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        a_territory(session, default_language="hu")
        session.execute(text("DROP TABLE recording"))
        session.execute(text("DROP TABLE phone_call"))
    caller.call("+34600111222")
    assert caller.is_over
    assert caller.languages[0] in VOICES
    with read() as session:
        assert session.scalars(select(Callback.status)).all() == ["trouble /twilio/inbound/voice"]


def test_another_call_cannot_answer_for_this_one(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    caller.answer(ringing.token)
    other = ScriptedCaller(caller.client)
    other.answer(ringing.token)
    assert other.is_over
    other.report(ringing.token, "completed")
    assert caller.waits is not None
    other._go(caller.waits.attrib["action"], Digits="1")
    caller.press("5")
    with read() as session:
        assert session.scalars(select(SurveyCall.score)).one() == 5


def everything(session: Session) -> dict[str, list[Any]]:
    """All that calls leave behind, but for the raw callbacks."""
    tables: tuple[type[Base], ...] = (
        Message,
        Attempt,
        SurveyCall,
        SurveyResponse,
        FollowUp,
        PhoneCall,
        Recording,
        Thread,
        InboundText,
        Visit,
    )
    return {
        one.__tablename__: [tuple(row) for row in session.execute(select(one.__table__))]
        for one in tables
    }


@pytest.mark.parametrize("story", ["survey", "machine", "notice", "inbound"])
def test_five_times_in_reverse_three_days_late_changes_nothing(
    write: SessionFactory,
    read: SessionFactory,
    caller: ScriptedCaller,
    time_machine: Any,
    story: str,
) -> None:
    kind = MessageKind.REMINDER_DAY if story == "notice" else MessageKind.SURVEY_CALL
    with write() as session:
        if story == "inbound":
            known_caller(session)
        else:
            token = a_call(session, caller, kind, Language.CATALAN).token
    if story == "inbound":
        caller.call(PHONE).press("3").speak()
        caller.tells("/twilio/inbound/voice/status", CallStatus="completed")
    else:
        caller.report(token, "initiated")
        caller.answer(token, "machine_start" if story == "machine" else "human")
        if story == "survey":
            caller.stay_silent().press("1").speak("RE" + "0" * 32)
            caller.tells(
                f"/twilio/voice/{token}/recording",
                RecordingSid="RE" + "0" * 32,
                RecordingStatus="completed",
                RecordingDuration="7",
            )
        if story == "notice":
            caller.press("9").press("2")
        caller.report(token, "completed", CallDuration="40")
    caller.beat()
    with read() as session:
        before = everything(session)
    told = list(caller.posts)
    time_machine.move_to(NOW + timedelta(days=3), tick=False)
    for path, form in list(reversed(told)) * 5:
        assert caller._post(path, form).status_code in (200, 204)
        caller.beat()
    with read() as session:
        assert everything(session) == before


def test_two_at_once_are_one(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    form = {"AccountSid": ACCOUNT, "CallSid": caller.sid, "AnsweredBy": "human", "Digits": "1"}

    def tell(path: str) -> int:
        client = caller.client.application.test_client()
        return client.post(path, data=form, headers=signed(path, form)).status_code

    script = f"/twilio/voice/{ringing.token}"
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(tell, [script] * 6)) == {200}
        assert set(pool.map(tell, [f"{script}/key/0"] * 6)) == {200}
        inbound = "/twilio/inbound/voice"
        assert set(pool.map(tell, [inbound] * 6)) == {200}
    with read() as session:
        assert session.scalars(select(SurveyCall.turn)).all() == [1]
        assert session.scalars(select(SurveyResponse.score)).all() == [1]
        assert len(session.scalars(select(FollowUp)).all()) == 1
        assert len(session.scalars(select(PhoneCall)).all()) == 1


ROUTES = (
    "/twilio/voice/{token}",
    "/twilio/voice/{token}/key/0",
    "/twilio/voice/{token}/words/0",
    "/twilio/voice/{token}/through/0",
    "/twilio/voice/{token}/status",
    "/twilio/voice/{token}/recording",
    "/twilio/inbound/voice",
    "/twilio/inbound/voice/status",
    "/twilio/inbound/voice/fallback",
)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("forgery", ["unsigned", "wrong key", "other address", "other account"])
def test_forged_calls_are_refused_unseen(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller, route: str, forgery: str
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    path = route.format(token=ringing.token)
    account = "AC" + "0" * 31 + "9" if forgery == "other account" else ACCOUNT
    form = {"AccountSid": account, "CallSid": caller.sid, "Digits": "1", "CallStatus": "busy"}
    headers = {
        "unsigned": {},
        "wrong key": signed(path, form, token="a guess"),
        "other address": signed(path, form, base="https://elsewhere.example.org"),
        "other account": signed(path, form),
    }[forgery]
    assert caller.client.post(path, data=form, headers=headers).status_code == 403
    with read() as session:
        assert message_of(session, ringing).state == MessageState.SENT
        assert session.scalars(select(Callback)).all() == []
        assert session.scalars(select(SurveyCall)).all() == []


def test_every_callback_is_kept_as_it_came(
    write: SessionFactory, read: SessionFactory, caller: ScriptedCaller
) -> None:
    with write() as session:
        ringing = a_call(session, caller, MessageKind.SURVEY_CALL, Language.CATALAN)
    caller.answer(ringing.token).press("5")
    caller.report(ringing.token, "completed")
    caller.report(ringing.token, "completed")
    with read() as session:
        rows = session.scalars(select(Callback).order_by(Callback.id)).all()
        assert [one.status for one in rows] == ["begin", "key 0 5", "completed"]
        assert all(one.processed_at is not None for one in rows)
        assert len({one.mark for one in rows}) == 3
        assert rows[1].form["Digits"] == "5"
