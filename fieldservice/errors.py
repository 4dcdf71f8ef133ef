"""Every error the application raises on purpose.

FieldServiceError            a sentence fit for the reader
├── NotFound                 nothing here by that name, or not for you
├── Refused                  the input cannot be accepted; names the field and the mend
├── Conflict                 right input, wrong moment
│   ├── WindowTaken          the promised window is gone; finds fresh offers
│   ├── RuleBroken           a rule stands against it; carries the breaches a person may accept
│   └── Stale                somebody else changed it first
├── LinkExpired              a customer's link that no longer opens anything
└── DeliveryError            a channel could not hand a message over
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class FieldServiceError(Exception):
    """The root: its text is a sentence that can be shown as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(FieldServiceError):
    """What was asked for does not exist, or not for the person asking."""


class Refused(FieldServiceError):
    """Input that cannot be accepted, with the field it concerns."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(FieldServiceError):
    """A wish that was possible a moment ago and is not any more."""


class WindowTaken(Conflict):
    """The arrival window can no longer be kept; `instead` finds the ones that can.

    It is asked once the transaction is over, so that nobody who books waits for it.
    """

    def __init__(
        self, sentence: str, instead: Callable[[Any], Sequence[Any]] = lambda _session: ()
    ) -> None:
        super().__init__(sentence)
        self.instead = instead


class RuleBroken(Conflict):
    """A deed that breaks rules; done all the same once a person accepts these `breaches`."""

    def __init__(self, sentence: str, breaches: Sequence[Any] = ()) -> None:
        super().__init__(sentence)
        self.breaches = tuple(breaches)


class Stale(Conflict):
    """The record was changed by somebody else since it was read."""


class LinkExpired(FieldServiceError):
    """A customer's link past its date, revoked or used up."""


class DeliveryError(FieldServiceError):
    """A channel could not hand a message over; `permanent` says whether trying again can help."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent
