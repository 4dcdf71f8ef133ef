"""Delivery: claim, look again, hand over outside any transaction, record in another.

Whoever drives it lends the transactions. Between two of them the process may die: what was
claimed is then found by its lease, and what may have been sent is asked for by its token.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice.config import Prices
from fieldservice.errors import Conflict, DeliveryError, NotFound, Refused
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import AttemptOutcome, Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.notify import outbox
from fieldservice.notify.channel import Answer, DeliveryChannel, Parcel
from fieldservice.notify.claiming import Lane, due_lanes
from fieldservice.notify.texts import LINK
from fieldservice.operations.calls.ringing import give_up_ringing
from fieldservice.operations.customers.links import address_for
from fieldservice.operations.messages.breaker import note
from fieldservice.operations.messages.by_hand import failed_call
from fieldservice.operations.messages.carriage import Ticket, claim_lane, claim_one
from fieldservice.operations.messages.consequences import follow
from fieldservice.operations.messages.purse import Purse
from fieldservice.operations.messages.letters import envelope
from fieldservice.operations.messages.recheck import objection_to
from fieldservice.operations.messages.rewriting import bring_up_to_date, reach_otherwise
from fieldservice.operations.messages.spending import WAITS, estimate
from fieldservice.operations.messages.surveys import try_again_or_write

logger = logging.getLogger(__name__)

HELD_SECONDS = 75
"""Nothing is handed over later than this after its claim: the rest of the lease is for the
answer, however slow it comes."""
PUT_OFF_FOR = timedelta(minutes=15)
"""How long a message waits that the day's spending limit does not allow."""

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


@dataclass(frozen=True, slots=True)
class Errand:
    """A message that was looked at again and is to be handed over."""

    ticket: Ticket
    parcel: Parcel


def deliver_due(room: PostRoom, now: datetime) -> int:
    """One round: clear up, then the next messages of every lane; how many were taken in hand."""
    clear_up(room, now)
    with room.transaction() as session:
        lanes = due_lanes(session, now)
    return sum(deliver_lane(room, lane, lambda: now) for lane in lanes)


def clear_up(room: PostRoom, now: datetime) -> None:
    """Lapse leases, expire what would come too late, end calls that nobody answered."""
    with room.transaction() as session:
        outbox.lapse(session, now)
        outbox.expire(session, now)
        give_up_ringing(session, now)


def deliver_lane(room: PostRoom, lane: Lane, now: Clock, pool: Executor | None = None) -> int:
    """The next messages of a lane; how many were taken in hand."""
    begun = time.monotonic()
    with room.transaction() as session:
        tickets = claim_lane(session, lane, room.channels, now())
    deliver(room, tickets, now, begun, pool)
    return len(tickets)


def deliver(
    room: PostRoom,
    tickets: Sequence[Ticket],
    now: Clock,
    begun: float | None = None,
    pool: Executor | None = None,
) -> int:
    """Hand over what was claimed at `begun`, if nothing speaks against it by now; how many left."""
    begun = time.monotonic() if begun is None else begun
    errands = _prepared(room, tickets, now())
    if pool is None:
        answers = (([(errand, _run(room, errand, begun))]) for errand in errands)
    else:
        answers = _as_they_come(pool, room, errands, begun)
    sent = 0
    for some in answers:
        _record_all(room, some, now())
        sent += sum(answer is not None and _is_sent(answer) for _, answer in some)
    return sent


def hand_over_now(room: PostRoom, message_id: int, now: datetime) -> None:
    """Send a waiting message before its time, quiet hours or not."""
    with room.transaction() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound("This message does not exist.")
        if session.get_one(Territory, message.territory_id).keeps_silent:
            raise Refused("Nothing leaves this territory yet. Let its messages leave first.")
        message.ignores_quiet_hours = True
        session.flush()
        ticket = claim_one(session, message, room.channels, now)
    if ticket is None:
        raise Conflict("This message waits no more. Look at the list again.")
    deliver(room, [ticket], lambda: now)


def prepare(
    session: Session, tickets: Sequence[Ticket], room: PostRoom, now: datetime
) -> list[Errand]:
    """Look again at claimed messages and note the request each is about to make."""
    held = _held(session, tickets)
    asked_at = outbox.database_now(session)
    purse = Purse(session, room.prices, now)
    errands = []
    for ticket in tickets:
        message = held.get(ticket.claim)
        if message is None or not _may_leave(session, ticket, message, now):
            continue
        bring_up_to_date(session, message)
        parcel = _parcel(session, message, ticket, room, now)
        cost = _cost(ticket, parcel, room)
        if not purse.affords(message, cost):
            _put_off(session, ticket, now)
            continue
        outbox.start_attempt(session, message, parcel, now, asked_at, ticket.carrier, cost)
        errands.append(Errand(ticket, parcel))
    session.flush()
    return errands


def record(session: Session, errand: Errand, answer: Answer | None, now: datetime) -> None:
    """Keep what the channel said; None where it was not asked. A refused call is made up for."""
    claim, token = errand.ticket.claim, errand.parcel.token
    if answer is None:
        outbox.give_back(session, claim, token, now)
        return
    note(session, errand.ticket.carrier, answer, now)
    kept = outbox.record(session, claim, token, answer, now)
    if not kept or answer.outcome != AttemptOutcome.REFUSED:
        return
    message = session.get_one(Message, claim.message_id, populate_existing=True)
    if answer.code is not None:
        follow(session, message, answer.code, now)
    if message.kind == MessageKind.SURVEY_CALL:
        try_again_or_write(session, message, now)
    elif message.channel == Channel.CALL:
        failed_call(session, message, now, for_good=True)
    else:
        reach_otherwise(session, message, now)


