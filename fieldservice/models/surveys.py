"""What customers said after a visit, and what it leaves to do."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Tracked
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.work_orders import Visit


class CallStep(enum.StrEnum):
    """Where a call stands, whichever script it follows."""

    SCORE = "score"
    COMMENT = "comment"
    NOTICE = "notice"
    LANGUAGE = "language"
    WHICH = "which"
    MENU = "menu"
    MESSAGE = "message"
    THROUGH = "through"
    GOODBYE = "goodbye"
    HUNG_UP = "hung_up"


class SurveyCall(Base):
    """One satisfaction call in progress or over: the script's memory."""

    __tablename__ = "survey_call"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    attempt_token: Mapped[str] = mapped_column(String(40), unique=True)
    step: Mapped[CallStep] = mapped_column(default=CallStep.SCORE)
    misses: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many answers were taken: one that names an earlier turn came twice."""
    score: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    answered: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    message: Mapped[Message] = relationship()


class SurveyResponse(Tracked, Base):
    """The score a customer gave a visit, once."""

    __tablename__ = "survey_response"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), unique=True)
    score: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[Channel]
    answered_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship()


class FollowUp(Base):
    """What a low score or a reported problem leaves to do, until cases exist."""

    __tablename__ = "follow_up"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[str | None] = mapped_column(Text)

    visit: Mapped[Visit] = relationship()
