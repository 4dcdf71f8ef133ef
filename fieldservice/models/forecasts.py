"""How likely each promise was said to be kept when its day was given out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldservice.models.base import Base


class Forecast(Base):
    """The chance of arriving in the window told, as the last publication of its day had it."""

    __tablename__ = "forecast"
    __table_args__ = (UniqueConstraint("visit_id"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    told_from: Mapped[datetime]
    told_until: Mapped[datetime]
    """The window it was about; a visit told another since is not judged by it."""
    chance: Mapped[float]
    made_at: Mapped[datetime]
