"""A fresh address for a customer whose old one ran out, sent to the phone on file."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel, Contact, CustomerLink
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.notify.letters.writing import by_mail as letter
from fieldservice.notify.letters.writing import subject_of
from fieldservice.notify.texts import Facts, write
from fieldservice.operations import audit
from fieldservice.operations.customers.links import known_link, make_link
from fieldservice.operations.messages.recipients import address_of, way_to

LASTS = timedelta(days=60)
AT_MOST_EVERY = timedelta(hours=1)
WORTH_SENDING = timedelta(hours=24)


def send_new_link(session: Session, secret: str, token: str, now: datetime) -> Message | None:
    """Owe the text with the new address; None where nobody can get it, or got one just now.

    It goes to the phone on file and never to whoever asks, so the old address proves nothing.
    """
    old = known_link(session, token)
    contact = _who_had(session, old)
    channel = way_to(contact, MessageKind.LINK) if contact else None
    if contact is None or channel is None or _sent_lately(session, contact, now):
        return None
    link = make_link(session, secret, old.customer_id, old.visit_id, now, now + LASTS)
    customer = old.customer
    facts = Facts(name=contact.name, company=customer.territory.name, work="")
    by_mail = channel == Channel.EMAIL
    message = Message(
        territory_id=customer.territory_id,
        contact=contact,
        kind=MessageKind.LINK,
        channel=channel,
        dedupe_key=f"{MessageKind.LINK}:{link.id}:1:{contact.id}:1",
        to_address=address_of(contact, channel),
        language=contact.language,
        greets=contact.name,
        subject=subject_of(MessageKind.LINK, contact.language, facts, None) if by_mail else "",
        body=(letter if by_mail else write)(MessageKind.LINK, contact.language, facts),
        link=link,
        ignores_quiet_hours=True,
        due_at=now,
        not_after=now + WORTH_SENDING,
        created_at=now,
    )
    session.add(message)
    session.flush()
    audit.record(session, now, None, "link.renewed", link, old_link_id=old.id)
    return message


def _who_had(session: Session, old: CustomerLink) -> Contact | None:
    texted = select(Message).where(Message.link_id == old.id, Message.contact_id.is_not(None))
    newest = session.scalar(texted.order_by(Message.id.desc()).limit(1))
    if newest is not None:
        return newest.contact
    return next((one for one in old.customer.contacts if one.phone or one.email), None)


def _sent_lately(session: Session, contact: Contact, now: datetime) -> bool:
    recent = select(Message.id).where(
        Message.contact_id == contact.id,
        Message.kind == MessageKind.LINK,
        Message.state != MessageState.VOID,
        Message.created_at > now - AT_MOST_EVERY,
    )
    return session.scalar(recent.limit(1)) is not None
