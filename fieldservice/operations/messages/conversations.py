"""One conversation as the office reads it: what was said, by whom, about which visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.notify.texts import LINK
from fieldservice.operations.customers.customer_file import VisitLine, visit_line
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.answering import language_of
from fieldservice.operations.messages.opting import contacts_at, has_opted_out

A_TALK = 120
NEVER_LEFT = (MessageState.VOID, MessageState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, by the customer or by us."""

    at: datetime
    words: str
    by_customer: bool
    how: str
    """sms, call, email."""
    kind: str
    """Of ours, its kind; of theirs, what it was understood as."""
    state: str
    reason: str
    media: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at this number."""

    name: str
    customer_id: int
    customer: str
    language: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything about one conversation that helps to answer it."""

    id: int
    number: str
    address: str
    can_be_texted: bool
    opted_out: bool
    people: tuple[Person, ...]
    said: tuple[Said, ...]
    visit: VisitLine | None
    reason: str
    waiting_since: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    language: str
    has_link: bool
    """Whether an answer can lead to a page of theirs."""

    @property
    def who(self) -> str:
        """Whose number it is, as far as known."""
        return ", ".join(person.name for person in self.people) or self.number


def conversation(session: Session, thread_id: int) -> Conversation:
    """One conversation, oldest words first."""
    thread = session.get(Thread, thread_id)
    if thread is None:
        raise NotFound("This conversation does not exist.")
    people = _people(session, thread)
    is_phone = thread.address.startswith("+")
    return Conversation(
        id=thread.id,
        number=shown_phone(thread.address) if is_phone else thread.address,
        address=thread.address,
        can_be_texted=is_phone,
        opted_out=has_opted_out(session, thread.address, Channel.SMS),
        people=people,
        said=_said(session, thread),
        visit=visit_line(session, thread.visit_id)[1] if thread.visit_id else None,
        reason=thread.reason.value if thread.reason else "",
        waiting_since=thread.waiting_since,
        closed_at=thread.closed_at,
        closed_by=thread.closed_by.name if thread.closed_by else None,
        language=language_of(thread).value,
        has_link=bool(thread.visit_id or people),
    )


def _people(session: Session, thread: Thread) -> tuple[Person, ...]:
    found = contacts_at(session, thread.address)
    if not found and thread.contact:
        found = [thread.contact]
    return tuple(
        Person(one.name, one.customer_id, one.customer.name, one.language.value) for one in found
    )


def _said(session: Session, thread: Thread) -> tuple[Said, ...]:
    theirs = select(InboundText).where(InboundText.thread_id == thread.id)
    ours = select(Message).where(
        Message.territory_id == thread.territory_id,
        Message.to_address == thread.address,
        Message.kind != MessageKind.CODE,
        Message.state.not_in(NEVER_LEFT),
    )
    texts = session.scalars(theirs.order_by(InboundText.id.desc()).limit(A_TALK)).all()
    messages = session.scalars(ours.order_by(Message.id.desc()).limit(A_TALK)).all()
    said = [_theirs(one) for one in texts] + [_ours(one) for one in messages]
    return tuple(sorted(said, key=lambda one: (one.at, not one.by_customer))[-A_TALK:])


def _theirs(text: InboundText) -> Said:
    return Said(
        at=text.received_at,
        words=text.body,
        by_customer=True,
        how=text.channel.value,
        kind=text.meaning.value,
        state="",
        reason=text.reason.value if text.reason else "",
        media=text.media,
        message_id=None,
    )


def _ours(message: Message) -> Said:
    return Said(
        at=message.sent_at or (message.due_at if _waits(message) else message.created_at),
        words=message.body.replace(LINK, "…"),
        by_customer=False,
        how=message.channel.value,
        kind=message.kind.value,
        state=message.state.value,
        reason=message.ended_because or "",
        media=0,
        message_id=message.id,
    )


def _waits(message: Message) -> bool:
    return message.state == MessageState.PENDING
