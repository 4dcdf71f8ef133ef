"""Which carrier takes a message, from which sender, and when its turn is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.senders import Carrier
from fieldservice.models.territories import Territory
from fieldservice.notify import claiming
from fieldservice.notify.claiming import Lane
from fieldservice.notify.outbox import Claim

AT_ONCE = 40
"""How many messages are taken in hand together: fewer than a lease can see through."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed message with its way out of the house."""

    claim: Claim
    carrier: Carrier
    sender: str = ""
    wait: timedelta = timedelta()
    """How long after the claim its turn comes."""


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
    """Take the next messages of a lane in hand: no more than its carrier and sender take now."""
    territory = session.get_one(Territory, lane.territory_id)
    carrier = carrier_for(territory, lane.medium, set_up)
    return _tickets(session, claiming.waiting(session, lane, now, limit), carrier)


def claim_one(
    session: Session, message: Message, set_up: Collection[Carrier], now: datetime
) -> Ticket | None:
    """Take this one in hand, due or not; None where it waits no more."""
    territory = session.get_one(Territory, message.territory_id)
    carrier = carrier_for(territory, message.channel, set_up)
    return next(iter(_tickets(session, [message], carrier)), None)


def _tickets(session: Session, candidates: Sequence[Message], carrier: Carrier) -> list[Ticket]:
    claims = claiming.take(session, [message.id for message in candidates])
    return [Ticket(claim, carrier) for claim in claims]
