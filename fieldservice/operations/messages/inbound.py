"""A text that came in: whose conversation it belongs to, then what it means."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.callbacks import Callback
from fieldservice.models.conversations import InboundText, Meaning
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.operations.messages.opting import contacts_at
from fieldservice.operations.messages.replies import understand
from fieldservice.operations.messages.standing import last_said
from fieldservice.operations.messages.threads import LONGEST_WORDS, thread_of

LONGEST_ADDRESS = 40


def take_in(session: Session, callback: Callback, now: datetime) -> None:
    """Note a text in its conversation and do what it asks; one that is known changes nothing."""
    form: dict[str, str] = callback.form
    phone, ours = _address(form, "From"), _address(form, "To")
    if not phone or _is_known(session, callback.sid):
        return
    last = last_said(session, phone, callback.received_at)
    contact = _contact(session, phone, last)
    territory_id = _territory_id(session, ours, last, contact)
    if territory_id is None:
        return
    thread = thread_of(session, territory_id, phone, now, contact)
    text = InboundText(
        channel=Channel.SMS,
        provider_id=callback.sid or None,
        sent_to=ours,
        body=form.get("Body", "")[:LONGEST_WORDS],
        media=_count(form.get("NumMedia", "")),
        meaning=Meaning.OTHER,
        received_at=callback.received_at,
    )
    thread.entries.append(text)
    session.flush()
    understand(session, thread, text, now, form.get("OptOutType", ""))


def _address(form: dict[str, str], field: str) -> str:
    return form.get(field, "").strip()[:LONGEST_ADDRESS]


def _is_known(session: Session, sid: str) -> bool:
    known = select(InboundText.id).where(InboundText.provider_id == sid)
    return bool(sid) and session.scalar(known) is not None


def _contact(session: Session, phone: str, last: Message | None) -> Contact | None:
    if last is not None and last.contact is not None:
        return last.contact
    return next(iter(contacts_at(session, phone)), None)


def _territory_id(
    session: Session, ours: str, last: Message | None, contact: Contact | None
) -> int | None:
    """Whose office it concerns: who wrote last, whose customer it is, whose number it came to."""
    if last is not None:
        return last.territory_id
    if contact is not None:
        return contact.customer.territory_id
    senders = select(Sender.territory_id).where(
        Sender.address == ours, Sender.territory_id.is_not(None)
    )
    of_number = session.scalar(senders.order_by(Sender.id).limit(1))
    return of_number or session.scalar(select(Territory.id).order_by(Territory.id).limit(1))


def _count(number: str) -> int:
    return min(int(number[:9]), 99) if number.isascii() and number.isdecimal() else 0
