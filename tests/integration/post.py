"""A post room for tests: our own transactions, and a channel that does as it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.messages import AttemptOutcome, ConsoleDelivery, Message, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.notify.channel import Answer, DeliveryChannel, Inquiry, Parcel
from fieldservice.notify.claiming import due_lanes
from fieldservice.notify.console import ConsoleChannel
from fieldservice.operations.messages.asking import resolve_doubts
from fieldservice.operations.messages.carriage import Ticket, claim_lane
from fieldservice.operations.messages.delivery import PostRoom, deliver_due
from tests.conftest import SessionFactory

SECRET = "a secret only tests know"
BASE = "https://visits.example.org"


class Killed(BaseException):
    """The process ends here: nothing may catch it."""


@dataclass
class FakeChannel:
    """Answers what a test tells it to and remembers what it was given."""

    answers: list[Answer | BaseException] = field(default_factory=list)
    found: AttemptOutcome = AttemptOutcome.UNKNOWN
    parcels: list[Parcel] = field(default_factory=list)

    def hand_over(self, parcel: Parcel) -> Answer:
        self.parcels.append(parcel)
        answer = self.answers.pop(0) if self.answers else Answer(AttemptOutcome.SENT, "sid")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def look_up(self, inquiry: Inquiry) -> Answer:
        return Answer(self.found)


@dataclass
class Between:
    """A real channel with something happening just before or just after it is asked."""

    inner: DeliveryChannel
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def hand_over(self, parcel: Parcel) -> Answer:
        self.before()
        answer = self.inner.hand_over(parcel)
        self.after()
        return answer

    def look_up(self, inquiry: Inquiry) -> Answer:
        return self.inner.look_up(inquiry)


def console_room(write: SessionFactory) -> PostRoom:
    """The post room as the application has it."""
    channels = {Carrier.CONSOLE: ConsoleChannel(write, clock.now)}
    return PostRoom(write, channels, SECRET, BASE)


def room_with(write: SessionFactory, channel: DeliveryChannel) -> PostRoom:
    """The same with another channel."""
    return replace(console_room(write), channels={Carrier.CONSOLE: channel})


def console(room: PostRoom) -> DeliveryChannel:
    """The one channel of these rooms."""
    return room.channels[Carrier.CONSOLE]


def claim_all(session: Session, now: datetime) -> list[Ticket]:
    """Everything that is due, in hand."""
    lanes = due_lanes(session, now)
    return [one for lane in lanes for one in claim_lane(session, lane, [Carrier.CONSOLE], now)]


def deliver_at(room: PostRoom, *moments: datetime) -> None:
    """A beat of the clock at each of these moments."""
    for moment in moments:
        deliver_due(room, moment)
        resolve_doubts(room, moment)


def die() -> None:
    """The end of the process at this point."""
    raise Killed


def leases_run_out(write: SessionFactory) -> None:
    """As if the holders had been silent for an hour."""
    with write() as session:
        session.execute(
            update(Message)
            .where(Message.state == MessageState.SENDING)
            .values(lease_until=datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
        )


def messages(session: Session, visit_id: int) -> list[Message]:
    """All messages about a visit, in the order they were written."""
    rows = select(Message).where(Message.visit_id == visit_id).order_by(Message.id)
    return list(session.scalars(rows).all())


def states(session: Session, visit_id: int) -> list[tuple[str, str]]:
    """Kind and state of each of them."""
    return [(one.kind.value, one.state.value) for one in messages(session, visit_id)]


def phone(session: Session) -> list[str]:
    """What the simulated phones got."""
    return list(session.scalars(select(ConsoleDelivery.body).order_by(ConsoleDelivery.id)).all())
