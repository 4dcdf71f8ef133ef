"""Answers kept for programs that ask the same again: for a day, then forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fieldservice.models.api import ApiAnswer

KEPT = timedelta(hours=24)
AT_ONCE = 1000


def forget_answers(session: Session, now: datetime) -> int:
    """Forget some answers that nobody may ask for any more: they hold names and numbers."""
    old = select(ApiAnswer.id).where(ApiAnswer.asked_at <= now - KEPT).limit(AT_ONCE)
    ids = session.scalars(old).all()
    session.execute(delete(ApiAnswer).where(ApiAnswer.id.in_(ids)))
    return len(ids)
