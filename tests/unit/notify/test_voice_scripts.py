"""News by telephone and being called, without any telephone: no line is ever dead."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.models.calls import Wish
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.inbound import Expected, Inbound
from fieldservice.notify.voice.line import Call, Next, Script, hang_up
from fieldservice.notify.voice.notice import CONFIRMABLE, Notice
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.survey import Survey
from fieldservice.notify.voice.twiml import apology, nobody_there, twiml
from fieldservice.notify.voice.voices import VOICES

EN = Language.ENGLISH
TEXT = "Hello. We will visit you tomorrow, between ten and noon."
NEWS = (*CONFIRMABLE, MessageKind.CANCELLED, MessageKind.NO_ACCESS, MessageKind.ON_MY_WAY)


def address(step: str) -> str:
    return f"https://visits.example.org/twilio/voice/t/{step}/0"


def expected(number: int, **changes: object) -> Expected:
    values = {"visit_id": number, "window": "tomorrow", "name": f"N{number}", "work": "a repair"}
    return Expected(**{**values, **changes})  # type: ignore[arg-type]


def scripts() -> st.SearchStrategy[Script]:
    languages = st.sampled_from(list(Language))
    surveys = st.builds(Survey, st.just(TEXT), languages, st.booleans())
    notices = st.builds(Notice, st.sampled_from(NEWS), st.just(TEXT), languages)
    visits = st.lists(
        st.builds(
            expected,
            st.integers(1, 3),
            time=st.sampled_from(["", "ten"]),
            is_confirmed=st.booleans(),
        ),
        max_size=9,
        unique_by=lambda one: one.visit_id,
    )
    inbound = st.builds(
        Inbound,
        company=st.text(max_size=20),
        languages=st.permutations(list(Language)).flatmap(
            lambda order: st.integers(1, 4).map(lambda n: tuple(order[:n]))
        ),
        visits=visits.map(tuple),
        office=st.sampled_from(["", "+376800100"]),
        records=st.booleans(),
        can_be_called=st.booleans(),
        can_be_texted=st.booleans(),
    )
    return st.one_of(surveys, notices, inbound)


deeds = st.one_of(
    st.sampled_from(["", *"0123456789*#", "12", "²", "x"]).map(lambda key: ("press", key)),
    st.sampled_from(["", "It leaks.", "\0\x07"]).map(lambda words: ("speak", words)),
    st.sampled_from([True, False]).map(lambda spoken: ("connected", spoken)),
)


@given(scripts(), st.lists(deeds, max_size=12))
def test_whatever_is_pressed_or_said_the_line_goes_on_or_says_goodbye(
    script: Script, done: list[tuple[str, object]]
) -> None:
    call = script.begin()
    for name, value in [*done, ("press", "")]:
        turn = script.turn(call)
        assert turn.says, call
        assert (turn.then == Next.END) == (call.step == CallStep.GOODBYE)
        assert turn.then != Next.THROUGH or turn.number
        root = ElementTree.fromstring(twiml(turn, address, "+376600100"))
        assert root[-1].tag in ("Hangup", "Redirect", "Dial")
        if not call.is_over:
            call = getattr(script, name)(call, value)
    assert script.turn(hang_up(call)).then == Next.END


@given(scripts())
def test_silence_alone_ends_every_call_soon(script: Script) -> None:
    call = script.begin()
    for _ in range(8):
        if call.is_over:
            break
        if call.step == CallStep.THROUGH:
            call = script.connected(call, False)
        else:
            call = script.press(call, "")
    assert call.is_over


@pytest.mark.parametrize("kind", NEWS)
def test_only_what_is_to_come_can_be_confirmed(kind: MessageKind) -> None:
    notice = Notice(kind, TEXT, EN)
    call = notice.press(notice.begin(), "1")
    confirmed = kind in CONFIRMABLE
    assert (call.wish == Wish.CONFIRM) == confirmed
    assert (
        SPOKEN[EN].notice.confirm in [one.text for one in notice.turn(notice.begin()).says]
    ) == confirmed


def test_hearing_it_again_forgets_the_misses() -> None:
    notice = Notice(MessageKind.BOOKED, TEXT, EN)
    call = notice.press(notice.press(notice.begin(), ""), "9")
    assert (call.step, call.misses) == (CallStep.NOTICE, 0)
    assert notice.turn(call).says[0].text == TEXT


def test_who_hangs_up_at_once_has_heard_nothing() -> None:
    notice = Notice(MessageKind.BOOKED, TEXT, EN)
    assert not notice.was_heard(2)
    assert notice.was_heard(6)


def test_every_choice_has_its_own_key_up_to_eight() -> None:
    visits = tuple(expected(number) for number in range(1, 9))
    inbound = Inbound("Postvenda", (EN,), visits)
    call = inbound.begin()
    assert call.step == CallStep.WHICH
    for number in range(1, 9):
        assert inbound.press(call, str(number)).visit_id == number
    assert inbound.press(call, "9").step == CallStep.WHICH


def test_a_confirmed_visit_cannot_be_confirmed_again() -> None:
    inbound = Inbound("Postvenda", (EN,), (expected(1, is_confirmed=True),))
    said = [one.text for one in inbound.turn(inbound.begin()).says]
    assert SPOKEN[EN].inbound.confirmed_before in said
    assert inbound.press(inbound.begin(), "1").wish is None


def test_nothing_changes_a_call_that_is_over() -> None:
    inbound = Inbound("Postvenda", (EN,), (expected(1),))
    over = inbound.press(inbound.begin(), "1")
    assert over.is_over
    assert inbound.press(over, "2") == inbound.speak(over, "wait") == over
    assert inbound.connected(over, True) == hang_up(over) == over


def test_every_language_has_a_voice_of_its_own() -> None:
    assert {one: (voice.name, voice.locale) for one, voice in VOICES.items()} == {
        Language.CATALAN: ("Polly.Arlet-Neural", "ca-ES"),
        Language.SPANISH: ("Polly.Lucia-Neural", "es-ES"),
        Language.HUNGARIAN: ("Google.hu-HU-Wavenet-A", "hu-HU"),
        Language.ENGLISH: ("Polly.Amy-Neural", "en-GB"),
    }


@pytest.mark.parametrize("language", list(Language))
def test_trouble_is_told_and_machines_are_told_nothing(language: Language) -> None:
    root = ElementTree.fromstring(apology(language))
    assert [verb.tag for verb in root] == ["Say", "Hangup"]
    assert [verb.tag for verb in ElementTree.fromstring(nobody_there())] == ["Hangup"]


def test_a_name_with_signs_of_no_alphabet_still_makes_xml() -> None:
    survey = Survey("Hello \x07 <b>& \ud7ff.", EN)
    assert ElementTree.fromstring(twiml(survey.turn(Call(CallStep.SCORE)), address))
