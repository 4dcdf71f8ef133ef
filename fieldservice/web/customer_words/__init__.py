"""What customers' own pages say, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date

from fieldservice import clock
from fieldservice.models.kinds import Kind, Language
from fieldservice.notify.texts import Window, day_words, time_words, window_words, work_words
from fieldservice.web.customer_words import ca, en, es, hu
from fieldservice.web.customer_words.form import CustomerWords
from fieldservice.web.language import choose_language

WORDS: dict[Language, CustomerWords] = {
    Language.ENGLISH: en.WORDS,
    Language.SPANISH: es.WORDS,
    Language.CATALAN: ca.WORDS,
    Language.HUNGARIAN: hu.WORDS,
}
LONG_DATES = {Language.ENGLISH: "d MMMM y"}
"""Where the usual long date is not the one people here write."""
TONGUES = (
    (Language.CATALAN, "Català"),
    (Language.SPANISH, "Español"),
    (Language.ENGLISH, "English"),
    (Language.HUNGARIAN, "Magyar"),
)


def language() -> Language:
    """The language this page is in."""
    return Language(choose_language())


def words() -> CustomerWords:
    """Everything these pages say."""
    return WORDS[language()]


def say_window(from_at: datetime, until_at: datetime, zone: str) -> str:
    """A window such as “Wed 11 Mar, 10-12”, without the small word before it."""
    said = window_words(Window(from_at, until_at, zone), language())
    return said.removeprefix("on ").removeprefix("el ").strip()


def say_day(day: date) -> str:
    """A date with its weekday."""
    return day_words(day, language())


def say_date(day: date) -> str:
    """A date of any year."""
    return str(format_date(day, LONG_DATES.get(language(), "long"), locale=language().value))


def is_today(moment: datetime, zone: str) -> bool:
    """Whether it falls on the present day, or fell on one before."""
    return clock.local_day(moment, zone) <= clock.local_day(clock.now(), zone)


def say_time(moment: datetime, zone: str) -> str:
    """A time on the wall."""
    return time_words(moment, zone)


def say_kind(kind: Kind) -> str:
    """A kind of work, with a capital letter."""
    said = work_words(kind, language())
    return said[:1].upper() + said[1:]
