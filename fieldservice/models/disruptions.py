"""What was said to have gone wrong on a day, and counts until somebody takes it back."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fieldservice.models.base import Base


class DisruptionKind(enum.StrEnum):
    """What can go wrong that no absence and no state of a visit says."""

    DELAYED = "delayed"
    SNOW = "snow"


class Disruption(Base):
    """A technician running late, or roads that are slow, on one service day."""

    __tablename__ = "disruption"

    service_day_id: Mapped[int] = mapped_column(
        ForeignKey("service_day.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[DisruptionKind]
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    until: Mapped[datetime | None]
    """When the delayed technician is free for what comes next."""
    percent: Mapped[int | None]
    """What driving takes of its usual time."""
    municipality: Mapped[str | None]
    """Where the roads are slow; everywhere where none is named."""
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    said_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
