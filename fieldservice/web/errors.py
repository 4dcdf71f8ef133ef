"""Our errors as pages: one place that knows HTTP status codes."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

from flask import Flask, Response, current_app, g, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from fieldservice.db import db
from fieldservice.errors import (
    Conflict,
    FieldServiceError,
    LinkExpired,
    NotFound,
    Refused,
)
from fieldservice.web.api.place import is_api
from fieldservice.web.api.problems import problem
from fieldservice.web.language import browsers_language, chosen_language
from fieldservice.web.sentences import in_words

log = logging.getLogger(__name__)

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

NO_HOST = "The request names no host a page can be at. Open the address again as it was given."

OURS = "/fieldservice/"
"""What the path of our own code holds."""

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
    app.log_exception = _log_place  # type: ignore[method-assign,assignment]

    @app.errorhandler(FieldServiceError)
    def ours(error: FieldServiceError) -> Answer:
        return problem(error) if is_api() else _page(status_of(error), in_words(error))

    @app.errorhandler(OverflowError)
    @app.errorhandler(DataError)
    def out_of_bounds(error: Exception) -> Answer:
        db.session.rollback()
        _log_place((type(error), error, error.__traceback__))
        if is_api():
            return problem(error)
        sentence = gettext("A number or a date is too large or too small. Write another one.")
        return _page(400, sentence)

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PoolTimeout)
    def no_database(error: Exception) -> Answer:
        # Nothing of this answer may ask the database anything, not even who it is for.
        db.session.remove()
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
        g.language = g.get("language") or chosen_language() or browsers_language()
        _log_place((type(error), error, error.__traceback__))
        if is_api():
            return problem(error)
        return (*_page(503, None), {"Retry-After": "5"})

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> tuple[str, int]:
        return _page(400, gettext("This page was open for too long. Reload it and send it again."))

    @app.errorhandler(HTTPException)
    def theirs(error: HTTPException) -> Answer:
        if is_api():
            return problem(error)
        if request_ctx.url_adapter is None:
            # Without a host no page can be drawn: each names its styles by address.
            return Response(f"{NO_HOST}\n", 400, content_type="text/plain; charset=utf-8")
        # Werkzeug's own descriptions are English, and nothing a customer could act on.
        return _page(error.code or 500, None)


def _page(status: int, sentence: str | None) -> tuple[str, int]:
    at_home = bool(current_user and current_user.is_authenticated)
    page = render_template(
        "errors/error.html", status=status, sentence=sentence, home_url="/" if at_home else None
    )
    return page, status


def _log_place(
    failure: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
) -> None:
    """Say which page failed and where in the program.

    The message and the values of an error may name a customer, and an address may open their
    page: the log must hold neither.
    """
    kind, _error, trace = failure
    steps = [f"{step.filename}:{step.lineno}" for step in traceback.extract_tb(trace)]
    name, ours = kind.__name__ if kind else "unknown", [step for step in steps if OURS in step]
    where = " < ".join(reversed(ours[-6:] or steps[-1:]))
    log.error("%s %s failed: %s at %s", request.method, request.endpoint, name, where)
