"""What is answered by itself, in every language: short, and asking only what we understand."""

from __future__ import annotations

import string
from dataclasses import fields

import pytest

from fieldservice.models.conversations import Meaning
from fieldservice.models.kinds import Language
from fieldservice.notify.answers import ANSWERS
from fieldservice.notify.reply_words import (
    STARTS_AT_PROVIDER,
    STOPS_AT_PROVIDER,
    WORDS,
    choices_of,
    meaning_of,
)
from fieldservice.notify.segments import segments_of

FACTS = {
    "window": "dilluns 23 de novembre, 9-11 h",
    "company": "Postvenda Andorra",
    "link": "https://visits.example.org/c/" + "x" * 22,
    "choices": "A: x; B: y",
    "letter": "A",
    "what": "x",
    "names": "Maria Puig",
    "call": "",
    "phone": "+376 800 100",
}
PLAIN = [one.name for one in fields(ANSWERS[Language.ENGLISH]) if one.name != "templates"]
IN_CAPITALS = {
    Language.ENGLISH: ("ALL", "START"),
    Language.SPANISH: ("TODAS", "BAJA", "ALTA"),
    Language.CATALAN: ("TOTES", "BAIXA", "ALTA"),
    Language.HUNGARIAN: ("MIND", "LEIRATKOZOM", "FELIRATKOZOM"),
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", PLAIN)
def test_every_answer_stands_in_every_language(name: str, language: Language) -> None:
    words = getattr(ANSWERS[language], name)
    assert words.strip()
    assert words.format(**FACTS)
    english = getattr(ANSWERS[Language.ENGLISH], name)
    assert _places(words) == _places(english)


@pytest.mark.parametrize("name", [one for one in PLAIN if not one.startswith("choice")])
def test_no_language_borrows_the_words_of_another(name: str) -> None:
    assert len({getattr(answers, name) for answers in ANSWERS.values()}) == len(Language)


@pytest.mark.parametrize("language", list(Language))
def test_answers_are_short_and_nobody_is_shouted_at(language: Language) -> None:
    for name in PLAIN:
        text = getattr(ANSWERS[language], name).format(**FACTS)
        assert segments_of(text).count <= 3, text
        assert not set("!¡") & set(text)


@pytest.mark.parametrize("language", list(Language))
def test_the_offices_common_answers_are_the_same_everywhere(language: Language) -> None:
    keys = [one.key for one in ANSWERS[Language.ENGLISH].templates]
    assert [one.key for one in ANSWERS[language].templates] == keys
    for one in ANSWERS[language].templates:
        assert _places(one.words) <= {"link"}
        assert segments_of(one.words.format(**FACTS)).count <= 2


@pytest.mark.parametrize("language", list(Language))
def test_words_asked_for_are_words_understood(language: Language) -> None:
    said = " ".join(getattr(ANSWERS[language], name) for name in PLAIN)
    for word in IN_CAPITALS[language]:
        assert word in said
        known = meaning_of(word) in (Meaning.STOP, Meaning.START) or choices_of(word, 3)
        assert known, word


def test_no_word_means_two_things() -> None:
    seen: dict[str, Meaning] = {}
    for meaning, words in WORDS.items():
        for word in words:
            assert seen.setdefault(word, meaning) == meaning, word


def test_the_networks_own_words_keep_their_meaning() -> None:
    assert {meaning_of(word) for word in STOPS_AT_PROVIDER} == {Meaning.STOP}
    assert {meaning_of(word) for word in STARTS_AT_PROVIDER} == {Meaning.START, Meaning.CONFIRM}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("A", [0]),
        (" b. ", [1]),
        ("A y C", [0, 2]),
        ("a, b", [0, 1]),
        ("TODAS", [0, 1, 2]),
        ("Mind, köszönöm", [0, 1, 2]),
        ("D", None),
        ("1", None),
        ("A?", None),
        ("a la una", None),
        ("", None),
    ],
)
def test_letters_choose_and_nothing_else_does(text: str, chosen: list[int] | None) -> None:
    assert choices_of(text, 3) == chosen


def _places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize(
    "text", ["OK❓", "1？", "1 ⁇", "ok ⁉️", "≠1", "−1", "–1", "1 ✖", "❎ 1", "1 🤬", "sí 😢"]
)
def test_a_sign_of_doubt_in_any_writing_confirms_nothing(text: str) -> None:
    assert meaning_of(text) == Meaning.OTHER


@pytest.mark.parametrize(
    "text", ["Stop all", "OPT OUT", "opt-out please", "Dar de baja", "darme de baja", "Baixa’m"]
)
def test_stop_in_more_words_than_one_is_stop(text: str) -> None:
    assert meaning_of(text) == Meaning.STOP


@pytest.mark.parametrize(
    "text",
    ["ok 🖕", "ok 🤮", "!1", "≥1", "ok\u0338", "o\u0336k\u0336", "1\u20e0", "ok 🙃", "ok*", "+1"],
)
def test_beside_a_sign_that_may_mean_anything_a_word_goes_to_a_person(text: str) -> None:
    assert meaning_of(text) == Meaning.OTHER
    assert choices_of(text.replace("1", "a").replace("ok", "a"), 3) is None


@pytest.mark.parametrize(
    "text",
    [
        "ok 👍🏽",
        "1️⃣",
        "✅ Sí!",
        "OK.",
        "“ok”",
        "¡Vale, gracias! 😊",
        "D’acord 🙏",
        "(1)",
        "si\u0301",
    ],
)
def test_plain_punctuation_and_a_friendly_picture_leave_a_yes_a_yes(text: str) -> None:
    assert meaning_of(text) == Meaning.CONFIRM


@pytest.mark.parametrize("text", ["S.T.O.P", "s t o p", "S-T-O-P!", "B.A.J.A.", "STOP 🖕"])
def test_stop_spelt_out_is_stop(text: str) -> None:
    assert meaning_of(text) == Meaning.STOP
