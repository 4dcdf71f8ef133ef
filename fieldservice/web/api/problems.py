"""Errors as problem details (RFC 9457): one sentence, and each field that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from fieldservice.errors import (
    Conflict,
    FieldServiceError,
    LinkExpired,
    NotFound,
    Refused,
    RuleBroken,
    Stale,
    WindowTaken,
)

MEDIA = "application/problem+json"
DatabaseTrouble = OperationalError | InterfaceError | PoolTimeout


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that cannot be accepted, and why."""

    field: str
    detail: str


class Faulty(Refused):
    """Input with one or more fields that cannot be accepted."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(first.detail, first.field)
        self.faults = tuple(faults)


class Problem(FieldServiceError):
    """An answer that is no success, with its status."""

    def __init__(
        self, status: int, name: str, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.name, self.headers = status, name, dict(headers or {})


@dataclass(frozen=True, slots=True)
class _Told:
    status: int
    name: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


OURS: tuple[tuple[type[FieldServiceError], int, str], ...] = (
    (NotFound, 404, "not-found"),
    (LinkExpired, 410, "expired"),
    (WindowTaken, 409, "window-taken"),
    (RuleBroken, 409, "rule-broken"),
    (Stale, 409, "stale"),
    (Conflict, 409, "conflict"),
    (Refused, 422, "refused"),
    (FieldServiceError, 500, "broken"),
)

THEIRS: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "This is not a request this server understands."),
    403: ("forbidden", "This is not open to programs."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not take that method. “Allow” says which."),
    408: ("too-slow", "The request took too long to arrive. Send it again."),
    413: ("too-large", "The request is too large. Send less at once."),
    414: ("too-large", "The address is too long. Ask for less at once."),
    415: ("not-json", "Send JSON, with “Content-Type: application/json”."),
    500: ("broken", "Something broke here. It is in the log; send the request again later."),
}

TITLES = {
    "broken": "Something broke here",
    "busy": "Try again in a moment",
    "conflict": "Not possible as things stand",
    "expired": "Over",
    "forbidden": "Not allowed",
    "key-reused": "Idempotency key used for another request",
    "malformed": "Not understood",
    "method-not-allowed": "Method not allowed",
    "not-found": "Not found",
    "not-json": "Not JSON",
    "refused": "Not accepted",
    "rule-broken": "A rule stands against it",
    "stale": "Changed meanwhile",
    "too-large": "Too large",
    "too-many": "Too many requests",
    "too-slow": "Too slow",
    "unauthorized": "No token",
    "window-taken": "Window taken",
}
"""What each kind of problem is called."""

EXTENSIONS: dict[type[FieldServiceError], Callable[[Any], Mapping[str, Any]]] = {}
"""What else a problem of ours tells: further members of its object, by kind of error."""


def problem(error: Exception) -> Response:
    """The answer to a request that could not be done."""
    told = _told(error)
    members = {
        "type": f"urn:fieldservice:problem:{told.name}",
        "title": TITLES.get(told.name, told.name),
        "status": told.status,
        "detail": told.detail,
        "instance": request.path,
        **told.more,
    }
    body = json.dumps(members, ensure_ascii=True) + "\n"
    return Response(body, told.status, dict(told.headers), content_type=MEDIA)


def _told(error: Exception) -> _Told:
    if isinstance(error, Problem):
        return _Told(error.status, error.name, error.sentence, headers=error.headers)
    if isinstance(error, FieldServiceError):
        return _ours(error)
    if isinstance(error, HTTPException):
        return _theirs(error)
    if isinstance(error, OverflowError | DataError):
        sentence = "A number or a date is too large or too small. Write another one."
        return _Told(422, "refused", sentence, {"errors": []})
    if isinstance(error, DatabaseTrouble):
        return _Told(503, "busy", _trouble(error), headers={"Retry-After": "1"})
    return _theirs(HTTPException())


def _trouble(error: Exception) -> str:
    """Whether others were in the way, or there is no database at all."""
    said = getattr(error, "orig", None)
    if getattr(said, "sqlstate", None) or "locked" in str(said):
        return "Somebody else was writing the same. Send the request again in a moment."
    return "The database does not answer. Send the request again in a moment."


def _ours(error: FieldServiceError) -> _Told:
    status, name = next((code, name) for kind, code, name in OURS if isinstance(error, kind))
    if isinstance(error, Stale) and request.headers.get("If-Match"):
        status = 412
    more: dict[str, Any] = {}
    if isinstance(error, Refused):
        more["errors"] = [{"field": one.field, "detail": one.detail} for one in _faults(error)]
    for kind, members in EXTENSIONS.items():
        if isinstance(error, kind):
            more |= members(error)
    return _Told(status, name, error.sentence, more)


def _faults(error: Refused) -> Sequence[Fault]:
    if isinstance(error, Faulty):
        return error.faults
    return [Fault(error.field, error.sentence)] if error.field else []


def _theirs(error: HTTPException) -> _Told:
    status = error.code or 500
    name, sentence = THEIRS.get(status, THEIRS[400] if status < 500 else THEIRS[500])
    headers = {}
    if status == 405:
        # Werkzeug's own list: flask-smorest leaves the header out.
        headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return _Told(status, name, sentence, headers=headers)
