"""What no address and no form may hold, refused before any page reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from flask_babel import gettext
from werkzeug.routing import IntegerConverter, Map, PathConverter

from fieldservice.errors import NotFound, Refused

LARGEST = 2**31 - 1
"""The largest number a record can have on both databases."""

SIGNED = frozenset({"twilio"})
"""What these pages are sent is signed as it is: they take the unreadable signs out themselves."""


def _at_most(number: int) -> str:
    """A pattern of all whole numbers up to this one, in plain digits."""
    digits = str(number)
    shorter = f"[0-9]{{1,{len(digits) - 1}}}"
    below = [
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit != "0"
    ]
    return "|".join([shorter, *below, digits])


class RecordNumber(IntegerConverter):
    """`<int:…>` in an address: a number no record can have is no address."""

    # A number that is refused only when it is converted is answered 405, not 404, where the
    # same address has other methods too.
    regex = f"0*(?:{_at_most(LARGEST)})"

    def __init__(self, addresses: Map, *args: Any, **options: Any) -> None:
        super().__init__(addresses, *args, **{"max": LARGEST, **options})


class OutsideId(PathConverter):
    """`<outside:…>` at the end of an address: an id another system gave, slashes and all."""

    regex = ".+?"
    part_isolating = False


def is_record_number(text: str) -> bool:
    """Whether a form names a record so: 0 and up, in plain digits."""
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST


def record_number(text: str) -> int | None:
    """The record a form names so; None where that is no number."""
    return int(text) if is_record_number(text) else None


def init_bounds(app: Flask) -> None:
    """Guard every route; before blueprints, which read their addresses as they are registered."""
    app.url_map.converters |= {"int": RecordNumber, "outside": OutsideId}

    @app.url_value_preprocessor
    def refuse_what_cannot_be_kept(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if any("\0" in str(value) for value in (values or {}).values()):
            # The page that says so looks there for its territory.
            request.view_args = None
            raise NotFound(gettext("There is nothing at this address."))
        if request.blueprint in SIGNED:
            return
        for field, text in _sent():
            if "\0" in text or "\0" in field:
                sentence = gettext("“%(field)s” holds an unreadable sign. Type it again.")
                raise Refused(sentence % {"field": field.replace("\0", "")}, field)


def _sent() -> Iterator[tuple[str, str]]:
    yield from request.args.items(multi=True)
    yield from request.form.items(multi=True)
    for field, file in request.files.items(multi=True):
        yield field, file.filename or ""
