"""Who may open which route: said on every route, and what says nothing stays shut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice.models.users import RoleName
from fieldservice.web.api.place import is_api

View = TypeVar("View", bound=Callable[..., Any])

ACCESS = "fieldservice_access"
ANYBODY = frozenset({"anybody"})
"""Also those who are not signed in: public pages and customers' own links."""
BY_TOKEN = frozenset({"token"})
"""Programs, by a personal token, which web/api/guard.py judges; a cookie opens nothing there."""

SIGN_IN_ENDPOINTS = frozenset({"static", "security.login", "security.logout"})


def open_to(*roles: RoleName) -> Callable[[View], View]:
    """Only signed-in people who play one of these parts; an admin may open everything."""
    return _mark(frozenset({*roles, RoleName.ADMIN}))


def open_to_anybody(view: View) -> View:
    """Everybody, signed in or not: the view itself judges the link it is given."""
    return _mark(ANYBODY)(view)


def open_to_token(view: View) -> View:
    """Programs that act for somebody of the house."""
    return _mark(BY_TOKEN)(view)


def _mark(access: frozenset[str]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        setattr(view, ACCESS, access)
        return view

    return decorate


def access_of(app: Flask, endpoint: str) -> frozenset[str] | None:
    """Who may open an endpoint; None where nobody said."""
    if endpoint in SIGN_IN_ENDPOINTS:
        return ANYBODY
    access: frozenset[str] | None = getattr(app.view_functions.get(endpoint), ACCESS, None)
    return access


def init_roles(app: Flask) -> None:
    """Judge every request before its view is called."""

    @app.before_request
    def judge() -> Response | None:
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint)
        if access in (ANYBODY, BY_TOKEN):
            return None
        if is_api():
            abort(403)
        if not current_user.is_authenticated:
            shown_the_door: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            return shown_the_door
        if access is None or not current_user.plays(*access):
            abort(403)
        return None
