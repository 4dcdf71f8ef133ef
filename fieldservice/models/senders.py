"""What messages leave by: carriers and how they are, and the addresses they leave from."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base
from fieldservice.models.customers import Channel
from fieldservice.models.territories import Territory


class Carrier(enum.StrEnum):
    """Who carries messages out of the house."""

    CONSOLE = "console"
    TWILIO = "twilio"
    SMTP = "smtp"


class Sender(Base):
    """An address messages of a territory leave from: a number, or a name on the display."""

    __tablename__ = "sender"
    __table_args__ = (UniqueConstraint("territory_id", "medium", "address", "serves"),)

    territory_id: Mapped[int] = mapped_column(
        ForeignKey("territory.id", ondelete="CASCADE"), index=True
    )
    medium: Mapped[Channel]
    address: Mapped[str] = mapped_column(String(40), index=True)
    """E.164, or up to eleven letters and digits that nobody can answer."""
    serves: Mapped[str | None] = mapped_column(String(2))
    """The country whose numbers it writes to; None: all that no other sender serves."""
    per_second: Mapped[float] = mapped_column(default=1.0)
    """How many messages a second its provider takes from it."""
    can_be_answered: Mapped[bool] = mapped_column(default=True)
    registered: Mapped[bool] = mapped_column(default=False)
    """Entered in the country's register of senders, where there is one."""
    voice: Mapped[bool] = mapped_column(default=False)
    """Whether it can be called, and calls."""
    active: Mapped[bool] = mapped_column(default=True)
    next_free_at: Mapped[datetime | None]
    """When its next message may leave; moved on by whoever reserves places."""

    territory: Mapped[Territory] = relationship()


class CarrierHealth(Base):
    """How a carrier has been lately: shared by all processes, so that all leave it alone."""

    __tablename__ = "carrier_health"

    carrier: Mapped[Carrier] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    open_until: Mapped[datetime | None]
    """Nothing is handed over before; then one message goes first, to try."""
    stopped_because: Mapped[str | None]
    """It takes nothing until a person has put it right, such as a refused password."""
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]


class UntextableNumber(Base):
    """A number that no text reaches, as its network said; it may still be called."""

    __tablename__ = "untextable_number"

    phone: Mapped[str] = mapped_column(String(20), unique=True)
    code: Mapped[int]
    """The provider's reason."""
    noted_at: Mapped[datetime]
