"""How often somebody may knock."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from http.client import BAD_REQUEST
from typing import Any

from flask import Flask, Response, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from fieldservice.config import Settings
from fieldservice.web.limit_counts import SCHEME

limiter = Limiter(get_remote_address, headers_enabled=True)


def init_limits(app: Flask) -> None:
    """Limit sign-in; other routes name their own limit."""
    settings: Settings = app.extensions["fieldservice_settings"]
    counts = "memory://" if settings.testing else f"{SCHEME}://{settings.var_dir / 'limits.db'}"
    app.config["RATELIMIT_STORAGE_URI"] = counts
    # Told before the limiter itself, it comes after it.
    app.after_request(_only_where_refused)
    limiter.init_app(app)
    if settings.testing:
        # The counts outlive an application in the same process: each begins with all tries left.
        limiter.reset()
    app.view_functions["security.login"] = _limited(app.view_functions["security.login"])


def _only_where_refused(response: Response) -> Response:
    """When to come again is no news to whoever was let in."""
    if response.status_code < BAD_REQUEST:
        response.headers.pop("Retry-After", None)
    return response


@cache
def _limited(sign_in: Callable[..., Any]) -> Any:
    """Once in a process: the limiter is the process's own and would count each time it was told."""
    return limiter.limit(_sign_in_limit, methods=["POST"])(sign_in)


def _sign_in_limit() -> str:
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return settings.sign_in_limit
