"""A message as the office reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import gettext, ngettext

from fieldservice.config import Settings
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.notify.segments import Segments, segments_of
from fieldservice.notify.texts import LINK
from fieldservice.operations.customers.links import VISIT_PATH
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.correspondence import NEWS, NOT_HEARD
from fieldservice.web.sentences import in_words

A_TOKEN = "x" * 22
"""As long as any customer's own, for counting."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with what the office may want to know of it."""

    id: int
    kind: str
    way: str
    state: str
    held: bool
    reason: str
    to_name: str
    number: str
    reference: str
    customer: str
    language: str
    zone: str
    due_at: datetime
    not_after: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    body: str
    segments: Segments | None
    waits: bool
    needs_person: bool


def letter_of(message: Message, territory: Territory) -> Letter:
    """What to show of a message."""
    order = message.visit.work_order if message.visit else None
    waits = message.state == MessageState.PENDING
    return Letter(
        id=message.id,
        kind=message.kind.value,
        way=message.channel.value,
        state=message.state.value,
        held=waits and territory.keeps_silent,
        reason=_reason(message),
        to_name=message.contact.name if message.contact else "",
        number=shown_phone(message.to_address),
        reference=order.reference if order else "",
        customer=order.customer.name if order else "",
        language=message.language.value,
        zone=order.site.zone if order else territory.zone,
        due_at=message.due_at,
        not_after=message.not_after,
        next_try_at=message.next_try_at if waits else None,
        sent_at=message.sent_at,
        body=message.body.replace(LINK, "…"),
        segments=segments_of(as_sent(message.body)) if message.channel == Channel.SMS else None,
        waits=waits,
        needs_person=needs_person(message),
    )


def needs_person(message: Message) -> bool:
    """Whether it goes no further though the customer should have heard."""
    not_heard = message.state in NOT_HEARD and message.kind in NEWS
    undecided = message.state == MessageState.NEEDS_HUMAN or not_heard
    return undecided and message.settled_at is None


def as_sent(body: str) -> str:
    """The words with an address as long as a customer's own."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return body.replace(LINK, f"{settings.public_base_url}{VISIT_PATH}{A_TOKEN}")


def _reason(message: Message) -> str:
    because = in_words(message.ended_because)
    if message.settled_at is not None and because:
        return str(gettext("%(because)s; seen to", because=because))
    if message.settled_at is not None:
        return str(gettext("seen to"))
    if message.state == MessageState.PENDING and message.refusals:
        return str(
            ngettext(
                "%(num)s try in vain, will be tried again",
                "%(num)s tries in vain, will be tried again",
                message.refusals,
            )
        )
    return because
