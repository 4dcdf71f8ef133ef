"""Says a message in the customer's language: every kind, every language, no falling back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date

from fieldservice import clock
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.wording import ca, en, es, hu
from fieldservice.notify.wording.form import Wording

WORDINGS: dict[Language, Wording] = {
    Language.ENGLISH: en.WORDING,
    Language.SPANISH: es.WORDING,
    Language.CATALAN: ca.WORDING,
    Language.HUNGARIAN: hu.WORDING,
}

LINK = "{link}"
"""Stands in a body where the customer's own address goes when it is sent."""


@dataclass(frozen=True, slots=True)
class Window:
    """An arrival window in a zone; both ends may be the same moment."""

    from_at: datetime
    until_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text may mention; a kind needs only some of it."""

    name: str
    company: str
    work: str
    phone: str | None = None
    window: str = ""
    before: str = ""
    time: str = ""
    code: str = ""


def write(
    kind: MessageKind, language: Language, facts: Facts, *, asks_for_answer: bool = False
) -> str:
    """The text, or the greeting of a call, with `{link}` left for later.

    `asks_for_answer` says how to confirm and to move by text, where this kind does.
    """
    wording = WORDINGS[language]
    words = wording.answerable.get(kind) if asks_for_answer else None
    return (words or wording.texts[kind]).format(
        name=facts.name,
        company=facts.company,
        work=facts.work,
        call_us=wording.call_us.format(phone=facts.phone) if facts.phone else "",
        window=facts.window,
        before=facts.before,
        time=facts.time,
        code=facts.code,
        link=LINK,
    )


def work_words(kind: Kind, language: Language) -> str:
    """A kind of work as customers call it."""
    return WORDINGS[language].work[kind]


@lru_cache(maxsize=4096)
def window_words(window: Window, language: Language, said_on: date | None = None) -> str:
    """A window as people say it; `said_on`, the day it is read, lets it say *tomorrow*."""
    wording = WORDINGS[language]
    day = clock.local_day(window.from_at, window.zone)
    form = wording.on_day
    if said_on is not None:
        near = {said_on: wording.today, said_on + timedelta(days=1): wording.tomorrow}
        form = near.get(day, wording.on_day)
    hours = wording.hours.format(hours=_hours(window))
    return form.format(day=day_words(day, language), hours=hours)


def day_words(day: date, language: Language) -> str:
    """A date with its weekday, short enough for a text."""
    words = format_date(day, WORDINGS[language].day_pattern, locale=language.value)
    # A typographic apostrophe would switch the whole text to the costly alphabet.
    return str(words).replace("’", "'")


def time_words(moment: datetime, zone: str) -> str:
    """A time on the wall, such as 9:05."""
    local = clock.wall(moment, zone)
    return f"{local.hour}:{local.minute:02d}"


def _hours(window: Window) -> str:
    ends = [clock.wall(moment, window.zone) for moment in (window.from_at, window.until_at)]
    if ends[0] == ends[1]:
        return time_words(window.from_at, window.zone)
    if all(end.minute == 0 for end in ends):
        return f"{ends[0].hour}-{ends[1].hour}"
    return "-".join(time_words(moment, window.zone) for moment in (window.from_at, window.until_at))
