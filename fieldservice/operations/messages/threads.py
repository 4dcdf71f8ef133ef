"""Conversations: one for every number in a territory, open while the office is needed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.conversations import InboundText, Meaning, Reason, Thread
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.work_orders import Visit
from fieldservice.operations import audit

LONGEST_WORDS = 4000


def thread_of(
    session: Session, territory_id: int, address: str, now: datetime, contact: Contact | None = None
) -> Thread:
    """The conversation with this number or address, locked; begun where there was none."""
    known = _locked(session, territory_id, address)
    if known is None:
        known = _begin(session, territory_id, address, now)
    if known.contact is None:
        known.contact = contact
    return known


def raise_for_office(
    session: Session,
    who: Contact | str,
    visit: Visit | None,
    reason: Reason,
    now: datetime,
    *,
    words: str = "",
    channel: Channel = Channel.SMS,
    territory_id: int | None = None,
) -> Thread:
    """Leave something for a dispatcher to do for a customer, in the conversation with them.

    `who` is a contact, or the number of somebody nobody knows; then `visit` or
    `territory_id` says whose office is meant. `channel` is the way they asked.
    """
    contact = who if isinstance(who, Contact) else None
    address = who if isinstance(who, str) else who.phone or who.email
    if not address:
        raise Refused("This contact has neither a phone nor an e-mail address.", "phone")
    if territory_id is None:
        territory_id = visit.territory_id if visit else _territory_of(contact)
    thread = thread_of(session, territory_id, address, now, contact)
    entry = InboundText(
        channel=channel,
        sent_to="",
        body=words.replace("\0", "")[:LONGEST_WORDS],
        meaning=Meaning.OTHER,
        reason=reason,
        visit=visit,
        received_at=now,
    )
    thread.entries.append(entry)
    wait(session, thread, reason, visit, now)
    return thread


def wait(
    session: Session,
    thread: Thread,
    reason: Reason,
    visit: Visit | None,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """The conversation waits for the office, since the first thing that was not answered."""
    thread.reason = reason
    thread.visit = visit or thread.visit
    thread.waiting_since = thread.waiting_since or since or now
    thread.last_at = now
    thread.closed_at = thread.closed_by_id = None
    session.flush()
    about = {"visit_id": visit.id} if visit else {}
    audit.record(session, now, None, "thread.raised", thread, reason=reason.value, **about)


def _locked(session: Session, territory_id: int, address: str) -> Thread | None:
    rows = _one(territory_id, address).with_for_update()
    return session.scalar(rows.execution_options(populate_existing=True))


def _one(territory_id: int, address: str) -> Select[Thread]:
    return select(Thread).where(Thread.territory_id == territory_id, Thread.address == address)


def _begin(session: Session, territory_id: int, address: str, now: datetime) -> Thread:
    thread = Thread(territory_id=territory_id, address=address, last_at=now, created_at=now)
    try:
        with session.begin_nested():
            session.add(thread)
    except IntegrityError:
        # Somebody began it a moment ago; without their lock it is not ours to answer in.
        return session.scalars(_one(territory_id, address).with_for_update()).one()
    return thread


def _territory_of(contact: Contact | None) -> int:
    if contact is None:
        raise ValueError("neither a visit nor a territory says whose office is meant")
    return contact.customer.territory_id
