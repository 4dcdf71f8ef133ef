"""What customers write or ask for of their own accord, by the number or address they use."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message
from fieldservice.models.territories import Territory
from fieldservice.models.users import User
from fieldservice.models.work_orders import Visit


class Reason(enum.StrEnum):
    """Why somebody of the office should look at a conversation."""

    WROTE = "wrote"
    CALL_ME = "call_me"
    MOVE = "move"
    CALL_OFF = "call_off"
    OPTED_OUT = "opted_out"
    LEFT_MESSAGE = "left_message"
    TOO_LATE = "too_late"


class Question(enum.StrEnum):
    """What the last automatic question asked."""

    CONFIRM_WHICH = "confirm_which"
    MOVE_WHICH = "move_which"
    STOP_WHOM = "stop_whom"


class Meaning(enum.StrEnum):
    """What a text from a customer was understood as."""

    CONFIRM = "confirm"
    MOVE = "move"
    CALL_OFF = "call_off"
    STOP = "stop"
    START = "start"
    HELP = "help"
    CHOICE = "choice"
    THANKS = "thanks"
    OTHER = "other"


class Thread(Base):
    """Everything said with one number or address in a territory."""

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("territory_id", "address"),
        Index("ix_thread_open", "territory_id", "closed_at", "last_at"),
    )

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    address: Mapped[str] = mapped_column(String(254), index=True)
    """A telephone number in E.164; an e-mail address where there is no telephone."""
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    """Who is thought to write; others may share the number."""
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    """The visit it was last about."""
    reason: Mapped[Reason | None]
    """Why it waits for the office; none while nothing waits."""
    waiting_since: Mapped[datetime | None]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asks: Mapped[Question | None]
    asks_among: Mapped[list[Any] | None]
    """Ids of the visits or contacts asked about, in the order of their letters."""
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship()
    contact: Mapped[Contact | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    closed_by: Mapped[User | None] = relationship()
    entries: Mapped[list[InboundText]] = relationship(
        back_populates="thread", cascade="all, delete-orphan", order_by="InboundText.id"
    )


class InboundText(Base):
    """Something a customer wrote, or asked for on the telephone or a page."""

    __tablename__ = "inbound_text"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel]
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    sent_to: Mapped[str] = mapped_column(String(40))
    """Which of our numbers it came to."""
    body: Mapped[str] = mapped_column(Text)
    media: Mapped[int] = mapped_column(default=0)
    """How many pictures came with it."""
    meaning: Mapped[Meaning]
    reason: Mapped[Reason | None]
    """What it leaves the office to do, if anything."""
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    """What it answers."""
    received_at: Mapped[datetime]

    thread: Mapped[Thread] = relationship(back_populates="entries")
    visit: Mapped[Visit | None] = relationship()
    message: Mapped[Message | None] = relationship()


class NumberOptOut(Base):
    """A number nothing is sent to over a channel, whoever it belongs to."""

    __tablename__ = "number_opt_out"
    __table_args__ = (UniqueConstraint("phone", "channel"),)

    phone: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel]
    since: Mapped[datetime]
    wording: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(60))
