"""What carries messages out of the house, whichever provider is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import AttemptOutcome


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    `SENT` it is on its way; `NOT_SENT` it surely is not and may be tried again; `REFUSED`
    it never will be; `UNKNOWN` nobody can say yet.
    """

    outcome: AttemptOutcome
    provider_id: str | None = None
    error: str | None = None


class DeliveryChannel(Protocol):
    """A provider of texts and calls; called outside any transaction."""

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask once, within seconds; whatever it raises counts as `UNKNOWN`."""
        ...

    def look_up(self, token: str) -> Answer:
        """What became of an earlier request: `SENT`, `NOT_SENT`, or still `UNKNOWN`."""
        ...
