"""What delivery needs lent, and what it carries from one step to the next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.config import Prices
from fieldservice.models.senders import Carrier
from fieldservice.notify.channel import Answer, DeliveryChannel, Parcel
from fieldservice.operations.messages.carriage import Ticket
from fieldservice.operations.messages.pacing import Pacer

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What delivery needs and may not reach for itself."""

    transaction: Callable[[], AbstractContextManager[Session]]
    channels: Mapping[Carrier, DeliveryChannel]
    secret: str
    base_url: str
    prices: Prices = field(default_factory=Prices)
    hands: int = 1
    """How many messages of one lane are handed over at a time."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the process is to end: what was not handed over yet is given back."""
    pacer: Pacer = field(default_factory=Pacer)


@dataclass(frozen=True, slots=True)
class Errand:
    """A message that was looked at again and is to be handed over."""

    ticket: Ticket
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Answered:
    """An errand with what the channel said; None where it was not asked."""

    errand: Errand
    answer: Answer | None


def tell(what: str, error: Exception, tickets: Iterable[Ticket]) -> None:
    """Log what went wrong with these messages; their leases will run out."""
    # An error's own words may name a customer, so only its kind is told.
    for ticket in tickets:
        logger.error(
            "%s: %s", what, type(error).__name__, extra={"message_id": ticket.claim.message_id}
        )
