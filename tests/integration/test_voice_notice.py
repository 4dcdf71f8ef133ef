"""News of a visit by telephone: heard, confirmed, answered with a wish, or told once more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.models.calls import PhoneCall, Wish
from fieldservice.models.conversations import Reason, Thread
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.work_orders import Visit
from fieldservice.notify.voice.speech import SPOKEN
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.factories import (
    NOW,
)
from tests.integration.scripted_caller import (
    ScriptedCaller,
)
from tests.integration.telephone import (
    LANGUAGES,
    LOCALES,
    PHONE,
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
