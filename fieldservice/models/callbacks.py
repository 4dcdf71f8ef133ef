"""What a provider told us of its own accord, kept as it came."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldservice.models.base import Base


class CallbackKind(enum.StrEnum):
    """What a callback tells of."""

    RECEIPT = "receipt"
    TEXT = "text"
    CALL = "call"
    CALL_STATUS = "call_status"
    MACHINE = "machine"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"


class Callback(Base):
    """One callback; the same told twice is kept once."""

    __tablename__ = "callback"
    __table_args__ = (Index("ix_callback_waiting", "processed_at", "kind", "id"),)

    kind: Mapped[CallbackKind]
    mark: Mapped[str] = mapped_column(String(200), unique=True)
    """kind:token or the provider's id:status."""
    token: Mapped[str] = mapped_column(String(40), index=True)
    """The attempt's own; empty where the provider began."""
    sid: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(60))
    form: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """How often processing it went wrong."""
