"""Calls that bring news or come in, and what was recorded of any call."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base
from fieldservice.models.customers import Contact
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message
from fieldservice.models.surveys import CallStep, SurveyCall
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit


class Wish(enum.StrEnum):
    """What somebody on the telephone asked for."""

    CONFIRM = "confirm"
    MOVE = "move"
    CALL_ME = "call_me"
    MESSAGE = "message"
    OFFICE = "office"
    CHANGED = "changed"
    """They confirmed what is not so any more."""


class PhoneCall(Base):
    """One call that brings news of a visit, or that a customer made: the script's memory."""

    __tablename__ = "phone_call"

    token: Mapped[str] = mapped_column(String(40), unique=True)
    """The attempt's own where we call; one of its own where they do."""
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    """The news it brings; none where they called."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    """The visit it is about; chosen by key where there were several."""
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="SET NULL"))
    """The conversation with what it left the office to do."""
    number: Mapped[str] = mapped_column(String(40), default="")
    """The other side's, in E.164; empty where it is withheld."""
    our_number: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[Language]
    step: Mapped[CallStep]
    misses: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int] = mapped_column(default=0)
    """How many answers were taken: one that names an earlier turn came twice."""
    wish: Mapped[Wish | None]
    offered: Mapped[list[Any] | None]
    """The visits they may choose from, by key, with the window the voice said last of each."""
    answered: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    territory: Mapped[Territory] = relationship()
    message: Mapped[Message | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    visit: Mapped[Visit | None] = relationship()


class Recording(Base):
    """Spoken words kept at the provider and, once fetched, with us, for a limited time."""

    __tablename__ = "recording"

    provider_id: Mapped[str] = mapped_column(String(64), unique=True)
    call_token: Mapped[str] = mapped_column(String(40), index=True)
    survey_call_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_call.id", ondelete="CASCADE"), index=True
    )
    phone_call_id: Mapped[int | None] = mapped_column(
        ForeignKey("phone_call.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[Language]
    seconds: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(40))
    """What the file is called where we keep it: random, so that nothing can be guessed."""
    fetched_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    transcript: Mapped[str | None] = mapped_column(Text)
    transcribed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """When it was deleted, with us and at the provider."""

    survey_call: Mapped[SurveyCall | None] = relationship()
    phone_call: Mapped[PhoneCall | None] = relationship()
