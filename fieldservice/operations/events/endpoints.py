"""Endpoints: who is told what, with which secret, and telling them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.base import Instant
from fieldservice.models.events import Event, WebhookDelivery, WebhookEndpoint, WebhookState
from fieldservice.operations import audit
from fieldservice.operations.events.events import KEPT, PING, TOPICS, event_of, owed
from fieldservice.operations.events.signing import new_nonce

OLD_SECRET_LASTS = timedelta(days=3)
OWED_COLUMNS = (
    "endpoint_id",
    "event_id",
    "state",
    "is_replay",
    "tries",
    "next_try_at",
    "fence",
    "created_at",
)
MOST = 20
"""How many addresses may be told what happens."""


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """An endpoint with what it is owed."""

    endpoint: WebhookEndpoint
    waiting: int
    failed: int


def endpoints(session: Session) -> list[EndpointLine]:
    """All of them, with how much waits and how much was given up."""
    counts = {
        (row.endpoint_id, row.state): row.many
        for row in session.execute(
            select(
                WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count().label("many")
            ).group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
        )
    }
    found = session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id))
    return [
        EndpointLine(
            one,
            counts.get((one.id, WebhookState.PENDING), 0)
            + counts.get((one.id, WebhookState.SENDING), 0),
            counts.get((one.id, WebhookState.FAILED), 0),
        )
        for one in found
    ]


def endpoint_by_id(session: Session, endpoint_id: int) -> WebhookEndpoint:
    """The endpoint of that number."""
    found = session.get(WebhookEndpoint, endpoint_id)
    if found is None:
        raise NotFound("There is no such webhook any more.")
    return found


def newest_deliveries(session: Session, endpoint_id: int, most: int) -> Sequence[WebhookDelivery]:
    """What this endpoint was told or is owed, the newest first."""
    return session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id)
        .options(joinedload(WebhookDelivery.event))
        .order_by(WebhookDelivery.id.desc())
        .limit(most)
    ).all()


def add_endpoint(
    session: Session, now: datetime, actor_id: int | None, url: str, topics: Sequence[str]
) -> WebhookEndpoint:
    """Tell this address from now on."""
    if (session.scalar(select(func.count()).select_from(WebhookEndpoint)) or 0) >= MOST:
        raise Refused(f"There are {MOST} webhooks already. Remove one first.", "url")
    endpoint = WebhookEndpoint(url=url, topics=_known(topics), nonce=new_nonce(), created_at=now)
    session.add(endpoint)
    audit.record(session, now, actor_id, "webhook.added", endpoint)
    return endpoint


def change_endpoint(
    session: Session,
    now: datetime,
    actor_id: int | None,
    endpoint_id: int,
    url: str,
    topics: Sequence[str],
) -> WebhookEndpoint:
    """Another address, or other topics; it is asked again at once."""
    endpoint = endpoint_by_id(session, endpoint_id)
    endpoint.url, endpoint.topics = url, _known(topics)
    _awake(endpoint)
    audit.record(session, now, actor_id, "webhook.changed", endpoint)
    return endpoint


def pause(session: Session, now: datetime, actor_id: int | None, endpoint_id: int) -> None:
    """Tell it nothing; what happens meanwhile can be replayed."""
    endpoint = endpoint_by_id(session, endpoint_id)
    endpoint.active = False
    endpoint.disabled_at, endpoint.disabled_because = now, None
    audit.record(session, now, actor_id, "webhook.paused", endpoint)


def resume(session: Session, now: datetime, actor_id: int | None, endpoint_id: int) -> None:
    """Tell it again from now on."""
    endpoint = endpoint_by_id(session, endpoint_id)
    endpoint.active, endpoint.disabled_at, endpoint.disabled_because = True, None, None
    _awake(endpoint)
    audit.record(session, now, actor_id, "webhook.resumed", endpoint)


def remove(session: Session, now: datetime, actor_id: int | None, endpoint_id: int) -> None:
    """Forget the address and all it was told."""
    endpoint = endpoint_by_id(session, endpoint_id)
    audit.record(session, now, actor_id, "webhook.removed", endpoint)
    session.delete(endpoint)


def rotate(session: Session, now: datetime, actor_id: int | None, endpoint_id: int) -> None:
    """Sign with a new secret; the one before signs too for three more days."""
    endpoint = endpoint_by_id(session, endpoint_id)
    endpoint.old_nonce, endpoint.old_until = endpoint.nonce, now + OLD_SECRET_LASTS
    endpoint.nonce = new_nonce()
    audit.record(session, now, actor_id, "webhook.rotated", endpoint)


def end_old_secret(session: Session, now: datetime, actor_id: int | None, endpoint_id: int) -> None:
    """Sign with the new secret alone, since every receiver has it."""
    endpoint = endpoint_by_id(session, endpoint_id)
    endpoint.old_nonce, endpoint.old_until = None, None
    audit.record(session, now, actor_id, "webhook.old_secret_ended", endpoint)


def ping(session: Session, now: datetime, endpoint_id: int) -> None:
    """Owe it a test event that says nothing."""
    endpoint = endpoint_by_id(session, endpoint_id)
    _refuse_paused(endpoint)
    event = event_of(PING, WebhookEndpoint.__tablename__, endpoint.id, now)
    event.spread_at = now
    session.add(event)
    session.flush()
    session.execute(insert(WebhookDelivery), [owed(endpoint.id, event.id, now)])
    _awake(endpoint)


def replay(session: Session, now: datetime, delivery_id: int) -> WebhookDelivery:
    """Tell this endpoint this event once more."""
    before = session.get(WebhookDelivery, delivery_id)
    if before is None:
        raise NotFound("This delivery is kept no longer.")
    endpoint = endpoint_by_id(session, before.endpoint_id)
    _refuse_paused(endpoint)
    if before.state in (WebhookState.PENDING, WebhookState.SENDING):
        before.next_try_at = min(before.next_try_at, now)
        _awake(endpoint)
        return before
    again = WebhookDelivery(
        endpoint_id=endpoint.id,
        event_id=before.event_id,
        is_replay=True,
        next_try_at=now,
        created_at=now,
    )
    session.add(again)
    _awake(endpoint)
    session.flush()
    return again


def replay_since(session: Session, now: datetime, endpoint_id: int, since: datetime) -> int:
    """Tell everything it wants once more that happened since then; how many events that is."""
    endpoint = endpoint_by_id(session, endpoint_id)
    _refuse_paused(endpoint)
    if since < now - KEPT:
        raise Refused(f"Events are kept for {KEPT.days} days. Choose a later moment.", "since")
    waits = exists().where(
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.event_id == Event.id,
        WebhookDelivery.state.in_((WebhookState.PENDING, WebhookState.SENDING)),
    )
    wanted = select(
        literal(endpoint.id, Integer).label("endpoint_id"),
        Event.id,
        literal(WebhookState.PENDING.value).label("state"),
        true().label("is_replay"),
        literal(0, Integer).label("tries"),
        literal(now, Instant()).label("next_try_at"),
        literal(0, Integer).label("fence"),
        literal(now, Instant()).label("created_at"),
    ).where(
        Event.happened_at >= since,
        Event.spread_at.is_not(None),
        Event.kind != PING,
        ~waits,
        _wanted(endpoint.topics),
    )
    many = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    session.execute(
        insert(WebhookDelivery).from_select(OWED_COLUMNS, wanted.order_by(Event.number))
    )
    _awake(endpoint)
    return many


def _wanted(topics: Sequence[str]) -> ColumnElement[bool]:
    if not topics:
        return true()
    return or_(false(), *(Event.kind.startswith(f"{one}.", autoescape=True) for one in topics))


def _known(topics: Sequence[str]) -> list[str]:
    unknown = sorted(set(topics) - set(TOPICS))
    if unknown:
        raise Refused(f"Nothing is told about {unknown[0]!r}. Choose from the list.", "topics")
    return sorted(set(topics))


def _refuse_paused(endpoint: WebhookEndpoint) -> None:
    if not endpoint.active:
        raise Conflict("This webhook is paused. Let it be told again first.")


def _awake(endpoint: WebhookEndpoint) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
