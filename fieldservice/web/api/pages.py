"""Long lists, page by page: each page begins behind the last record of the one before.

Records are in the order they changed in. One that changes while a program reads comes once more
at the end, as it is then; one that does not comes exactly once; none is left out.

`since` is where the next reading begins. A record is dated when it is written and seen when it
is committed, so it is not the last date seen: on PostgreSQL it is the moment the oldest open
transaction began, on SQLite, where one writes at a time, the newest date there is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request
from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Refused
from fieldservice.models.base import Tracked
from fieldservice.web.api.frame import Asked

USUAL = 50
MOST = 200
MARGIN = timedelta(seconds=10)
"""What may pass between dating a record and the beginning of its transaction."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
PAGING = frozenset({"cursor", "limit"})


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, where the next ones begin, and from when to ask for changes next time."""

    items: Sequence[Any]
    next: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class _Cursor:
    updated_at: datetime
    record_id: int
    since: datetime


def page(session: Session, query: Select[Any], model: type[Any], asked: Asked) -> Page:
    """The records of the query that this request asks for."""
    limit = asked.get("limit", USUAL)
    behind = _read(asked["cursor"]) if asked.get("cursor") else None
    since = behind.since if behind else horizon(session, model, clock.now())
    if asked.get("updated_since"):
        query = query.where(model.updated_at >= asked["updated_since"])
    if behind:
        later = model.updated_at > behind.updated_at
        same = and_(model.updated_at == behind.updated_at, model.id > behind.record_id)
        query = query.where(or_(later, same))
    query = query.order_by(model.updated_at, model.id).limit(limit + 1)
    found = session.scalars(query).unique().all()
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = _written(_Cursor(last.updated_at, last.id, since))
    return Page(found[:limit], following, since)


def filtered(query: Select[Any], model: type[Any], asked: Asked, *names: str) -> Select[Any]:
    """Only the records that hold what is asked, column by column."""
    for name in names:
        if name in asked:
            query = query.where(getattr(model, name) == asked[name])
    return query


def horizon(session: Session, model: type[Tracked], now: datetime) -> datetime:
    """Whatever is not committed yet will be dated at or after this."""
    if session.get_bind().dialect.name == "sqlite":
        return session.scalar(select(func.max(model.updated_at))) or BEGINNING
    oldest = text(
        "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND xact_start IS NOT NULL"
    )
    seconds = session.scalar(oldest) or 0
    return now - timedelta(seconds=float(seconds)) - MARGIN


def _written(cursor: _Cursor) -> str:
    parts = [cursor.updated_at.isoformat(), cursor.record_id, cursor.since.isoformat(), _filters()]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read(text: str) -> _Cursor:
    try:
        padded = text + "=" * (-len(text) % 4)
        parts = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        updated_at, record_id, since, filters = parts
        cursor = _Cursor(_instant(updated_at), int(record_id), _instant(since))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Refused(
            "This cursor is not one of ours. Send “next” of the page before, as it was.", "cursor"
        ) from error
    if filters != _filters():
        raise Refused(
            "This cursor belongs to another question. Leave all else as it was asked, or begin "
            "without a cursor.",
            "cursor",
        )
    return cursor


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _filters() -> str:
    """What else is asked: a cursor is of use for the same question only."""
    asked = sorted(one for one in request.args.items(multi=True) if one[0] not in PAGING)
    return hashlib.sha256(json.dumps([request.path, asked]).encode()).hexdigest()[:16]
