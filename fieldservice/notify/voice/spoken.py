"""Days and times as a voice says them: in words, in the caller's language, with the day's part."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fieldservice import clock
from fieldservice.models.kinds import Language
from fieldservice.notify.texts import Window
from fieldservice.notify.voice.tongues import ca, en, es, hu
from fieldservice.notify.voice.tongues.form import Tongue

TONGUES: dict[Language, Tongue] = {
    Language.ENGLISH: en.TONGUE,
    Language.SPANISH: es.TONGUE,
    Language.CATALAN: ca.TONGUE,
    Language.HUNGARIAN: hu.TONGUE,
}


def spoken_window(window: Window, language: Language, said_on: date | None = None) -> str:
    """A window as it stands in *we come …*; `said_on`, the day it is heard, lets it say
    *tomorrow*."""
    tongue = TONGUES[language]
    start, end = (clock.wall(one, window.zone) for one in (window.from_at, window.until_at))
    exact = tongue.at(start.time()) if start == end else None
    hours = exact or tongue.between(start.time(), end.time())
    return f"{spoken_day(start.date(), language, said_on)}, {hours}"


def spoken_day(day: date, language: Language, said_on: date | None = None) -> str:
    """A day with its weekday, as it stands in *we come …*."""
    tongue = TONGUES[language]
    if said_on is not None and day - said_on in (timedelta(0), timedelta(days=1)):
        near = tongue.today if day == said_on else tongue.tomorrow
        return near.format(day=tongue.day(day))
    return tongue.on_day(day)


def spoken_time(moment: datetime, zone: str, language: Language) -> str:
    """A time alone, such as *half past nine in the morning*."""
    return TONGUES[language].alone(clock.wall(moment, zone).time())
