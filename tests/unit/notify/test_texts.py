"""Every text in every language: whole, formal, dated without doubt, asking no more than it may."""

from __future__ import annotations

import re
from datetime import date

import pytest

from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.segments import segments_of
from fieldservice.notify.texts import (
    LINK,
    WORDINGS,
    Facts,
    Window,
    day_words,
    time_words,
    window_words,
    work_words,
    write,
)
from tests.factories import TOMORROW, ZONE, at

OWN_WORDS = (MessageKind.REPLY, MessageKind.ANSWER)
"""Written for one customer, not worded here."""
KINDS = [kind for kind in MessageKind if kind not in OWN_WORDS]
EVERY_TEXT = [(kind, language) for kind in KINDS for language in Language]
TEN_TO_TWELVE = Window(at(TOMORROW, 10), at(TOMORROW, 12), ZONE)

FACTS = Facts(
    name="Anna Puig",
    company="Postvenda Andorra",
    work="Calor Caldera 24",
    phone="+376 800 100",
    window="WINDOW",
    before="BEFORE",
    time="TIME",
    code="482913",
)
NEEDED = {
    MessageKind.BOOKED: ("WINDOW", LINK),
    MessageKind.REMINDER_DAY: ("WINDOW", LINK),
    MessageKind.REMINDER_HOURS: ("WINDOW", LINK),
    MessageKind.ON_MY_WAY: ("TIME",),
    MessageKind.CHANGED: ("WINDOW", "BEFORE", LINK),
    MessageKind.CANCELLED: ("BEFORE", LINK, "+376 800 100"),
    MessageKind.NO_ACCESS: ("TIME", LINK, "+376 800 100"),
    MessageKind.SURVEY_CALL: (),
    MessageKind.SURVEY_TEXT: (LINK,),
    MessageKind.CODE: ("482913",),
    MessageKind.LINK: (LINK,),
}
REMINDERS = (MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOURS)
"""Short, since the customer knows by then what it is about."""
ASKED_FOR = re.compile(
    r"\b(stop|unsubscribe|end|quit|stopall|revoke|optout|cancel|start|yes|baja|baixa|leiratkozom)\b"
    r"|reply|respond|contest|válaszol",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_every_kind_speaks_every_language_with_its_facts(
    kind: MessageKind, language: Language
) -> None:
    text = write(kind, language, FACTS)
    personal = () if kind == MessageKind.CODE else (FACTS.name,)
    about = () if kind in (*REMINDERS, MessageKind.CODE, MessageKind.LINK) else (FACTS.work,)
    needed = (FACTS.company, *personal, *about, *NEEDED[kind])
    assert all(fact in text for fact in needed), text
    assert "{" not in text.replace(LINK, "")


@pytest.mark.parametrize("kind", KINDS)
def test_no_language_borrows_the_words_of_another(kind: MessageKind) -> None:
    assert len({write(kind, language, FACTS) for language in Language}) == len(Language)


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_no_text_asks_for_an_answer_or_shouts(kind: MessageKind, language: Language) -> None:
    text = write(kind, language, FACTS)
    assert not ASKED_FOR.search(text)
    assert not set("!¡") & set(text)


@pytest.mark.parametrize("language", list(Language))
def test_the_page_has_all_its_sentences(language: Language) -> None:
    form = WORDINGS[language].survey_page
    said = [getattr(form, name) for name in form.__dataclass_fields__]
    assert all(sentence.strip() for sentence in said)
    assert len(set(said)) == len(said)


def test_a_text_without_an_office_phone_names_none() -> None:
    facts = Facts(name="Anna", company="Postvenda", work="repair", before="BEFORE")
    assert write(MessageKind.CANCELLED, Language.ENGLISH, facts).endswith(LINK)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ENGLISH, "Wed 11 Mar, 10-12"),
        (Language.SPANISH, "el miércoles 11 de marzo, 10-12 h"),
        (Language.CATALAN, "dimecres 11 de març, 10-12 h"),
        (Language.HUNGARIAN, "márc. 11., szerda, 10-12 óra"),
    ],
)
def test_a_window_is_said_with_its_weekday_and_date(language: Language, words: str) -> None:
    assert window_words(TEN_TO_TWELVE, language) == words


