"""What is left to do after a visit: opened by a low score, closed by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.surveys import FollowUp
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations import audit

LOW_SCORE = "low_score"
SPOKEN_COMMENT = "spoken_comment"
"""Somebody should listen to the words beside a good score."""
OUTCOME_LENGTH = 2000


def open_follow_up(
    session: Session, visit: Visit, reason: str, note: str | None, now: datetime
) -> FollowUp:
    """Leave something to do about a visit; one open one of a reason is enough."""
    known = session.scalar(
        select(FollowUp).where(
            FollowUp.visit_id == visit.id,
            FollowUp.reason == reason,
            FollowUp.closed_at.is_(None),
        )
    )
    if known is not None:
        return known
    follow_up = FollowUp(visit_id=visit.id, reason=reason, note=note, opened_at=now)
    session.add(follow_up)
    session.flush()
    audit.record(session, now, None, "follow_up.opened", follow_up, visit_id=visit.id)
    return follow_up


def close_follow_up(
    session: Session, follow_up_id: int, outcome: str, now: datetime, actor_id: int | None
) -> FollowUp:
    """It is done; the outcome says what was done for the customer."""
    follow_up = session.get(FollowUp, follow_up_id, with_for_update=True)
    if follow_up is None:
        raise NotFound("This follow-up does not exist.")
    if follow_up.closed_at is not None:
        raise Conflict("Somebody closed this follow-up before you. Look at what they noted.")
    words = outcome.strip()
    if not words:
        raise Refused("The outcome is empty. Say what was done for the customer.", "outcome")
    if len(words) > OUTCOME_LENGTH:
        raise Refused("The outcome is too long. Keep it under 2,000 characters.", "outcome")
    follow_up.outcome = words
    follow_up.closed_at = now
    follow_up.closed_by_id = actor_id
    audit.record(session, now, actor_id, "follow_up.closed", follow_up, visit_id=follow_up.visit_id)
    return follow_up


def follow_ups(
    session: Session, territory_id: int, *, closed: bool, limit: int, offset: int = 0
) -> list[FollowUp]:
    """Those still to do, the oldest first; or those done, the newest first."""
    order = FollowUp.closed_at.desc() if closed else FollowUp.opened_at
    rows = (
        select(FollowUp)
        .join(Visit)
        .where(Visit.territory_id == territory_id, _is(closed))
        .options(
            joinedload(FollowUp.visit).joinedload(Visit.work_order).joinedload(WorkOrder.customer)
        )
        .order_by(order, FollowUp.id)
    )
    return list(session.scalars(rows.limit(limit).offset(offset)).unique().all())


def count_follow_ups(session: Session, territory_id: int, *, closed: bool = False) -> int:
    """How many there are."""
    rows = select(func.count()).select_from(FollowUp).join(Visit)
    return session.scalar(rows.where(Visit.territory_id == territory_id, _is(closed))) or 0


def _is(closed: bool) -> ColumnElement[bool]:
    return FollowUp.closed_at.is_not(None) if closed else FollowUp.closed_at.is_(None)
