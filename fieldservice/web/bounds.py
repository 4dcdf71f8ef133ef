"""What no address and no form may hold, refused before any page reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from flask_babel import gettext
from werkzeug.routing import IntegerConverter, Map

from fieldservice.errors import NotFound, Refused

LARGEST = 2**31 - 1
"""The largest number a record can have on both databases."""

SIGNED = frozenset({"twilio"})
"""What these pages are sent is signed as it is: they take the unreadable signs out themselves."""


class RecordNumber(IntegerConverter):
    """`<int:…>` in an address: a number no record can have is no address."""

    def __init__(self, addresses: Map, *args: Any, **options: Any) -> None:
        super().__init__(addresses, *args, **{"max": LARGEST, **options})


def is_record_number(text: str) -> bool:
    """Whether a form names a record so: 0 and up, in plain digits."""
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST


def init_bounds(app: Flask) -> None:
    """Guard every route; before blueprints, which read their addresses as they are registered."""
    app.url_map.converters["int"] = RecordNumber

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
