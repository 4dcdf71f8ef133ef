"""Which carrier takes a message, from which sender, and when its turn is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageState
from fieldservice.models.senders import Carrier, Sender
from fieldservice.models.territories import Territory
from fieldservice.notify import claiming
from fieldservice.notify.attempts import Claim
from fieldservice.notify.claiming import Lane
from fieldservice.operations.messages.breaker import allowance
from fieldservice.operations.messages.pacing import room_for
from fieldservice.operations.messages.senders import choose_sender
from fieldservice.said import said

AT_ONCE = 40
"""How many messages are taken in hand together: fewer than a lease can see through."""
NO_SENDER = said("no sender is set up for this number")
NO_SENDER_FOR = timedelta(minutes=15)
"""How long such a message waits before a sender is looked for again."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed message with its way out of the house."""

    claim: Claim
    carrier: Carrier
    sender: str = ""
    sender_id: int | None = None
    """Whose turn is waited for before it is handed over; None where nobody counts."""


def carrier_for(territory: Territory, medium: Channel, set_up: Collection[Carrier]) -> Carrier:
    """Who carries this medium for a territory, of those that are set up."""
    wanted = Carrier.SMTP if medium == Channel.EMAIL else Carrier.TWILIO
    if territory.console_only or wanted not in set_up:
        return Carrier.CONSOLE
    return wanted


def claim_lane(
    session: Session,
    lane: Lane,
    set_up: Collection[Carrier],
    now: datetime,
    limit: int = AT_ONCE,
) -> list[Ticket]:
    """Take the next messages of a lane in hand: no more than its carrier and senders take now."""
    territory = session.get_one(Territory, lane.territory_id)
    carrier = carrier_for(territory, lane.medium, set_up)
    limit = allowance(session, carrier, limit, now)
    if not limit:
        return []
    return _tickets(session, claiming.waiting(session, lane, now, limit), carrier, now)


def claim_one(
    session: Session, message: Message, set_up: Collection[Carrier], now: datetime
) -> Ticket | None:
    """Take this one in hand, due or not; None where it waits no more."""
    if message.state != MessageState.PENDING:
        return None
    territory = session.get_one(Territory, message.territory_id)
    carrier = carrier_for(territory, message.channel, set_up)
    if not allowance(session, carrier, 1, now):
        raise Refused("Its carrier takes nothing at the moment. It leaves as soon as it does.")
    return next(iter(_tickets(session, [message], carrier, now)), None)


def _tickets(
    session: Session, candidates: Sequence[Message], carrier: Carrier, now: datetime
) -> list[Ticket]:
    by = _senders(session, candidates, carrier, now)
    claims = claiming.take(session, list(by))
    return [Ticket(claim, carrier, *by[claim.message_id]) for claim in claims]


def _senders(
    session: Session, candidates: Sequence[Message], carrier: Carrier, now: datetime
) -> dict[int, tuple[str, int | None]]:
    """The sender of each that may leave within moments, by the message's number."""
    if carrier != Carrier.TWILIO:
        return {message.id: ("", None) for message in candidates}
    rows: dict[int, list[Message]] = {}
    senders: dict[int, Sender] = {}
    for message in candidates:
        sender = choose_sender(session, message.territory_id, message.channel, message.to_address)
        if sender is None:
            message.next_try_at, message.ended_because = now + NO_SENDER_FOR, NO_SENDER
            continue
        senders[sender.id] = sender
        rows.setdefault(sender.id, []).append(message)
    session.flush()
    found: dict[int, tuple[str, int | None]] = {}
    for sender_id, row in rows.items():
        count = room_for(session, sender_id, len(row), now)
        by = (senders[sender_id].address, sender_id)
        found.update((message.id, by) for message in row[:count])
    return {message.id: found[message.id] for message in candidates if message.id in found}
