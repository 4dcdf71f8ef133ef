"""What happened, numbered, and telling other systems about it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base


class WebhookState(enum.StrEnum):
    """Where telling one event to one endpoint stands."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Event(Base):
    """One thing that happened, in ids and states."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_unspread", "spread_at", "id"),)

    uid: Mapped[str] = mapped_column(String(40), unique=True)
    """The same however often it is told, and never used twice."""
    kind: Mapped[str] = mapped_column(String(60), index=True)
    """The deed as the audit calls it, such as visit.booked."""
    happened_at: Mapped[datetime] = mapped_column(index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    detail: Mapped[dict[str, Any] | None]
    spread_at: Mapped[datetime | None]
    """When every endpoint that wants it was owed it."""
    number: Mapped[int | None] = mapped_column(unique=True)
    """Given when it is spread, one by one: whoever has read up to a number has missed nothing
    below it. An id is drawn earlier, by transactions that may commit the other way round."""


class WebhookEndpoint(Base):
    """An address of another system that is told what happens here."""

    __tablename__ = "webhook_endpoint"

    url: Mapped[str] = mapped_column(String(2000))
    topics: Mapped[list[Any]]
    """What it wants to hear of: the first parts of the kinds of events; none means all."""
    nonce: Mapped[str] = mapped_column(String(40))
    """Random; the signing secret is derived from it and the server's own, so that a copy of
    the database signs nothing."""
    old_nonce: Mapped[str | None] = mapped_column(String(40))
    old_until: Mapped[datetime | None]
    """Until when the secret before this one signs too."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    rest_until: Mapped[datetime | None]
    """Nothing is sent before; one that fails is asked ever more rarely."""
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str | None]


class WebhookDelivery(Base):
    """One event on its way to one endpoint."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "state", "next_try_at"),
        Index("ix_webhook_delivery_endpoint", "endpoint_id", "id"),
    )

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    state: Mapped[WebhookState] = mapped_column(default=WebhookState.PENDING)
    is_replay: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    response_status: Mapped[int | None]
    duration_ms: Mapped[int | None]
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    endpoint: Mapped[WebhookEndpoint] = relationship()
    event: Mapped[Event] = relationship()


class CalendarFeed(Base):
    """A technician's route as a calendar others can subscribe to, at a secret address."""

    __tablename__ = "calendar_feed"

    technician_id: Mapped[int] = mapped_column(
        ForeignKey("technician.id", ondelete="CASCADE"), index=True
    )
    nonce: Mapped[str] = mapped_column(String(40))
    """Random; the token is derived from it and the server's secret."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    names_customers: Mapped[bool] = mapped_column(default=False)
    """Whether names and streets stand in it, or only the kind of work and the municipality."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
