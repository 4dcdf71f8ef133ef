"""Times as people say them, for templates: `time_in`, `day_words`, `date_words`, `window(…)`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from babel.dates import format_date, get_day_names
from flask import Flask

from fieldservice.clock import local_day, wall
from fieldservice.web.language import choose_language

DAYS = {"en": "EEE d MMM", "es": "EEE d MMM", "ca": "EEE d MMM", "hu": "MMM d., EEE"}
DATES = {"en": "d MMM y", "es": "d MMM y", "ca": "d MMM y", "hu": "y. MMM d."}
"""In the letters of Unicode's date patterns."""


def time_in(moment: datetime, zone: str) -> str:
    """The hour and minute on that zone's wall."""
    return f"{wall(moment, zone):%H:%M}"


def date_in(moment: datetime, zone: str) -> date:
    """The date on that zone's wall."""
    return local_day(moment, zone)


def day_words(day: date) -> str:
    """A date nobody can misread: Tue 24 Nov."""
    language = choose_language()
    return format_date(day, DAYS[language], locale=language)


def date_words(day: date) -> str:
    """A date of any year: 2 Jun 2025."""
    language = choose_language()
    return format_date(day, DATES[language], locale=language)


def weekdays(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """The days of the week, Monday first, as a list or a label begins with them."""
    names = get_day_names(width, context="stand-alone", locale=choose_language())
    return [names[number][:1].upper() + names[number][1:] for number in range(7)]


def window(first: datetime, last: datetime, zone: str) -> str:
    """A span on one day: 10:00–12:00."""
    return f"{time_in(first, zone)}–{time_in(last, zone)}"


def init_times(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.filters.update(
        time_in=time_in, date_in=date_in, day_words=day_words, date_words=date_words
    )
    app.jinja_env.globals.update(window=window, weekdays=weekdays)
