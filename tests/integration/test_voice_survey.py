"""The satisfaction call through Twilio: a score, spoken words, and what follows without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.models.calls import Recording
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.surveys import FollowUp, SurveyCall, SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.notify.voice.speech import SPOKEN
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.factories import (
    NOW,
    TODAY,
    at,
)
from tests.integration.scripted_caller import (
    ScriptedCaller,
    a_recording_sid,
    gather_rules,
)
from tests.integration.telephone import (
    LANGUAGES,
    LOCALES,
    a_call,
    message_of,
)
from tests.integration.twilio_line import BASE, TWILIO


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    return replace(settings_for(database_url, tmp_path), twilio=TWILIO, public_base_url=BASE)


@pytest.fixture
def caller(client: FlaskClient) -> ScriptedCaller:
    return ScriptedCaller(client)


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
