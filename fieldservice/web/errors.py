"""Our errors as pages: one place that knows HTTP status codes."""

from __future__ import annotations

from flask import Flask, render_template
from flask_babel import gettext
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from fieldservice.errors import (
    Conflict,
    FieldServiceError,
    LinkExpired,
    NotFound,
    Refused,
)

STATUS: tuple[tuple[type[FieldServiceError], int], ...] = (
    (NotFound, 404),
    (LinkExpired, 410),
    (Conflict, 409),
    (Refused, 400),
    (FieldServiceError, 500),
)


def status_of(error: FieldServiceError) -> int:
    """The HTTP status of one of our errors."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def init_errors(app: Flask) -> None:
    """Answer errors with a page that says what is wrong and what to do."""

    @app.errorhandler(FieldServiceError)
    def ours(error: FieldServiceError) -> tuple[str, int]:
        return _page(status_of(error), error.sentence)

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> tuple[str, int]:
        return _page(400, gettext("This page was open for too long. Reload it and send it again."))

    @app.errorhandler(HTTPException)
    def theirs(error: HTTPException) -> tuple[str, int]:
        # Werkzeug's own descriptions are English, and nothing a customer could act on.
        return _page(error.code or 500, None)


def _page(status: int, sentence: str | None) -> tuple[str, int]:
    at_home = bool(current_user and current_user.is_authenticated)
    page = render_template(
        "errors/error.html", status=status, sentence=sentence, home_url="/" if at_home else None
    )
    return page, status
