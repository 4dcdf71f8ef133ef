"""What the office does with a conversation: answer, close, take up again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.customers import Channel, Contact, Customer, CustomerLink
from fieldservice.models.messages import Message, MessageKind
from fieldservice.notify.texts import LINK
from fieldservice.operations import audit
from fieldservice.operations.customers.links import make_link
from fieldservice.operations.messages.answering import language_of
from fieldservice.operations.messages.opting import contacts_at, has_opted_out
from fieldservice.operations.messages.threads import thread_of

LONGEST = 1000
FRESH = timedelta(hours=1)
"""So soon after a customer wrote, an answer is no disturbance at any hour."""
WORTH_SENDING = timedelta(hours=48)
LINK_LASTS = timedelta(days=60)


def answer_thread(
    session: Session,
    thread_id: int,
    words: str,
    form_key: str,
    secret: str,
    now: datetime,
    actor_id: int | None,
) -> Message:
    """Owe the office's own words to a customer; the same form sent twice sends them once."""
    thread = _known(session, thread_id)
    known = session.scalar(select(Message).where(Message.dedupe_key == _key(thread, form_key)))
    if known is not None:
        return known
    written = _checked(session, thread, words)
    message = Message(
        territory_id=thread.territory_id,
        contact=thread.contact,
        kind=MessageKind.REPLY,
        channel=Channel.SMS,
        dedupe_key=_key(thread, form_key),
        to_address=thread.address,
        language=language_of(thread),
        body=written,
        link=_link(session, thread, secret, now) if LINK in written else None,
        ignores_quiet_hours=is_fresh(session, thread, now),
        due_at=leaves_at(session, thread, now),
        not_after=leaves_at(session, thread, now) + WORTH_SENDING,
        created_at=now,
    )
    session.add(message)
    _answered(session, thread, now)
    audit.record(session, now, actor_id, "thread.answered", thread, message_id=message.id)
    return message


def write_first(session: Session, contact_id: int, now: datetime, actor_id: int | None) -> Thread:
    """The conversation with a contact, begun by the office where there was none."""
    contact = session.get(Contact, contact_id)
    if contact is None or not contact.phone:
        raise NotFound("This contact has no phone to write to.")
    thread = thread_of(session, contact.customer.territory_id, contact.phone, now, contact)
    if thread.closed_at is not None:
        reopen(session, thread.id, now, actor_id)
    return thread


def close(session: Session, thread_id: int, now: datetime, actor_id: int | None) -> Thread:
    """Nothing is left to do; closed twice, it is closed once."""
    thread = _known(session, thread_id)
    if thread.closed_at is None:
        thread.closed_at, thread.closed_by_id = now, actor_id
        thread.waiting_since = thread.reason = None
        audit.record(session, now, actor_id, "thread.closed", thread)
    return thread


def reopen(session: Session, thread_id: int, now: datetime, actor_id: int | None) -> Thread:
    """Something is left to do after all."""
    thread = _known(session, thread_id)
    if thread.closed_at is not None:
        thread.closed_at = thread.closed_by_id = None
        audit.record(session, now, actor_id, "thread.reopened", thread)
    return thread


def is_fresh(session: Session, thread: Thread, now: datetime) -> bool:
    """Whether the customer wrote so lately that an answer may come at any hour."""
    wrote = select(InboundText.id).where(
        InboundText.thread_id == thread.id,
        InboundText.channel == Channel.SMS,
        InboundText.received_at > now - FRESH,
    )
    return session.scalar(wrote.limit(1)) is not None


def leaves_at(session: Session, thread: Thread, now: datetime) -> datetime:
    """When an answer written now would leave."""
    if is_fresh(session, thread, now):
        return now
    return clock.next_texting(now, thread.territory.zone)


def _known(session: Session, thread_id: int) -> Thread:
    thread = session.get(Thread, thread_id, with_for_update=True)
    if thread is None:
        raise NotFound("This conversation does not exist.")
    return thread


def _checked(session: Session, thread: Thread, words: str) -> str:
    written = words.strip().replace("\r\n", "\n")
    if not written:
        raise Refused("The answer is empty. Write what the customer should read.", "words")
    if len(written) > LONGEST:
        raise Refused(
            "The answer is too long. Keep it under %(longest)s letters.",
            "words",
            longest=f"{LONGEST:,}",
        )
    if not thread.address.startswith("+"):
        raise Conflict("This customer cannot be texted. Write to them by e-mail, or call.")
    if has_opted_out(session, thread.address, Channel.SMS):
        raise Conflict("This number wants no texts. Call the customer instead.")
    return written


def _key(thread: Thread, form_key: str) -> str:
    return f"{MessageKind.REPLY}:{thread.id}:{form_key[:64]}"


def _link(session: Session, thread: Thread, secret: str, now: datetime) -> CustomerLink:
    customer = _customer(session, thread)
    if customer is None:
        raise Refused("Nobody is known at this number, so there is no link to put in.", "words")
    return make_link(session, secret, customer.id, thread.visit_id, now, now + LINK_LASTS)


def _customer(session: Session, thread: Thread) -> Customer | None:
    if thread.visit is not None:
        return thread.visit.work_order.customer
    contact = thread.contact or next(iter(contacts_at(session, thread.address)), None)
    return contact.customer if contact else None


def _answered(session: Session, thread: Thread, now: datetime) -> None:
    thread.waiting_since = thread.reason = None
    thread.closed_at = thread.closed_by_id = None
    thread.last_at = now
    session.flush()
