"""Our errors as pages: one place that knows HTTP status codes."""

from __future__ import annotations

from flask import Flask, render_template
from flask_babel import gettext
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


def _sentences() -> dict[int, str]:
    return {
        400: gettext("The page was sent incomplete. Go back, reload and send it again."),
        403: gettext("Your account may not open this page."),
        404: gettext("There is nothing at this address."),
        405: gettext("This address does not take that request."),
        413: gettext("The file is too large. Send a smaller one."),
        429: gettext("That was too often. Wait a minute and try again."),
        500: gettext("Something broke on our side. Nothing was changed; try again."),
    }


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
        status = error.code or 500
        return _page(status, _sentences().get(status) or error.description or "")


def _page(status: int, sentence: str) -> tuple[str, int]:
    return render_template("errors/error.html", status=status, sentence=sentence), status
