"""How often somebody may knock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from fieldservice.config import Settings

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def init_limits(app: Flask, settings: Settings) -> None:
    """Limit sign-in; other routes name their own limit."""
    limiter.init_app(app)
    # The counts outlive an application in the same process: each begins with all tries left.
    limiter.reset()
    knock: Callable[..., Any] = app.view_functions["security.login"]
    limited: Any = limiter.limit(settings.sign_in_limit, methods=["POST"])(knock)
    app.view_functions["security.login"] = limited
