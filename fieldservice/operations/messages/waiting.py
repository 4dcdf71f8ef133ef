"""Messages that wait though they are due, for something the office or its admin can change."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fieldservice.models.messages import Message, MessageState
from fieldservice.operations.messages.carriage import NO_SENDER
from fieldservice.operations.messages.spending import WAITS


@dataclass(frozen=True, slots=True)
class Waits:
    """How many messages of a territory wait for what."""

    for_sender: int
    for_budget: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.for_sender + self.for_budget


def what_waits(session: Session, territory_id: int) -> Waits:
    """Count them."""
    return Waits(
        for_sender=_count(session, territory_id, Message.ended_because == NO_SENDER),
        for_budget=_count(session, territory_id, Message.ended_because == WAITS),
    )


def _count(session: Session, territory_id: int, because: ColumnElement[bool]) -> int:
    rows = select(func.count(Message.id)).where(
        Message.territory_id == territory_id, Message.state == MessageState.PENDING, because
    )
    return session.scalar(rows) or 0
