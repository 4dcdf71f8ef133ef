"""Who is told about a visit: contacts, each number once."""

from __future__ import annotations

from fieldservice.models.customers import Channel, Contact
from fieldservice.models.work_orders import Visit


def recipients(visit: Visit, channel: Channel) -> list[Contact]:
    """The contacts a visit's messages go to over this channel, in the order they were named."""
    reached: dict[str, Contact] = {}
    for contact in _named(visit):
        if contact.phone and contact.consents_to(channel):
            reached.setdefault(contact.phone, contact)
    return list(reached.values())


def _named(visit: Visit) -> list[Contact]:
    order = visit.work_order
    asked = [named.contact for named in order.contacts if named.receives_texts]
    if any(contact.phone for contact in asked):
        return asked
    spared = {named.contact_id for named in order.contacts if not named.receives_texts}
    others = [contact for contact in order.customer.contacts if contact.id not in spared]
    return [contact for contact in others if contact.phone][:1]
