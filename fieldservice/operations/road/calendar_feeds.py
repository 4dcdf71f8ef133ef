"""Secret addresses at which a technician's own calendar reads their route."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import LinkExpired, NotFound
from fieldservice.models.events import CalendarFeed
from fieldservice.models.technicians import Technician
from fieldservice.operations import audit

TOKEN_BYTES = 16
PATH = "/calendar/"
"""Where it is read, followed by the token."""


def feed_of(session: Session, technician_id: int) -> CalendarFeed | None:
    """The address a technician has now."""
    good = select(CalendarFeed).where(
        CalendarFeed.technician_id == technician_id, CalendarFeed.revoked_at.is_(None)
    )
    return session.scalar(good.order_by(CalendarFeed.id.desc()).limit(1))


def make_feed(
    session: Session,
    now: datetime,
    actor_id: int | None,
    technician_id: int,
    secret: str,
    *,
    names_customers: bool,
) -> CalendarFeed:
    """A new address for this technician; the one before opens nothing any more."""
    technician = session.get(Technician, technician_id, with_for_update=True)
    if technician is None or not technician.is_active:
        raise NotFound("There is no such technician.")
    _end(session, now, technician_id)
    nonce = secrets.token_hex(TOKEN_BYTES)
    feed = CalendarFeed(
        technician_id=technician_id,
        nonce=nonce,
        token_hash=_digest(_token(nonce, secret)),
        names_customers=names_customers,
        created_at=now,
    )
    session.add(feed)
    audit.record(session, now, actor_id, "calendar.made", feed, technician_id=technician_id)
    return feed


def revoke_feed(
    session: Session, now: datetime, actor_id: int | None, technician_id: int
) -> CalendarFeed | None:
    """Whoever has the address reads nothing more; None where there was none."""
    feed = feed_of(session, technician_id)
    if feed is not None:
        _end(session, now, technician_id)
        audit.record(session, now, actor_id, "calendar.revoked", feed, technician_id=technician_id)
    return feed


def feed_by_token(session: Session, token: str) -> CalendarFeed:
    """The feed behind an address, as long as it is good and its technician works here."""
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == _digest(token)))
    if feed is None:
        raise NotFound("This calendar is not known. Check that its address was copied whole.")
    technician = session.get_one(Technician, feed.technician_id)
    if feed.revoked_at is not None or not technician.is_active:
        raise LinkExpired("This calendar was ended. Ask the office for a new address.")
    return feed


def address_of(feed: CalendarFeed, secret: str, base_url: str) -> str:
    """The whole address; only who knows the server's secret can write it."""
    return f"{base_url}{PATH}{_token(feed.nonce, secret)}.ics"


def _end(session: Session, now: datetime, technician_id: int) -> None:
    good = select(CalendarFeed).where(
        CalendarFeed.technician_id == technician_id, CalendarFeed.revoked_at.is_(None)
    )
    for feed in session.scalars(good):
        feed.revoked_at = now
    session.flush()


def _token(nonce: str, secret: str) -> str:
    digest = hmac.digest(secret.encode(), f"calendar {nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
