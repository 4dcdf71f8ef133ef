"""Holds: a window kept free for the few minutes somebody is still on the telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fieldservice.models.plans import Hold, ServiceDay

GOOD_FOR = timedelta(minutes=5)
MOST_LEGS = 20


def own_holds(session: Session, holder: str | None) -> dict[int, int]:
    """The holder's hold on each service day, by the day's id."""
    if holder is None:
        return {}
    rows = session.execute(
        select(Hold.service_day_id, Hold.id).where(Hold.token.in_(_tokens(holder)))
    )
    return dict(iter(rows))


def _tokens(holder: str) -> Sequence[str]:
    return [token(holder, number) for number in range(MOST_LEGS)]


def token(holder: str, leg: int) -> str:
    """What one leg's hold is known by."""
    return f"{holder}.{leg}"


def release(session: Session, holder: str) -> None:
    """Let go of whatever this holder keeps free."""
    session.execute(delete(Hold).where(Hold.token.in_(_tokens(holder))))


def sweep(session: Session, day: ServiceDay, now: datetime) -> None:
    """Forget the day's holds that ran out; they counted for nothing already."""
    session.execute(delete(Hold).where(Hold.service_day_id == day.id, Hold.expires_at <= now))
