"""How each person is reached, and who is told about a visit: the one place that says so."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.models.customers import Channel, Contact, Reach
from fieldservice.models.messages import MessageKind
from fieldservice.models.work_orders import Visit
from fieldservice.operations.customers.phones import NumberKind, number_kind

ON_REQUEST = (MessageKind.CODE, MessageKind.LINK)
"""What somebody has just asked for: written to them, whatever they prefer else."""
TOO_SHORT_LIVED = (MessageKind.REMINDER_HOURS, MessageKind.ON_MY_WAY)
"""True for so short that no person of the office could pass it on in time."""
SPOKEN_TO = (Channel.SMS, Channel.CALL)
WRITTEN_TO = (Channel.SMS, Channel.EMAIL)
IN_TURN = (Channel.SMS, Channel.CALL, Channel.EMAIL, Channel.BY_HAND)
"""What is tried where a person cannot be reached as they asked, or was not asked."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told, and how."""

    contact: Contact
    channel: Channel


def way_to(contact: Contact, kind: MessageKind, without: Channel | None = None) -> Channel | None:
    """How this person gets a message of this kind; None where they get none.

    `without` is a way that has just proved shut.
    """
    if kind == MessageKind.CODE:
        return Channel.SMS if is_textable(contact) else None
    if kind in ON_REQUEST:
        return next((one for one in WRITTEN_TO if can_reach(contact, one)), None)
    usual = usual_way(contact, without)
    if kind == MessageKind.SURVEY_CALL:
        told_to_stop = any(one.channel == Channel.SMS for one in contact.opt_outs)
        asked = usual in SPOKEN_TO and can_reach(contact, Channel.CALL) and not told_to_stop
        return Channel.CALL if asked else None
    if kind == MessageKind.SURVEY_TEXT:
        return usual if usual in WRITTEN_TO else None
    if usual == Channel.BY_HAND and kind in TOO_SHORT_LIVED:
        return None
    return usual


def usual_way(contact: Contact, without: Channel | None = None) -> Channel:
    """How this person hears of their visits: as they asked, else what is possible in turn."""
    asked = [Channel(contact.prefers.value)] if contact.prefers else []
    for one in [*asked, *IN_TURN]:
        if one != without and can_reach(contact, one):
            return one
    return Channel.BY_HAND


def can_reach(contact: Contact, channel: Channel) -> bool:
    """Whether there is a way and they have not refused it; by hand there always is."""
    if channel == Channel.BY_HAND:
        return True
    there = {
        Channel.SMS: is_textable(contact),
        Channel.CALL: bool(contact.phone),
        Channel.EMAIL: bool(contact.email),
    }
    if not there[channel] or not contact.consents_to(channel):
        return False
    return channel == Channel.EMAIL or all(one.channel != channel for one in contact.opt_outs)


def is_textable(contact: Contact) -> bool:
    """Whether the number may be one that texts reach: no landline, none refused before."""
    if not contact.phone or number_kind(contact.phone) == NumberKind.LANDLINE:
        return False
    return contact.untextable is None


def address_of(contact: Contact, channel: Channel) -> str:
    """What a message over this channel is addressed to; by hand it may be nothing."""
    if channel == Channel.EMAIL:
        return contact.email or ""
    if channel == Channel.BY_HAND:
        return contact.phone or contact.email or ""
    return contact.phone or ""


def recipients(visit: Visit, kind: MessageKind) -> list[Recipient]:
    """Who gets the visit's messages of this kind, in the order they were named.

    A number or an address that several share is told once.
    """
    told: dict[str, Recipient] = {}
    for contact in _named(visit):
        channel = way_to(contact, kind)
        if channel is not None:
            shared = address_of(contact, channel) or f"contact {contact.id}"
            told.setdefault(shared, Recipient(contact, channel))
    return list(told.values())


def _named(visit: Visit) -> list[Contact]:
    order = visit.work_order
    asked = [named.contact for named in order.contacts if named.receives_texts]
    if any(_is_reachable(contact) for contact in asked):
        return asked
    spared = {named.contact_id for named in order.contacts if not named.receives_texts}
    others = [contact for contact in order.customer.contacts if contact.id not in spared]
    return ([one for one in others if _is_reachable(one)] or asked or others)[:1]


def _is_reachable(contact: Contact) -> bool:
    """Whether they left a number or an address, or asked to be told by a person."""
    return bool(contact.phone or contact.email) or contact.prefers == Reach.BY_HAND
