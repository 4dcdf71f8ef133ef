"""What staff write into forms, read one entry at a time; a wrong one is refused by its name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from flask_babel import gettext

from fieldservice.clock import is_within_reach
from fieldservice.errors import Refused

Form = Mapping[str, str]


def words(form: Form, name: str, label: str, longest: int = 200) -> str:
    """Some words; an empty entry is refused."""
    text = maybe_words(form, name, label, longest)
    if text is None:
        raise Refused(gettext("%(label)s is empty. Fill it in.", label=label), name)
    return text


def maybe_words(form: Form, name: str, label: str, longest: int = 200) -> str | None:
    """Some words, or None where nothing is written."""
    text = form.get(name, "").strip()
    if len(text) > longest:
        raise Refused(
            gettext("%(label)s is longer than %(n)s letters. Shorten it.", label=label, n=longest),
            name,
        )
    return text or None


def whole(form: Form, name: str, label: str, low: int, high: int) -> int:
    """A whole number within its bounds."""
    text = form.get(name, "").strip()
    if not text.removeprefix("-").isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise Refused(
            gettext(
                "%(label)s is “%(text)s”. Write a whole number from %(low)s to %(high)s.",
                label=label,
                text=text,
                low=low,
                high=high,
            ),
            name,
        )
    return int(text)


def day(form: Form, name: str, label: str) -> date:
    """A date as date fields send it."""
    found = maybe_day(form, name, label)
    if found is None:
        raise Refused(gettext("%(label)s is empty. Choose a date.", label=label), name)
    return found


def maybe_day(form: Form, name: str, label: str) -> date | None:
    """A date, or None where none is chosen."""
    text = form.get(name, "").strip()
    if not text:
        return None
    found = _day_in(text)
    if found is None:
        sentence = gettext(
            "%(label)s is “%(text)s”. Write a date such as 2026-11-24.", label=label, text=text
        )
        raise Refused(sentence, name)
    return found


def _day_in(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if is_within_reach(found) else None


def hour(form: Form, name: str, label: str) -> time:
    """A wall time as time fields send it."""
    found = maybe_hour(form, name, label)
    if found is None:
        raise Refused(gettext("%(label)s is empty. Write a time such as 08:30.", label=label), name)
    return found


def maybe_hour(form: Form, name: str, label: str) -> time | None:
    """A wall time, or None where none is written."""
    text = form.get(name, "").strip()
    try:
        found = time.fromisoformat(text.zfill(5)) if text else None
    except ValueError as error:
        sentence = gettext(
            "%(label)s is “%(text)s”. Write a time such as 08:30.", label=label, text=text
        )
        raise Refused(sentence, name) from error
    return found.replace(second=0, microsecond=0, tzinfo=None) if found else None


def ticked(form: Form, name: str) -> bool:
    """Whether a box is ticked."""
    return form.get(name, "") not in ("", "0")
