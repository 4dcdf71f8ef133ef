"""What the operations say, in the language of the page."""

from __future__ import annotations

import re
from datetime import date, datetime

from flask import Flask
from flask_babel import gettext

from fieldservice.errors import FieldServiceError
from fieldservice.operations.house.technicians import WEEKDAYS
from fieldservice.web.times import day_words, weekdays

CODE = re.compile(r"(.+?)( \(\d+\))?", re.DOTALL)
"""Words of ours, and the provider's number for what happened."""


def in_words(said: FieldServiceError | str | None) -> str:
    """A refusal or another sentence of the operations, as this reader understands it."""
    if isinstance(said, FieldServiceError):
        values = {name: _shown(name, value) for name, value in said.values.items()}
        return str(gettext(said.wording, **values))
    if not said:
        # The empty sentence is what a catalogue describes itself by.
        return ""
    words, code = CODE.fullmatch(said).groups()  # type: ignore[union-attr]
    return f"{gettext(words)}{code or ''}"


def _shown(name: str, value: object) -> object:
    if name == "weekday":
        return weekdays()[WEEKDAYS.index(str(value))]
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_words(value)
    # What ends like a sentence may be one of ours; a name is nobody's to translate.
    return in_words(value) if isinstance(value, str) and value.endswith(".") else value


def init_sentences(app: Flask) -> None:
    """Let templates say them: `refusal|in_words`."""
    app.jinja_env.filters["in_words"] = in_words
