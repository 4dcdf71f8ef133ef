"""What carries messages out of the house, whichever provider is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import AttemptOutcome, MessageKind
from fieldservice.models.senders import Carrier

__all__ = [
    "Answer",
    "BulkChannel",
    "Carried",
    "Carrier",
    "DeliveryChannel",
    "Inquiry",
    "ListingChannel",
    "Parcel",
]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request to a channel: a text, or a call with what its voice says first."""

    token: str
    """The attempt's own; the only name both sides know it by when an answer is lost."""
    to: str
    medium: Channel
    body: str
    language: Language
    valid_for: timedelta
    """How long the words stay true; a network must not deliver them later."""
    kind: MessageKind
    sender: str = ""
    """The address it leaves from; empty where the carrier needs none."""
    subject: str = ""
    """What stands above a letter; texts and calls have none."""
    unsubscribe: str = ""
    """Where whoever gets a letter ends them."""
    calendar: str = ""
    """The visit as a calendar takes it, to go with a letter."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is known of a request nobody heard back about: enough to find it at the provider."""

    token: str
    provider_id: str | None
    to: str
    sender: str
    medium: Channel
    body: str
    """As it was handed over, links and all."""
    started_at: datetime
    taken: frozenset[str] = frozenset()
    """What other requests to the same number are known to have become at the provider."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    `SENT` it is on its way; `NOT_SENT` it surely is not and may be tried again; `REFUSED`
    it never will be; `UNKNOWN` nobody can say yet.
    """

    outcome: AttemptOutcome
    provider_id: str | None = None
    error: str | None = None
    code: int | None = None
    """The provider's own number for what went wrong."""
    again_after: timedelta | None = None
    """How long the provider wants to be left alone; the usual backoff where it does not say."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One text or call as the provider's own list has it."""

    provider_id: str
    to: str
    sender: str
    medium: Channel
    body: str | None
    failed: bool
    created_at: datetime | None


class DeliveryChannel(Protocol):
    """A provider of texts, calls or letters; called outside any transaction."""

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask once, within seconds; whatever it raises counts as `UNKNOWN`."""
        ...

    def look_up(self, inquiry: Inquiry) -> Answer:
        """What became of an earlier request: `SENT`, `NOT_SENT`, or still `UNKNOWN`."""
        ...


@runtime_checkable
class ListingChannel(Protocol):
    """A channel whose provider keeps a list of all it was handed."""

    def handed_over_since(self, since: datetime) -> Iterator[Carried]:
        """Everything of ours in that list since then."""
        ...


@runtime_checkable
class BulkChannel(Protocol):
    """A channel that takes many parcels as quickly as one, all of them or none."""

    def hand_over_all(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """One answer for each, in their order."""
        ...
