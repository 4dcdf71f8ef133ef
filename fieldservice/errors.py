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
from datetime import date, datetime
from typing import Any


class FieldServiceError(Exception):
    """The root: its text is a sentence that can be shown as it is.

    `values` fill the places of the `wording`, such as `%(name)s`, so that pages can say it in
    another language.
    """

    def __init__(self, wording: str, **values: object) -> None:
        filled = {name: _plain(value) for name, value in values.items()}
        self.sentence = wording % filled if values else wording
        super().__init__(self.sentence)
        self.wording = wording
        self.values = values


class NotFound(FieldServiceError):
    """What was asked for does not exist, or not for the person asking."""


class Refused(FieldServiceError):
    """Input that cannot be accepted, with the field it concerns."""

    def __init__(self, wording: str, field: str | None = None, **values: object) -> None:
        super().__init__(wording, **values)
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


def _plain(value: object) -> object:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return f"{value:%a %-d %b %Y}" if is_day else value
