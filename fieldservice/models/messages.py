"""Messages to customers, the attempts to deliver them, and what they answered."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Tracked
from fieldservice.models.customers import Channel, Contact, CustomerLink
from fieldservice.models.kinds import Language
from fieldservice.models.senders import Carrier
from fieldservice.models.work_orders import Visit


class MessageKind(enum.StrEnum):
    """What a message is for."""

    BOOKED = "booked"
    REMINDER_DAY = "reminder_day"
    REMINDER_HOURS = "reminder_hours"
    ON_MY_WAY = "on_my_way"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    NO_ACCESS = "no_access"
    SURVEY_CALL = "survey_call"
    SURVEY_TEXT = "survey_text"
    CODE = "code"
    LINK = "link"
    REPLY = "reply"
    """A dispatcher's own words."""
    ANSWER = "answer"
    """What is answered by itself to a customer's text."""


class MessageState(enum.StrEnum):
    """Where a message stands between being owed and being read."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    VOID = "void"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"


class AttemptOutcome(enum.StrEnum):
    """What one request to a channel came to."""

    STARTED = "started"
    SENT = "sent"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Report(enum.StrEnum):
    """What a provider says became of a request after it took it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


class Message(Tracked, Base):
    """One text or call owed to one contact: the row is the queue."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "due_at"),
        Index(
            "ix_message_lane", "state", "territory_id", "channel", "ignores_quiet_hours", "due_at"
        ),
    )

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    visit_id: Mapped[int | None] = mapped_column(
        ForeignKey("visit.id", ondelete="CASCADE"), index=True
    )
    visit_version: Mapped[int | None]
    kind: Mapped[MessageKind]
    channel: Mapped[Channel]
    state: Mapped[MessageState] = mapped_column(default=MessageState.PENDING)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    """kind:subject:version:contact:try."""
    to_address: Mapped[str] = mapped_column(String(254))
    """A number, or an e-mail address."""
    language: Mapped[Language]
    greets: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The name the words were written with; empty where they name nobody."""
    subject: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What stands above a letter; texts and calls have none."""
    body: Mapped[str] = mapped_column(Text)
    """The wording, with {link} where the customer's own address goes."""
    tells_from: Mapped[datetime | None]
    tells_until: Mapped[datetime | None]
    """The arrival window it tells; once it was sent, the customer knows that one."""
    instead_of_from: Mapped[datetime | None]
    instead_of_until: Mapped[datetime | None]
    """The window this contact knew when it was written."""
    link_id: Mapped[int | None] = mapped_column(ForeignKey("customer_link.id", ondelete="SET NULL"))
    try_number: Mapped[int] = mapped_column(default=1)
    ignores_quiet_hours: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    """When a person had seen to a message that needed one."""

    contact: Mapped[Contact | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    link: Mapped[CustomerLink | None] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(
        back_populates="message", cascade="all, delete-orphan", order_by="Attempt.id"
    )


class Attempt(Base):
    """One request to a channel, known to it by a token of its own."""

    __tablename__ = "attempt"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), index=True
    )
    token: Mapped[str] = mapped_column(String(40), unique=True)
    to_address: Mapped[str] = mapped_column(String(254), default="", server_default=text("''"))
    body_digest: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    """Of what was handed over; the words themselves may hold an address that opens a page."""
    started_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    """The same by the database's clock, which trials and people do not move."""
    ended_at: Mapped[datetime | None]
    outcome: Mapped[AttemptOutcome] = mapped_column(default=AttemptOutcome.STARTED)
    carrier: Mapped[Carrier] = mapped_column(
        default=Carrier.CONSOLE, server_default=Carrier.CONSOLE.value
    )
    sender: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    """The address it left from."""
    cost_thousandths: Mapped[int] = mapped_column(default=0, server_default="0")
    """What it is thought to cost, in thousandths of the currency's unit."""
    provider_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error: Mapped[str | None]
    code: Mapped[int | None]
    """The provider's own number for the error."""
    lookups: Mapped[int] = mapped_column(default=0)
    """How often the channel was asked what became of it, and could say nothing good."""
    reported: Mapped[Report | None]
    """The highest state its provider reported by itself."""
    reported_at: Mapped[datetime | None]

    message: Mapped[Message] = relationship(back_populates="attempts")


class ConsoleDelivery(Base):
    """What the console channel handed over: the simulated customer's phone."""

    __tablename__ = "console_delivery"

    attempt_token: Mapped[str] = mapped_column(String(40), unique=True)
    to_address: Mapped[str] = mapped_column(String(254), index=True)
    channel: Mapped[Channel]
    body: Mapped[str] = mapped_column(Text)
    delivered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
