"""Days and times aloud: in words, never in figures, in every language."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.texts import Facts, Window
from fieldservice.notify.voice.speech import SPOKEN, notice_text
from fieldservice.notify.voice.spoken import TONGUES, spoken_day, spoken_time, spoken_window
from tests.factories import TODAY, TOMORROW, ZONE, at

EN, ES, CA, HU = Language.ENGLISH, Language.SPANISH, Language.CATALAN, Language.HUNGARIAN


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (EN, "tomorrow, Wednesday the eleventh of March, between ten in the morning and noon"),
        (
            ES,
            "mañana, miércoles once de marzo, entre las diez de la mañana y las doce del mediodía",
        ),
        (CA, "demà, dimecres onze de març, entre les deu del matí i les dotze del migdia"),
        (HU, "holnap, március tizenegyedikén, szerdán, délelőtt tíz és déli tizenkét óra között"),
    ],
)
def test_a_window_is_said_as_people_say_it(language: Language, words: str) -> None:
    window = Window(at(TOMORROW, 10), at(TOMORROW, 12), ZONE)
    assert spoken_window(window, language, TODAY) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (EN, "on Wednesday the eleventh of March, between half past nine and eleven in the"),
        (ES, "el miércoles once de marzo, entre las nueve y media y las once de la mañana"),
        (CA, "dimecres onze de març, entre dos quarts de deu i les onze del matí"),
        (HU, "március tizenegyedikén, szerdán, délelőtt fél tíz és tizenegy óra között"),
    ],
)
def test_half_hours_and_days_further_off(language: Language, words: str) -> None:
    window = Window(at(TOMORROW, 9, 30), at(TOMORROW, 11), ZONE)
    assert spoken_window(window, language, date(2026, 3, 1)).startswith(words)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (EN, "today, Wednesday the eleventh of March, at a quarter to one in the afternoon"),
        (ES, "hoy, miércoles once de marzo, a la una menos cuarto del mediodía"),
        (CA, "avui, dimecres onze de març, a tres quarts d'una del migdia"),
        (HU, "ma, március tizenegyedikén, szerdán, délután háromnegyed egykor"),
    ],
)
def test_an_exact_time_is_one_time(language: Language, words: str) -> None:
    moment = at(TOMORROW, 12, 45)
    assert spoken_window(Window(moment, moment, ZONE), language, TOMORROW) == words


@pytest.mark.parametrize("language", list(Language))
def test_every_minute_and_every_day_has_words_of_its_own(language: Language) -> None:
    tongue = TONGUES[language]
    minutes = [time(hour, minute) for hour in range(24) for minute in range(60)]
    times = [tongue.alone(one) for one in minutes]
    days = [spoken_day(date(2026, 1, 1) + timedelta(days=n), language) for n in range(365)]
    assert len(set(times)) == len(minutes)
    assert len(set(days)) == len(days)
    assert not any(sign.isdigit() for words in [*times, *days] for sign in words)


def test_summer_and_winter_are_those_on_the_wall() -> None:
    assert spoken_time(at(date(2026, 7, 1), 9, 5), ZONE, EN) == "five past nine in the morning"


NEWS = tuple(SPOKEN[EN].notice.texts)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", NEWS)
def test_news_names_company_person_work_and_time(kind: MessageKind, language: Language) -> None:
    facts = Facts("Anna Puig", "Postvenda", "WORK", None, "WINDOW", "BEFORE", "TIME")
    said = notice_text(kind, language, facts)
    assert all(fact in said for fact in ("Anna Puig", "Postvenda", "WORK")), said
    assert any(fact in said for fact in ("WINDOW", "BEFORE", "TIME"))
    assert not set("{}!¡0123456789") & set(said)


def test_every_language_has_the_same_news() -> None:
    assert {frozenset(words.notice.texts) for words in SPOKEN.values()} == {frozenset(NEWS)}
    assert {
        MessageKind.BOOKED,
        MessageKind.REMINDER_DAY,
        MessageKind.REMINDER_HOURS,
        MessageKind.CHANGED,
        MessageKind.CANCELLED,
        MessageKind.NO_ACCESS,
        MessageKind.ON_MY_WAY,
    } <= set(NEWS)


@pytest.mark.parametrize("part", ["survey", "notice", "inbound"])
def test_no_sentence_is_missing_borrowed_or_shouted(part: str) -> None:
    forms = [getattr(words, part) for words in SPOKEN.values()]
    for name in forms[0].__dataclass_fields__:
        if name == "texts":
            continue
        said = [getattr(form, name) for form in forms]
        assert all(one.strip() for one in said)
        assert len(set(said)) == len(said), name
        assert not any(set("!¡0123456789") & set(one) for one in said)
