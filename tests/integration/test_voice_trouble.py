"""The telephone when things go wrong: forged, told twice, late, backwards, or broken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fieldservice.config import Settings
from fieldservice.models import Base
from fieldservice.models.callbacks import Callback
from fieldservice.models.calls import PhoneCall, Recording
from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Attempt,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.surveys import FollowUp, SurveyCall, SurveyResponse
from fieldservice.models.work_orders import Visit
from fieldservice.notify.voice.speech import SPOKEN
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.factories import (
    NOW,
    a_territory,
)
from tests.integration.scripted_caller import (
    VOICES,
    ScriptedCaller,
)
from tests.integration.telephone import (
    PHONE,
    a_call,
    known_caller,
    message_of,
)
from tests.integration.twilio_line import ACCOUNT, BASE, OURS, TWILIO, signed


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    return replace(settings_for(database_url, tmp_path), twilio=TWILIO, public_base_url=BASE)


@pytest.fixture
def caller(client: FlaskClient) -> ScriptedCaller:
    return ScriptedCaller(client)


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


def test_a_number_without_an_office_still_speaks(caller: ScriptedCaller) -> None:
    caller.call("+34600111222")
    assert caller.heard == [SPOKEN[Language.ENGLISH].inbound.trouble]
    assert caller.is_over


@pytest.mark.parametrize("sid", [None, "", " \0"])
@pytest.mark.parametrize("path", ["/inbound/voice", "/inbound/voice/status", "/voice/any/status"])
def test_a_call_without_a_name_is_refused_and_leaves_nothing(
    write: SessionFactory, read: SessionFactory, client: FlaskClient, path: str, sid: str | None
) -> None:
    with write() as session:
        known_caller(session)
    form = {"AccountSid": ACCOUNT, "From": PHONE, "To": OURS, "CallStatus": "completed"}
    form |= {} if sid is None else {"CallSid": sid}
    path = f"/twilio{path}"
    assert client.post(path, data=form, headers=signed(path, form)).status_code == 400
    with read() as session:
        assert session.scalars(select(PhoneCall)).all() == []
        assert session.scalars(select(Callback)).all() == []


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

    def tell(path: str) -> str:
        client = caller.client.application.test_client()
        return client.post(path, data=form, headers=signed(path, form)).text

    script = f"/twilio/voice/{ringing.token}"
    with ThreadPoolExecutor(6) as pool:
        for path in (script, f"{script}/key/0", "/twilio/inbound/voice"):
            (heard,) = set(pool.map(tell, [path] * 6))
            assert "<Hangup" not in heard
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
