"""The satisfaction call, without any telephone."""

from __future__ import annotations

import pytest

from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.line import Call, Next, Sentence, hang_up
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.survey import Survey

ENGLISH = SPOKEN[Language.ENGLISH].survey
AGAIN = SPOKEN[Language.ENGLISH].again
SURVEY = Survey("Hello.", Language.ENGLISH)
press, speak = SURVEY.press, SURVEY.speak


def says(call: Call) -> tuple[str, ...]:
    return tuple(one.text for one in SURVEY.turn(call).says)


@pytest.mark.parametrize("key", "12345")
def test_a_score_leads_to_the_comment(key: str) -> None:
    call = press(SURVEY.begin(), key)
    assert (call.step, call.score) == (CallStep.COMMENT, int(key))


@pytest.mark.parametrize("key", ["", "0", "6", "9", "*", "#", "12", "²", "x"])
def test_a_wrong_key_or_none_is_asked_again_once(key: str) -> None:
    once = press(SURVEY.begin(), key)
    assert (once.step, once.misses) == (CallStep.SCORE, 1)
    assert says(once) == (AGAIN, ENGLISH.question)
    twice = press(once, key)
    assert (twice.step, twice.score) == (CallStep.GOODBYE, None)
    assert says(twice) == (ENGLISH.goodbye_unanswered,)


def test_a_score_after_one_miss_still_counts() -> None:
    assert press(press(SURVEY.begin(), "9"), "4").score == 4


def test_the_greeting_comes_first() -> None:
    assert says(SURVEY.begin()) == ("Hello.", ENGLISH.question)


def test_what_is_said_after_the_score_is_the_comment() -> None:
    call = speak(press(SURVEY.begin(), "2"), "  They came late. ")
    assert (call.step, call.comment) == (CallStep.GOODBYE, "They came late.")
    assert says(call) == (ENGLISH.goodbye_low,)


@pytest.mark.parametrize("key", ["#", ""])
def test_hash_or_silence_leaves_the_comment_out(key: str) -> None:
    call = press(press(SURVEY.begin(), "5"), key)
    assert (call.step, call.comment) == (CallStep.GOODBYE, None)
    assert says(call) == (ENGLISH.goodbye,)


def test_a_digit_during_the_comment_does_not_change_the_score() -> None:
    assert press(press(SURVEY.begin(), "5"), "1") == press(SURVEY.begin(), "5")


def test_words_before_the_score_are_not_a_comment() -> None:
    assert speak(SURVEY.begin(), "Hello?") == SURVEY.begin()


def test_hanging_up_keeps_what_was_answered() -> None:
    call = hang_up(press(SURVEY.begin(), "1"))
    assert (call.step, call.score) == (CallStep.HUNG_UP, 1)
    assert says(call) == ()


def test_nothing_changes_a_call_that_is_over() -> None:
    over = press(press(SURVEY.begin(), "5"), "#")
    assert press(over, "1") == speak(over, "wait") == hang_up(over) == over


def test_where_nothing_is_recorded_no_words_are_asked_for() -> None:
    survey = Survey("Hello.", Language.ENGLISH, records=False)
    call = survey.press(survey.begin(), "1")
    assert (call.step, call.score) == (CallStep.GOODBYE, 1)
    assert survey.turn(call).says == (Sentence(ENGLISH.goodbye_low, Language.ENGLISH),)
    assert survey.turn(call).then == Next.END
