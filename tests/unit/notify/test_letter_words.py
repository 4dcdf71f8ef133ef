"""Letters in four languages: whole, formal, never shouting, with no gap left in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.letters.writing import (
    LETTERS,
    by_mail,
    letter_window,
    on_paper,
    subject_of,
)
from fieldservice.notify.texts import LINK, Facts, Window

NINE, ELEVEN = datetime(2026, 3, 11, 9, tzinfo=UTC), datetime(2026, 3, 11, 11, tzinfo=UTC)
WINDOW = Window(NINE, ELEVEN, "Europe/Andorra")
FACTS = Facts(
    name="Núria Font",
    company="Postvenda",
    work="Calor Caldera 24",
    phone="+376 800 100",
    window="WINDOW",
    before="BEFORE",
    time="9:05",
)
MAILED = [
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.REMINDER_HOURS,
    MessageKind.ON_MY_WAY,
    MessageKind.CHANGED,
    MessageKind.CANCELLED,
    MessageKind.NO_ACCESS,
    MessageKind.SURVEY_TEXT,
    MessageKind.LINK,
]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", MAILED)
def test_every_letter_is_whole(kind: MessageKind, language: Language) -> None:
    body = by_mail(kind, language, FACTS)
    subject = subject_of(kind, language, FACTS, WINDOW)
    assert body.count(LINK) == 1
    assert "{" not in body.replace(LINK, "") + subject
    assert "!" not in body + subject
    assert body.startswith(LETTERS[language].greeting.format(name="Núria Font"))
    assert "\n" not in subject


@pytest.mark.parametrize("language", list(Language))
def test_what_is_posted_has_a_reason_and_leads_to_the_telephone(language: Language) -> None:
    for kind in LETTERS[language].on_paper:
        paper = on_paper(kind, language, FACTS)
        assert LINK not in paper
        assert "+376 800 100" in paper
        assert "+376" not in on_paper(kind, language, replace(FACTS, phone=None))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, "Wednesday, 11 March 2026, between 10:00 and 12:00"),
        (Language.SPANISH, "miércoles, 11 de marzo de 2026, entre las 10:00 y las 12:00"),
        (Language.CATALAN, "dimecres, 11 de març del 2026, entre les 10:00 i les 12:00"),
        (Language.HUNGARIAN, "2026. március 11., szerda, 10:00 és 12:00 között"),
    ],
)
def test_a_window_is_written_out(language: Language, words: str) -> None:
    assert letter_window(WINDOW, language) == words


def test_one_moment_is_no_window() -> None:
    moment = Window(NINE, NINE, "Europe/Andorra")
    assert letter_window(moment, Language.ENGLISH) == "Wednesday, 11 March 2026 at 10:00"
