"""Writes a letter in the customer's language: its subject, its text, its page on paper."""

from __future__ import annotations

from babel.dates import format_date

from fieldservice import clock
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.letters import ca, en, es, hu
from fieldservice.notify.letters.form import LetterWords
from fieldservice.notify.texts import LINK, Facts, Window

LETTERS: dict[Language, LetterWords] = {
    Language.ENGLISH: en.WORDS,
    Language.SPANISH: es.WORDS,
    Language.CATALAN: ca.WORDS,
    Language.HUNGARIAN: hu.WORDS,
}
LONGEST_SUBJECT = 150
AN_END = (MessageKind.CANCELLED, MessageKind.NO_ACCESS)
"""After these the address serves to find a new time."""


def subject_of(kind: MessageKind, language: Language, facts: Facts, window: Window | None) -> str:
    """What stands above the letter, on one line."""
    day = letter_day(window, language) if window else ""
    words = LETTERS[language].subjects[kind].format(day=day, company=facts.company)
    return " ".join(words.split())[:LONGEST_SUBJECT]


def by_mail(kind: MessageKind, language: Language, facts: Facts) -> str:
    """The letter as it is mailed, with `{link}` left for later; empty lines part paragraphs."""
    words = LETTERS[language]
    before_link = words.our_page
    if kind == MessageKind.SURVEY_TEXT:
        before_link = words.question
    elif kind in AN_END:
        before_link = words.new_time
    parts = [*_beginning(kind, language, facts), f"{before_link}\n{LINK}"]
    return "\n\n".join([*parts, *_end(language, facts)])


def on_paper(kind: MessageKind, language: Language, facts: Facts) -> str:
    """The letter as it is printed: whoever reads it answers by telephone."""
    return "\n\n".join([*_beginning(kind, language, facts), *_end(language, facts)])


def letter_window(window: Window, language: Language) -> str:
    """A window written out: day, month, year and hours."""
    words = LETTERS[language]
    start, end = (clock.wall(one, window.zone) for one in (window.from_at, window.until_at))
    form = words.at if start == end else words.between
    return form.format(
        day=letter_day(window, language), start=f"{start:%-H:%M}", end=f"{end:%-H:%M}"
    )


def letter_day(window: Window, language: Language) -> str:
    """The window's day with its weekday and year."""
    day = clock.local_day(window.from_at, window.zone)
    return str(format_date(day, "full", locale=LETTERS[language].locale))


def _beginning(kind: MessageKind, language: Language, facts: Facts) -> list[str]:
    words = LETTERS[language]
    said = words.texts[kind].format(
        company=facts.company,
        work=facts.work,
        window=facts.window,
        before=facts.before,
        time=facts.time,
    )
    return [words.greeting.format(name=facts.name), said]


def _end(language: Language, facts: Facts) -> list[str]:
    words = LETTERS[language]
    call_us = [words.call_us.format(phone=facts.phone)] if facts.phone else []
    return [*call_us, f"{words.closing}\n{facts.company}"]
