"""Who asks: the token of a request, what it may do, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_limiter.util import get_remote_address
from limits import parse

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.api import Scope
from fieldservice.operations.house import tokens
from fieldservice.operations.house.tokens import Credentials
from fieldservice.web.api.parsing import LARGEST_BODY
from fieldservice.web.api.place import is_api
from fieldservice.web.api.problems import THEIRS, Problem
from fieldservice.web.limits import limiter
from fieldservice.web.roles import open_to_token

View = TypeVar("View", bound=Callable[..., Any])

SCOPE = "fieldservice_scope"
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a program asks, by which token, and what that one may do."""

    user_id: int
    token_id: int
    scopes: frozenset[Scope]


def needs(scope: Scope) -> Callable[[View], View]:
    """Only for tokens with this scope, whose owner may do as much on the pages."""

    def decorate(view: View) -> View:
        setattr(view, SCOPE, scope)
        return open_to_token(view)

    return decorate


def scope_of(app: Flask, endpoint: str | None) -> Scope | None:
    """The scope a route needs; None where it is no route of the API's."""
    found: Scope | None = getattr(app.view_functions.get(endpoint or ""), SCOPE, None)
    return found


def caller() -> Caller:
    """Who asks; only inside a route that needs a scope."""
    found: Caller = g.api_caller
    return found


class Sessions(SecureCookieSessionInterface):
    """Sessions of people; a program has none, whatever cookie its requests carry."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Nobody's session for a program, and one that is never kept."""
        return self.session_class() if is_api() else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set a cookie for people alone."""
        if not is_api():
            super().save_session(app, session, response)


def init_guard(app: Flask) -> None:
    """Judge every request to the API before its view is called."""
    app.session_interface = Sessions()

    @app.before_request
    def judge() -> None:
        if not is_api():
            return
        if (request.content_length or 0) > LARGEST_BODY:
            abort(413)
        scope = scope_of(app, request.endpoint)
        if scope is not None:
            g.api_caller = _caller(scope)
        if request.method in WITH_BODY and _has_body() and not request.is_json:
            name, sentence = THEIRS[415]
            raise Problem(415, name, sentence)


def _has_body() -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _caller(scope: Scope) -> Caller:
    token = _token()
    _count(f"token:{token.token_id}")
    if scope not in token.scopes:
        raise Problem(
            403,
            "forbidden",
            f"This token may not do that: it lacks the scope {scope.value}.",
            {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'},
        )
    _note_use(token)
    return Caller(token.user_id, token.token_id, token.scopes)


def _token() -> Credentials:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        raise Problem(
            401,
            "unauthorized",
            "Send your token: “Authorization: Bearer …”.",
            {"WWW-Authenticate": 'Bearer realm="fieldservice"'},
        )
    token = tokens.credentials(db.session(), secret.strip(), clock.now())
    if token is None:
        _count(f"stranger:{get_remote_address()}")
        raise Problem(
            401,
            "unauthorized",
            "This token is not known, has expired or was revoked. Make a new one.",
            {"WWW-Authenticate": 'Bearer realm="fieldservice", error="invalid_token"'},
        )
    return token


def _count(who: str) -> None:
    settings: Settings = current_app.extensions["fieldservice_settings"]
    limit = _limit(settings.api_limit)
    if limiter.limiter.hit(limit, "api", who):
        return
    again_at = limiter.limiter.get_window_stats(limit, "api", who).reset_time
    seconds = max(1, int(again_at - time.time()) + 1)
    sentence = f"More than {settings.api_limit}: wait {seconds} seconds."
    raise Problem(429, "too-many", sentence, {"Retry-After": str(seconds)})


_limit = cache(parse)


def _note_use(token: Credentials) -> None:
    now = clock.now()
    if tokens.is_news(token, now):
        with transaction() as session:
            tokens.note_use(session, token.token_id, now)
