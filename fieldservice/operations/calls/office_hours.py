"""When somebody of the office takes calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.territories import ClosedDay, Territory


def is_open(session: Session, territory: Territory, now: datetime) -> bool:
    """Whether the office answers its telephone now, on its own wall."""
    local = clock.wall(now, territory.zone)
    if not territory.office_opens <= local.time() < territory.office_closes:
        return False
    if not clock.is_business_day(local.date(), territory.country):
        return False
    closed = select(ClosedDay.id).where(
        ClosedDay.territory_id == territory.id, ClosedDay.day == local.date()
    )
    return session.scalar(closed) is None
