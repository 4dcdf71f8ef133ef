"""Finding messages again: what waits, what left, what somebody must decide."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldservice import clock
from fieldservice.errors import NotFound
from fieldservice.models.customers import Contact, Customer
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.customers.folding import fold

A_PAGE = 50
DIGITS_ENOUGH = 4

NEWS = (
    MessageKind.BOOKED,
    MessageKind.CHANGED,
    MessageKind.CANCELLED,
    MessageKind.NO_ACCESS,
    MessageKind.REPLY,
)
"""What a customer must hear one way or another."""
ONLY_PEOPLE_MEND = (30004, 30007)
"""The provider's codes for a number that blocks us and a network that takes us for unwanted."""
NOT_HEARD = (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.EXPIRED)


class Box(enum.StrEnum):
    """The parts messages are looked at in."""

    WAITING = "waiting"
    NEEDS_HUMAN = "needs_human"
    GONE = "gone"
    ALL = "all"


IN_BOX: dict[Box, tuple[MessageState, ...]] = {
    Box.WAITING: (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN),
    Box.GONE: (
        MessageState.SENT,
        MessageState.DELIVERED,
        MessageState.UNDELIVERED,
        MessageState.FAILED,
        MessageState.VOID,
        MessageState.EXPIRED,
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for among the messages of a territory."""

    box: Box = Box.WAITING
    state: MessageState | None = None
    kind: MessageKind | None = None
    day: date | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Letters:
    """One page of what was found."""

    messages: tuple[Message, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // A_PAGE))


def needs_a_person() -> ColumnElement[bool]:
    """Messages that go no further by themselves though a customer should have heard."""
    not_heard = and_(Message.state.in_(NOT_HEARD), Message.kind.in_(NEWS))
    blocked = and_(Message.state.in_(NOT_HEARD), Message.id.in_(_with_code(ONLY_PEOPLE_MEND)))
    undecided = or_(Message.state == MessageState.NEEDS_HUMAN, not_heard, blocked)
    return and_(undecided, Message.settled_at.is_(None))


def _with_code(codes: Sequence[int]) -> Select[int]:
    return select(Attempt.message_id).where(Attempt.code.in_(codes))


def find(session: Session, territory: Territory, wanted: Wanted) -> Letters:
    """A page of messages: what waits by when it is due, the rest newest first."""
    rows = select(Message).where(Message.territory_id == territory.id, *_conditions(wanted))
    if wanted.day:
        start, end = clock.day_span(wanted.day, territory.zone)
        rows = rows.where(Message.due_at >= start, Message.due_at < end)
    if wanted.text.strip():
        rows = rows.where(_matches(wanted.text))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = min(max(wanted.page, 1), max(1, -(-total // A_PAGE)))
    newest_first = (Message.due_at.desc(), Message.id.desc())
    order = (Message.due_at, Message.id) if wanted.box == Box.WAITING else newest_first
    found = _loaded(rows.order_by(*order).limit(A_PAGE).offset((page - 1) * A_PAGE))
    return Letters(tuple(session.scalars(found).all()), total, page)


def letter(session: Session, message_id: int) -> Message:
    """One message with everything around it."""
    found = session.scalar(_loaded(select(Message).where(Message.id == message_id)))
    if found is None:
        raise NotFound("This message does not exist.")
    return found


def counts(session: Session, territory_id: int) -> dict[Box, int]:
    """How many messages wait, and how many need somebody."""
    here = Message.territory_id == territory_id

    def count(condition: ColumnElement[bool]) -> int:
        rows = select(func.count()).select_from(Message).where(here, condition)
        return session.scalar(rows) or 0

    return {
        Box.WAITING: count(Message.state.in_(IN_BOX[Box.WAITING])),
        Box.NEEDS_HUMAN: count(needs_a_person()),
    }


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.box == Box.NEEDS_HUMAN:
        conditions.append(needs_a_person())
    elif wanted.box in IN_BOX:
        conditions.append(Message.state.in_(IN_BOX[wanted.box]))
    if wanted.state:
        conditions.append(Message.state == wanted.state)
    if wanted.kind:
        conditions.append(Message.kind == wanted.kind)
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    """A visit's reference, the customer's or the contact's name, or digits of the number."""
    folded = fold(text)
    visits = (
        select(Visit.id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Customer, Customer.id == WorkOrder.customer_id)
        .where(
            or_(
                WorkOrder.reference.icontains(text.strip(), autoescape=True),
                Customer.folded_name.contains(folded, autoescape=True),
            )
        )
    )
    named = select(Contact.id).where(Contact.name.icontains(text.strip(), autoescape=True))
    found: list[ColumnElement[bool]] = [Message.visit_id.in_(visits), Message.contact_id.in_(named)]
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) >= DIGITS_ENOUGH:
        found.append(Message.to_address.contains(digits, autoescape=True))
    return or_(*found)


def _loaded(rows: Select[Message]) -> Select[Message]:
    order = joinedload(Message.visit).joinedload(Visit.work_order)
    return rows.options(
        joinedload(Message.contact),
        order.joinedload(WorkOrder.customer),
        order.joinedload(WorkOrder.site),
    )
