"""Customers' own addresses: opaque, expiring, made from the server's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fieldservice.errors import LinkExpired, NotFound
from fieldservice.models.customers import CustomerLink
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind
from fieldservice.operations import audit

TOKEN_BYTES = 16
STAYS_OPEN = timedelta(days=30)
"""How long after its message a customer's address opens."""

VISIT_PATH = "/c/"
"""Where a customer sees a visit, moves or cancels it."""
SURVEY_PATH = "/s/"
"""Where a customer says how it went."""


def make_link(
    session: Session,
    secret: str,
    customer_id: int,
    visit_id: int | None,
    now: datetime,
    expires_at: datetime,
) -> CustomerLink:
    """A new way in for this customer; `token_of` gives the part that goes into its address."""
    link = _new_link(session, secret, customer_id, visit_id, now, expires_at)
    session.flush()
    return link


def token_of(link: CustomerLink, secret: str) -> str:
    """The 22 characters that open it."""
    return _token(link.nonce, secret)


def open_link(session: Session, token: str, now: datetime) -> CustomerLink:
    """The link behind a token, if it still opens anything."""
    link = known_link(session, token)
    if link.revoked_at is not None or now >= link.expires_at:
        raise LinkExpired("This address is no longer valid. Call us and we will help you.")
    return link


def known_link(session: Session, token: str) -> CustomerLink:
    """The link behind a token, whether it still opens anything or not."""
    link = session.scalar(select(CustomerLink).where(CustomerLink.token_hash == _digest(token)))
    if link is None:
        raise NotFound("This address is not known. Check that it was copied whole.")
    return link


def revoke(link: CustomerLink, now: datetime) -> None:
    """From now on it opens nothing."""
    link.revoked_at = link.revoked_at or now


def open_links(session: Session, customer_id: int, now: datetime) -> int:
    """How many addresses still open this customer's page."""
    rows = select(func.count(CustomerLink.id)).where(*_opens(customer_id, now))
    return session.scalar(rows) or 0


def revoke_all(session: Session, customer_id: int, now: datetime, actor_id: int | None) -> int:
    """Shut every address of this customer's, such as one that was passed on; how many."""
    shut = session.scalars(select(CustomerLink).where(*_opens(customer_id, now))).all()
    for link in shut:
        revoke(link, now)
        audit.record(session, now, actor_id, "link.revoked", link, customer_id=customer_id)
    return len(shut)


def _opens(customer_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        CustomerLink.customer_id == customer_id,
        CustomerLink.revoked_at.is_(None),
        CustomerLink.expires_at > now,
    )


def address_for(
    session: Session, message: Message, secret: str, base_url: str, now: datetime
) -> str:
    """Where this message's contact is led; texts about one visit share an address."""
    if _needs_link(message):
        link_all(session, [message], secret, now)
    assert message.link is not None
    path = SURVEY_PATH if message.kind == MessageKind.SURVEY_TEXT else VISIT_PATH
    return f"{base_url}{path}{token_of(message.link, secret)}"


def link_all(session: Session, messages: Sequence[Message], secret: str, now: datetime) -> None:
    """Give each of these messages the link it carries, made or found for all of them at once."""
    without = [message for message in messages if _needs_link(message)]
    known = _known_links(session, without)
    for message in without:
        key = (message.contact_id, message.visit_id)
        fitting = known.get(key)
        if fitting is None or fitting.expires_at <= message.not_after:
            fitting = known[key] = _fitting_link(session, message, secret, now)
        message.link = fitting
    session.flush()


def language_of(session: Session, link: CustomerLink) -> Language | None:
    """The language of the newest message that carried it."""
    newest = select(Message.language).where(Message.link_id == link.id)
    return session.scalar(newest.order_by(Message.id.desc()).limit(1))


def _new_link(
    session: Session,
    secret: str,
    customer_id: int,
    visit_id: int | None,
    now: datetime,
    expires_at: datetime,
) -> CustomerLink:
    nonce = secrets.token_hex(TOKEN_BYTES)
    link = CustomerLink(
        customer_id=customer_id,
        visit_id=visit_id,
        nonce=nonce,
        token_hash=_digest(_token(nonce, secret)),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    return link


def _needs_link(message: Message) -> bool:
    link = message.link
    return link is None or (link.revoked_at is not None and message.visit is not None)


def _known_links(
    session: Session, messages: Sequence[Message]
) -> dict[tuple[int | None, int | None], CustomerLink]:
    if not messages:
        return {}
    shared = (
        select(Message.contact_id, Message.visit_id, CustomerLink)
        .join(CustomerLink, Message.link_id == CustomerLink.id)
        .where(
            Message.visit_id.in_({message.visit_id for message in messages}),
            CustomerLink.revoked_at.is_(None),
        )
        .order_by(CustomerLink.id)
    )
    # The newest of each pair comes last and stays.
    return {(row[0], row[1]): row[2] for row in session.execute(shared)}


def _fitting_link(session: Session, message: Message, secret: str, now: datetime) -> CustomerLink:
    if message.visit is None:
        raise ValueError("a message about no visit leads nowhere")
    customer_id = message.visit.work_order.customer_id
    expires_at = max(now, message.not_after) + STAYS_OPEN
    return _new_link(session, secret, customer_id, message.visit_id, now, expires_at)


def _token(nonce: str, secret: str) -> str:
    digest = hmac.digest(secret.encode(), f"customer link {nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
