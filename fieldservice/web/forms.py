"""Forms that are judged by the operations: each refusal is shown where it belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import flash
from wtforms import Form

from fieldservice.errors import Refused
from fieldservice.web.sentences import in_words


def blame(form: Form, refused: Refused, names: Mapping[str, str] | None = None) -> None:
    """Show the sentence at its field, or above the form where it names none.

    `names` says which field of the form the operation means where they are called differently.
    """
    field = (names or {}).get(refused.field or "", refused.field)
    if field is not None and field in form:
        form[field].errors = [*form[field].errors, in_words(refused)]
    else:
        form.form_errors.append(in_words(refused))


@contextmanager
def refusal_shown() -> Iterator[None]:
    """Say on the page that comes next what was refused."""
    try:
        yield
    except Refused as refusal:
        flash(in_words(refusal), "error")
