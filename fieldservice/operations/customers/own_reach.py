"""How customers want to be reached, said by themselves on their own page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Channel, Contact, CustomerLink, Reach
from fieldservice.models.messages import Message
from fieldservice.operations.customers.customer_entries import mail_address
from fieldservice.operations.customers.records import record_consent, set_reach
from fieldservice.operations.messages.opting import free_number
from fieldservice.operations.messages.recipients import is_textable

SOURCE = "own page"
NO_TEXT = "No text reaches this number. Choose another way."
NO_PHONE = "There is no telephone number. Choose another way."


def reader_of_link(session: Session, link: CustomerLink) -> Contact:
    """Whom the link was sent to; the customer's first contact where nobody knows."""
    sent = select(Message).where(Message.link_id == link.id, Message.contact_id.is_not(None))
    newest = session.scalar(sent.order_by(Message.id.desc()).limit(1))
    if newest is not None and newest.contact is not None:
        return newest.contact
    return link.customer.contacts[0]


def choose_reach(
    session: Session, link: CustomerLink, reach: str, email: str, now: datetime
) -> Contact:
    """From now on this reader is reached so; what they choose they consent to."""
    contact = reader_of_link(session, link)
    if reach not in {one.value for one in Reach}:
        raise Refused("Choose how you want to be reached.", "reach")
    channel = Channel(reach)
    _check(contact, channel)
    if channel == Channel.EMAIL:
        contact.email = mail_address(email) or contact.email
        if contact.email is None:
            raise Refused("Write your e-mail address.", "email")
    _consent(session, contact, channel, now)
    set_reach(session, contact, reach, now, None)
    return contact


def _check(contact: Contact, channel: Channel) -> None:
    if channel in (Channel.SMS, Channel.CALL) and not contact.phone:
        raise Refused(NO_PHONE, "reach")
    if channel == Channel.SMS and not is_textable(contact):
        raise Refused(NO_TEXT, "reach")


def _consent(session: Session, contact: Contact, channel: Channel, now: datetime) -> None:
    if channel == Channel.BY_HAND:
        return
    if contact.phone and channel != Channel.EMAIL:
        free_number(session, contact.phone, channel)
        session.expire(contact, ["opt_outs"])
    if not contact.consents_to(channel):
        record_consent(session, contact, channel, True, SOURCE, now, None)
