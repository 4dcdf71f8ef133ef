"""What Twilio's numbers for errors mean to us; the same for answers and for later receipts."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome
from fieldservice.said import said


class Consequence(enum.StrEnum):
    """What follows from an error, beyond the state of its one message."""

    NONE = "none"
    OPTED_OUT = "opted_out"
    UNTEXTABLE = "untextable"
    ONE_RETRY = "one_retry"
    TELL_STAFF = "tell_staff"
    STOP_CARRIER = "stop_carrier"
    BACK_OFF = "back_off"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error comes to, said so that the office understands it."""

    outcome: AttemptOutcome
    consequence: Consequence
    words: str


def _final(consequence: Consequence, words: str) -> Verdict:
    return Verdict(AttemptOutcome.REFUSED, consequence, words)


def _later(consequence: Consequence, words: str) -> Verdict:
    return Verdict(AttemptOutcome.NOT_SENT, consequence, words)


_ODD_NUMBER = _final(Consequence.UNTEXTABLE, said("the number is not one that takes texts"))
_SENDER = _final(
    Consequence.TELL_STAFF, said("the sender may not send there: look at the preflight")
)
_ACCOUNT = _later(Consequence.STOP_CARRIER, said("the account was refused: check its settings"))

VERDICTS: dict[int, Verdict] = {
    # The account.
    10001: _ACCOUNT,
    20003: _later(Consequence.STOP_CARRIER, said("the account's password was refused")),
    20005: _ACCOUNT,
    20404: _ACCOUNT,
    30002: _ACCOUNT,
    # Too much at once.
    20429: _later(Consequence.BACK_OFF, said("the provider asks for fewer messages at once")),
    21611: _later(Consequence.BACK_OFF, said("the sender's queue at the provider is full")),
    30001: _later(Consequence.BACK_OFF, said("the sender's queue at the provider is full")),
    # The customer's number.
    21211: _ODD_NUMBER,
    21214: _ODD_NUMBER,
    21217: _ODD_NUMBER,
    21614: _ODD_NUMBER,
    30005: _final(Consequence.UNTEXTABLE, said("nobody has this number")),
    30006: _final(Consequence.UNTEXTABLE, said("a landline, or a network no text reaches")),
    21610: _final(Consequence.OPTED_OUT, said("the customer opted out at the provider")),
    # The sender and what it may do.
    21210: _SENDER,
    21212: _SENDER,
    21215: _SENDER,
    21216: _SENDER,
    21408: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21608: _SENDER,
    21612: _SENDER,
    30032: _SENDER,
    30034: _SENDER,
    # The words.
    21602: _final(Consequence.TELL_STAFF, said("the text was empty")),
    21617: _final(Consequence.TELL_STAFF, said("the text was too long")),
    # The network.
    30003: _final(Consequence.ONE_RETRY, said("the phone is off or out of reach")),
    30004: _final(Consequence.TELL_STAFF, said("the number blocks our texts")),
    30007: _final(Consequence.TELL_STAFF, said("a network took it for unwanted mail")),
    30008: _final(Consequence.ONE_RETRY, said("the network gave no reason")),
    30036: _final(Consequence.NONE, said("it would have come too late")),
}
OTHERWISE = _final(Consequence.TELL_STAFF, said("the provider refused it"))
UNCALLABLE = _final(Consequence.TELL_STAFF, said("the number cannot be called"))


LONGEST_CODE = 6


def plain_code(said: object) -> int | None:
    """A code between 1 and 999999, however it was written; None for whatever else is said."""
    written = str(said)
    plain = written.isascii() and written.isdecimal() and len(written) <= LONGEST_CODE
    return (int(written) or None) if plain else None


def verdict(code: int, medium: Channel) -> Verdict:
    """What this error means for a text or a call."""
    found = VERDICTS.get(code, OTHERWISE)
    if medium == Channel.CALL and found.consequence == Consequence.UNTEXTABLE:
        return UNCALLABLE
    return found