def body_of(session: Session, message: Message, room: PostRoom, now: datetime) -> str:
    """The words as they leave, with the customer's own address."""
    if LINK not in message.body:
        return message.body
    return message.body.replace(
        LINK, address_for(session, message, room.secret, room.base_url, now)
    )


def _prepared(room: PostRoom, tickets: Sequence[Ticket], now: datetime) -> list[Errand]:
    try:
        with room.transaction() as session:
            return prepare(session, tickets, room, now)
    except Exception as error:
        if len(tickets) > 1:
            # One of them is broken: the others must not wait for it.
            return [errand for ticket in tickets for errand in _prepared(room, [ticket], now)]
        _tell("message not looked at", error, tickets)
        return []


def _held(session: Session, tickets: Sequence[Ticket]) -> dict[outbox.Claim, Message]:
    order = selectinload(Message.visit).selectinload(Visit.work_order)
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_([ticket.claim.message_id for ticket in tickets]))
        .where(Message.state == MessageState.SENDING)
        .order_by(Message.id)
        .with_for_update()
        .options(
            order.selectinload(WorkOrder.site),
            selectinload(Message.contact).selectinload(Contact.consents),
            selectinload(Message.link),
        )
    )
    return {outbox.Claim(message.id, message.fence): message for message in rows}


def _may_leave(session: Session, ticket: Ticket, message: Message, now: datetime) -> bool:
    against = objection_to(session, message, now)
    if against is None:
        return True
    values = {"ended_because": against.because, "next_try_at": against.again_at}
    outbox.move(session, ticket.claim, MessageState.SENDING, against.state, **values)
    if against.state != MessageState.PENDING:
        reach_otherwise(session, message, now)
    return False


def _cost(ticket: Ticket, parcel: Parcel, room: PostRoom) -> int:
    if ticket.carrier == Carrier.CONSOLE:
        return 0
    return estimate(room.prices, parcel.medium, parcel.body)


def _put_off(session: Session, ticket: Ticket, now: datetime) -> None:
    values = {"ended_because": WAITS, "next_try_at": now + PUT_OFF_FOR}
    outbox.move(session, ticket.claim, MessageState.SENDING, MessageState.PENDING, **values)


def _parcel(
    session: Session, message: Message, ticket: Ticket, room: PostRoom, now: datetime
) -> Parcel:
    goes_with = envelope(session, message, room.secret, room.base_url, now)
    return Parcel(
        token=secrets.token_hex(16),
        to=message.to_address,
        medium=message.channel,
        body=body_of(session, message, room, now),
        language=message.language,
        valid_for=max(message.not_after - now, timedelta(minutes=1)),
        kind=message.kind,
        sender=ticket.sender,
        subject=goes_with.subject,
        unsubscribe=goes_with.unsubscribe,
        calendar=goes_with.calendar,
    )


def _as_they_come(
    pool: Executor, room: PostRoom, errands: Iterable[Errand], begun: float
) -> Iterator[list[tuple[Errand, Answer | None]]]:
    running: dict[Future[Answer | None], Errand] = {
        pool.submit(_run, room, errand, begun): errand for errand in errands
    }
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        yield [(running.pop(one), one.result()) for one in done]


def _run(room: PostRoom, errand: Errand, begun: float) -> Answer | None:
    early = errand.ticket.wait.total_seconds() - (time.monotonic() - begun)
    if early > 0:
        room.closing.wait(early)
    if room.closing.is_set() or time.monotonic() - begun > HELD_SECONDS:
        return None
    return _ask(room.channels[errand.ticket.carrier], errand.parcel)


def _ask(channel: DeliveryChannel, parcel: Parcel) -> Answer:
    try:
        return channel.hand_over(parcel)
    except DeliveryError as error:
        outcome = AttemptOutcome.REFUSED if error.permanent else AttemptOutcome.NOT_SENT
        return Answer(outcome, error=error.sentence)
    except Exception as error:
        logger.warning("a channel gave no answer", extra={"attempt_token": parcel.token})
        return Answer(AttemptOutcome.UNKNOWN, error=type(error).__name__)


def _record_all(
    room: PostRoom, answered: Sequence[tuple[Errand, Answer | None]], now: datetime
) -> None:
    try:
        with room.transaction() as session:
            # Whoever locks several messages does so in this order, or two would wait for ever.
            for errand, answer in sorted(answered, key=lambda one: one[0].ticket.claim.message_id):
                record(session, errand, answer, now)
    except Exception as error:
        if len(answered) == 1:
            _tell("answer not recorded", error, [errand.ticket for errand, _ in answered])
            return
        for one in answered:
            _record_all(room, [one], now)


def _is_sent(answer: Answer) -> bool:
    return answer.outcome == AttemptOutcome.SENT


def _tell(what: str, error: Exception, tickets: Sequence[Ticket]) -> None:
    # Its lease will run out. An error's own words may name a customer, so only its kind is told.
    for ticket in tickets:
        logger.error(
            "%s: %s", what, type(error).__name__, extra={"message_id": ticket.claim.message_id}
        )
