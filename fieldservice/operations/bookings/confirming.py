"""Confirming a visit: the customer says, by whatever way, that the window suits them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict
from fieldservice.models.customers import Contact
from fieldservice.models.work_orders import UPCOMING, Visit
from fieldservice.operations import audit
from fieldservice.operations.bookings.booking import OVER

NOT_TOLD = "This visit has no time yet, so there is nothing to confirm."


def confirm(
    session: Session,
    visit: Visit,
    now: datetime,
    source: str,
    contact: Contact | None = None,
    actor_id: int | None = None,
) -> bool:
    """Note that the promised window suits; False where it was confirmed before.

    `source` says the way: sms, call, link, api, office. Said again, only the moment is renewed.
    """
    if visit.state not in UPCOMING:
        raise Conflict(OVER)
    if visit.told_from is None or visit.told_until is None:
        raise Conflict(NOT_TOLD)
    if visit.told_until < now:
        raise Conflict(OVER)
    is_new = visit.confirmed_at is None
    visit.confirmed_at = now
    session.flush()
    if is_new:
        who = contact.id if contact else None
        audit.record(
            session, now, actor_id, "visit.confirmed", visit, source=source, contact_id=who
        )
    return is_new


def doubt(
    session: Session,
    visit: Visit,
    now: datetime,
    source: str,
    contact: Contact | None = None,
) -> None:
    """Who asks for another time does not confirm this one any more; the promise itself stands."""
    if visit.confirmed_at is None or visit.state not in UPCOMING:
        return
    visit.confirmed_at = None
    session.flush()
    who = contact.id if contact else None
    audit.record(session, now, None, "visit.doubted", visit, source=source, contact_id=who)
