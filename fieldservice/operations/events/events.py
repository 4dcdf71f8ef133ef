"""Events: written with the deed, in ids and states, and owed to every endpoint that asked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, text
from sqlalchemy.orm import Session

from fieldservice.models.base import Base
from fieldservice.models.events import Event, WebhookDelivery, WebhookEndpoint
from fieldservice.operations.written import write_new

TOPICS: Mapping[str, str | None] = {
    "customer": "customers",
    "contact": "contacts",
    "site": "sites",
    "asset": "assets",
    "work_order": "work-orders",
    "visit": "visits",
    "service_day": "service-days",
    "route": None,
    "plan_run": "plan-runs",
    "plan_move": None,
    "technician": "technicians",
    "shift": "shifts",
    "absence": "absences",
    "activity": None,
    "survey": "surveys",
    "follow_up": None,
}
"""What others may hear of, with where the API tells more about it; no people who sign in,
no links, no codes."""

PING = "webhook.ping"
KEPT = timedelta(days=30)
AT_ONCE = 500

_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{0,60}")


def happened(
    session: Session, now: datetime, deeds: Sequence[tuple[str, Base, Mapping[str, Any]]]
) -> None:
    """Note events in the transaction of their deeds; what concerns nobody else is none."""
    told = [
        event_of(
            kind, subject.__tablename__, subject.id, now, {**_standing(subject), **_plain(ids)}
        )
        for kind, subject, ids in deeds
        if is_told(kind)
    ]
    write_new(session, told)


def is_told(kind: str) -> bool:
    """Whether other systems may hear of this kind of deed."""
    return kind.partition(".")[0] in TOPICS


def event_of(
    kind: str,
    subject_kind: str,
    subject_id: int,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """The event, not yet spread."""
    return Event(
        uid=new_uid(),
        kind=kind,
        happened_at=now,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=dict(detail) if detail else None,
    )


def new_uid() -> str:
    """What receivers tell a repetition by."""
    return f"evt_{secrets.token_hex(16)}"


def spread(session: Session, now: datetime) -> int:
    """Number the events nobody was told yet and owe them to every endpoint that wants them.

    How many there were.
    """
    _alone(session)
    unspread = select(Event).where(Event.spread_at.is_(None)).order_by(Event.id).limit(AT_ONCE)
    fresh = session.scalars(unspread).all()
    last = session.scalar(select(func.max(Event.number))) or 0
    for number, event in enumerate(fresh, last + 1):
        event.number, event.spread_at = number, now
    session.flush()
    active = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.active)).all()
    rows = [
        owed(endpoint.id, event.id, now)
        for event in fresh
        for endpoint in active
        if wants(endpoint.topics, event.kind)
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
    return len(fresh)


def _alone(session: Session) -> None:
    """One numbers at a time, until the commit; on SQLite only one writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('events', 0))"))


def owed(endpoint_id: int, event_id: int, now: datetime) -> dict[str, Any]:
    """A delivery as it is inserted."""
    return {
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "next_try_at": now,
        "created_at": now,
    }


def wants(topics: Sequence[str], kind: str) -> bool:
    """Whether an endpoint with these topics is told; one without any is told everything."""
    return not topics or kind.partition(".")[0] in topics


def forget_old(session: Session, now: datetime) -> int:
    """Drop what happened too long ago to be told again; the newest stays, so numbers go on."""
    newest = select(func.max(Event.number)).scalar_subquery()
    gone = session.execute(
        delete(Event)
        .where(Event.happened_at < now - KEPT, or_(Event.number.is_(None), Event.number < newest))
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _standing(subject: Base) -> dict[str, Any]:
    """How the subject stands: its state and version, where it has them."""
    found = {name: getattr(subject, name, None) for name in ("state", "version")}
    return _plain({name: value for name, value in found.items() if value is not None})


def _plain(ids: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and words of a machine; anything that could be somebody's own words stays here."""
    return {
        name: str(value) if isinstance(value, str) else value
        for name, value in ids.items()
        if value is None
        or isinstance(value, int)
        or (isinstance(value, str) and _PLAIN.fullmatch(str(value)))
    }