@pytest.mark.parametrize(
    ("language", "today", "tomorrow"),
    [
        (Language.ENGLISH, "today, ", "tomorrow, "),
        (Language.SPANISH, "hoy, ", "mañana, "),
        (Language.CATALAN, "avui, ", "demà, "),
        (Language.HUNGARIAN, "ma, ", "holnap, "),
    ],
)
def test_a_reminder_says_today_and_tomorrow_beside_the_date(
    language: Language, today: str, tomorrow: str
) -> None:
    day = day_words(TOMORROW, language)
    assert window_words(TEN_TO_TWELVE, language, date(2026, 3, 11)).startswith(today + day)
    assert window_words(TEN_TO_TWELVE, language, date(2026, 3, 10)).startswith(tomorrow + day)
    two_days_before = window_words(TEN_TO_TWELVE, language, date(2026, 3, 9))
    assert two_days_before == window_words(TEN_TO_TWELVE, language)


def test_hours_that_are_not_whole_show_their_minutes() -> None:
    window = Window(at(TOMORROW, 9, 30), at(TOMORROW, 11), ZONE)
    assert window_words(window, Language.ENGLISH) == "Wed 11 Mar, 9:30-11:00"


def test_an_exact_appointment_is_said_as_one_time() -> None:
    window = Window(at(TOMORROW, 9), at(TOMORROW, 9), ZONE)
    assert window_words(window, Language.CATALAN) == "dimecres 11 de març, 9:00 h"


def test_hours_are_those_on_the_sites_wall() -> None:
    summer = date(2026, 7, 1)
    assert time_words(at(summer, 9, 5), ZONE) == "9:05"


def test_every_kind_of_work_has_a_name_in_every_language() -> None:
    for language in Language:
        assert len({work_words(kind, language) for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("kind", REMINDERS)
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2026, 11, 24)])
def test_reminders_stay_within_two_segments(
    kind: MessageKind, language: Language, day: date
) -> None:
    window = window_words(Window(at(day, 10), at(day, 12), ZONE), language, day)
    text = write(kind, language, Facts("Anna Puig", "Postvenda Andorra", "", None, window))
    address = text.replace(LINK, "https://visits.example.org/c/" + "x" * 22)
    assert segments_of(address).count <= 2, segments_of(address)


ASKING = sorted(WORDINGS[Language.ENGLISH].answerable)
NETWORKS_OWN = re.compile(
    r"\b(stop|unsubscribe|end|quit|stopall|revoke|optout|cancel|start|unstop|yes)\b", re.IGNORECASE
)
"""What Twilio itself acts on must never be asked for."""


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", ASKING)
def test_a_text_that_can_be_answered_says_how_to_confirm_and_to_move(
    kind: MessageKind, language: Language
) -> None:
    text = write(kind, language, FACTS, asks_for_answer=True)
    facts = [fact for fact in NEEDED[kind] if fact != LINK or kind not in REMINDERS]
    assert all(fact in text for fact in (FACTS.company, FACTS.name, *facts)), text
    assert re.search(r"\b1\b.+\b2\b", text)
    assert not NETWORKS_OWN.search(text)
    assert not set("!¡") & set(text)


@pytest.mark.parametrize("language", list(Language))
def test_every_language_asks_in_the_same_texts(language: Language) -> None:
    assert sorted(WORDINGS[language].answerable) == ASKING


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_else_asks_for_an_answer(kind: MessageKind) -> None:
    if kind not in ASKING:
        asked = write(kind, Language.ENGLISH, FACTS, asks_for_answer=True)
        assert asked == write(kind, Language.ENGLISH, FACTS)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", ASKING)
@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2026, 11, 24)])
def test_asking_keeps_reminders_within_two_segments_and_news_within_four(
    kind: MessageKind, language: Language, day: date
) -> None:
    said_on = day if kind in REMINDERS else None
    window = window_words(Window(at(day, 10), at(day, 12), ZONE), language, said_on)
    facts = Facts("Anna Puig", "Postvenda Andorra", "Calor Caldera 24", None, window, window)
    text = write(kind, language, facts, asks_for_answer=True)
    address = text.replace(LINK, "https://visits.example.org/c/" + "x" * 22)
    most = {MessageKind.BOOKED: 3, MessageKind.CHANGED: 4}.get(kind, 2)
    assert segments_of(address).count <= most, segments_of(address)
