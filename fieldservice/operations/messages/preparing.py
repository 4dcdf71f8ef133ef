"""The last look at claimed messages, and the note of the request each is about to make."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice.models.customers import Contact
from fieldservice.models.messages import Message, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.notify import outbox
from fieldservice.notify.attempts import Claim, Request, start_attempts
from fieldservice.notify.channel import Parcel
from fieldservice.notify.texts import LINK
from fieldservice.operations.customers.links import address_for, link_all
from fieldservice.operations.messages.carriage import Ticket
from fieldservice.operations.messages.errands import Errand, PostRoom, tell
from fieldservice.operations.messages.letters import envelope
from fieldservice.operations.messages.purse import Purse
from fieldservice.operations.messages.recheck import objection_to
from fieldservice.operations.messages.rewriting import bring_up_to_date, reach_otherwise
from fieldservice.operations.messages.spending import WAITS, estimate

PUT_OFF_FOR = timedelta(minutes=15)
"""How long a message waits that the day's spending limit does not allow."""


def prepared(room: PostRoom, tickets: Sequence[Ticket], now: datetime) -> list[Errand]:
    """Prepare a batch in one transaction; one that is broken does not hold up the others."""
    try:
        with room.transaction() as session:
            return prepare(session, tickets, room, now)
    except Exception as error:
        if len(tickets) > 1:
            # One of them is broken: the others must not wait for it.
            return [errand for ticket in tickets for errand in prepared(room, [ticket], now)]
        tell("message not looked at", error, tickets)
        return []


def prepare(
    session: Session, tickets: Sequence[Ticket], room: PostRoom, now: datetime
) -> list[Errand]:
    """Look again at claimed messages and note the request each is about to make."""
    held = _held(session, tickets)
    # Held on to, so that each is read once however many messages ask for it.
    territories = {one: session.get_one(Territory, one) for one in _territories(held)}
    leaving = [
        (ticket, held[ticket.claim])
        for ticket in tickets
        if ticket.claim in held and _may_leave(session, ticket, held[ticket.claim], now)
    ]
    for _, message in leaving:
        bring_up_to_date(session, message)
    linked = [message for _, message in leaving if LINK in message.body]
    link_all(session, linked, room.secret, now)
    purse = Purse(session, room.prices, now, territories)
    errands, requests = [], []
    for ticket, message in leaving:
        parcel = _parcel(session, message, ticket, room, now)
        cost = _cost(ticket, parcel, room)
        if not purse.affords(message, cost):
            _put_off(session, ticket, now)
            continue
        requests.append(Request(message.id, parcel, ticket.carrier, cost))
        errands.append(Errand(ticket, parcel))
    session.flush()
    start_attempts(session, requests, now)
    return errands


def body_of(session: Session, message: Message, room: PostRoom, now: datetime) -> str:
    """The words as they leave, with the customer's own address."""
    if LINK not in message.body:
        return message.body
    return message.body.replace(
        LINK, address_for(session, message, room.secret, room.base_url, now)
    )


def _held(session: Session, tickets: Sequence[Ticket]) -> dict[Claim, Message]:
    order = selectinload(Message.visit).selectinload(Visit.work_order)
    contact = selectinload(Message.contact)
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_([ticket.claim.message_id for ticket in tickets]))
        .where(Message.state == MessageState.SENDING)
        .order_by(Message.id)
        .with_for_update()
        .options(
            order.selectinload(WorkOrder.site),
            contact.selectinload(Contact.consents),
            contact.selectinload(Contact.opt_outs),
            contact.selectinload(Contact.untextable),
            selectinload(Message.link),
        )
    )
    return {Claim(message.id, message.fence): message for message in rows}


def _territories(held: Mapping[Claim, Message]) -> set[int]:
    return {message.territory_id for message in held.values()}


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
