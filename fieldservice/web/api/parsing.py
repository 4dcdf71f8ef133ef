"""Reading what a program sends: JSON objects and addresses, judged by their schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request, abort
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from fieldservice.scheduling.exchange.fields import unique_keys
from fieldservice.web.api.problems import Fault, Faulty, Problem

LARGEST_BODY = 1_000_000
"""Bytes; no record is nearly as large."""


class Parser(FlaskParser):
    """webargs' reading of requests, with our own refusals."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        body = req.get_data(cache=True)
        if len(body) > LARGEST_BODY:
            abort(413)
        found = _json(body) if body.strip() else {}
        faults = [Fault(path, _unreadable(path)) for path in _not_text(found, "")]
        if faults:
            raise Faulty(faults)
        return found

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        messages: Any = error.messages
        faults = [fault for part in messages.values() for fault in _faults(part, "")]
        raise Faulty(faults) from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=unique_keys)
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits or a thousand brackets is no JSON anybody means.
        sentence = (
            "The body is no JSON that can be read. Send one object, in UTF-8 without a byte "
            "order mark."
        )
        raise Problem(400, "malformed", sentence) from error


def _not_text(found: Any, path: str) -> Iterator[str]:
    """Where a text holds what is no text: NUL, or half of a surrogate pair."""
    if isinstance(found, str):
        if "\0" in found or any("\ud800" <= sign <= "\udfff" for sign in found):
            yield path
    elif isinstance(found, Mapping):
        for name, value in found.items():
            if list(_not_text(name, path)):
                yield path or "body"
            else:
                yield from _not_text(value, f"{path}.{name}" if path else name)
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _not_text(value, f"{path}.{number}" if path else str(number))


def _unreadable(path: str) -> str:
    return f"“{path}” holds an unreadable sign. Send text without it."


def _faults(messages: Any, path: str) -> Iterator[Fault]:
    """marshmallow's messages, each with the whole name of its field."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            whole = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from _faults(inner, whole)
    else:
        for message in [messages] if isinstance(messages, str) else messages:
            yield Fault(path or "body", f"“{_shown(path) or 'body'}” {message}")


def _shown(path: str) -> str:
    """A field's name as it may stand in an answer: an unknown one is the sender's own words."""
    return path if len(path) <= 100 else path[:100] + "…"
