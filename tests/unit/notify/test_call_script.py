"""The satisfaction call, without any telephone."""

from __future__ import annotations

import pytest

from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.notify.call_script import Call, hang_up, press, says, speak
from fieldservice.notify.texts import WORDINGS

ENGLISH = WORDINGS[Language.ENGLISH].script


@pytest.mark.parametrize("key", "12345")
def test_a_score_leads_to_the_comment(key: str) -> None:
    call = press(Call(), key)
    assert (call.step, call.score) == (CallStep.COMMENT, int(key))


@pytest.mark.parametrize("key", ["", "0", "6", "9", "*", "#", "12", "²", "x"])
def test_a_wrong_key_or_none_is_asked_again_once(key: str) -> None:
    once = press(Call(), key)
    assert (once.step, once.misses) == (CallStep.SCORE, 1)
    assert says(once, "Hello.", Language.ENGLISH) == (ENGLISH.again, ENGLISH.question)
    twice = press(once, key)
    assert (twice.step, twice.score) == (CallStep.GOODBYE, None)
    assert says(twice, "Hello.", Language.ENGLISH) == (ENGLISH.goodbye_unanswered,)


def test_a_score_after_one_miss_still_counts() -> None:
    assert press(press(Call(), "9"), "4").score == 4


def test_the_greeting_comes_first() -> None:
    assert says(Call(), "Hello.", Language.ENGLISH) == ("Hello.", ENGLISH.question)


def test_what_is_said_after_the_score_is_the_comment() -> None:
    call = speak(press(Call(), "2"), "  They came late. ")
    assert (call.step, call.comment) == (CallStep.GOODBYE, "They came late.")
    assert says(call, "", Language.ENGLISH) == (ENGLISH.goodbye_low,)


@pytest.mark.parametrize("key", ["#", ""])
def test_hash_or_silence_leaves_the_comment_out(key: str) -> None:
    call = press(press(Call(), "5"), key)
    assert (call.step, call.comment) == (CallStep.GOODBYE, None)
    assert says(call, "", Language.ENGLISH) == (ENGLISH.goodbye,)


def test_a_digit_during_the_comment_does_not_change_the_score() -> None:
    assert press(press(Call(), "5"), "1") == press(Call(), "5")


def test_words_before_the_score_are_not_a_comment() -> None:
    assert speak(Call(), "Hello?") == Call()


def test_hanging_up_keeps_what_was_answered() -> None:
    call = hang_up(press(Call(), "1"))
    assert (call.step, call.score) == (CallStep.HUNG_UP, 1)
    assert says(call, "", Language.ENGLISH) == ()


def test_nothing_changes_a_call_that_is_over() -> None:
    over = press(press(Call(), "5"), "#")
    assert press(over, "1") == speak(over, "wait") == hang_up(over) == over
