"""The console channel's other side: what is on a simulated phone, and the call it is in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.callbacks import CallbackKind
from fieldservice.models.calls import PhoneCall, Wish
from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.messages import Attempt, ConsoleDelivery, Message
from fieldservice.models.surveys import SurveyCall
from fieldservice.notify.voice.line import Next
from fieldservice.operations.calls.inbound_calls import receive
from fieldservice.operations.calls.playing import turn_of
from fieldservice.operations.calls.rows import Row
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.callbacks import keep
from fieldservice.operations.messages.processing import process_kept

PHONES = 60
TALK = 40


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call as the phone shows it."""

    token: str
    incoming: bool = True
    """Whether the phone was called; otherwise its owner calls the office."""
    ringing: bool = False
    over: bool = False
    answered: bool = False
    asks: bool = False
    """Whether it asks how the visit was."""
    then: Next | None = None
    score: int | None = None
    comment: str | None = None
    wish: Wish | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """One text or call on a phone."""

    delivery_id: int
    body: str
    delivered_at: datetime
    call: ShownCall | None = None
    by_owner: bool = False
    """Whether the phone's owner wrote it."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A simulated phone: whose it is and what came in, oldest first."""

    number: str
    owner: str
    entries: tuple[PhoneEntry, ...]

    @property
    def live_call(self) -> PhoneEntry | None:
        """The call that rings or goes on, if the last one does."""
        calls = [entry for entry in self.entries if entry.call]
        last = calls[-1] if calls else None
        return last if last and last.call and not last.call.over else None


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A phone in the list of phones."""

    delivery_id: int
    number: str
    owner: str
    last_body: str
    last_at: datetime


def phones(session: Session, territory_id: int, words: str = "") -> list[PhoneLine]:
    """The phones that got something, the latest first; with `words` those that match."""
    newest = (
        select(func.max(ConsoleDelivery.id).label("id"))
        .join(Attempt, Attempt.token == ConsoleDelivery.attempt_token)
        .join(Message, Message.id == Attempt.message_id)
        .where(Message.territory_id == territory_id, *_matching(words))
        .group_by(ConsoleDelivery.to_address)
        .order_by(func.max(ConsoleDelivery.id).desc())
        .limit(PHONES)
        .subquery()
    )
    rows = select(ConsoleDelivery).join(newest, newest.c.id == ConsoleDelivery.id)
    found = session.scalars(rows.order_by(ConsoleDelivery.id.desc())).all()
    return [
        PhoneLine(
            delivery_id=one.id,
            number=shown_phone(one.to_address),
            owner=_owner(session, one.to_address),
            last_body=one.body,
            last_at=one.delivered_at,
        )
        for one in found
    ]


def _matching(words: str) -> list[ColumnElement[bool]]:
    """Phones whose number or address holds the words, or whose owner's name does."""
    folded, written = fold(words), words.strip()
    if not written:
        return []
    named = (
        select(Contact.phone, Contact.email)
        .join(Customer, Customer.id == Contact.customer_id)
        .where(
            or_(
                Contact.name.icontains(written, autoescape=True),
                Customer.folded_name.contains(folded, autoescape=True) if folded else false(),
            )
        )
        .subquery()
    )
    to = ConsoleDelivery.to_address
    digits = re.sub(r"\D", "", written)
    ways = [
        to.in_(select(named.c.phone)),
        to.in_(select(named.c.email)),
        to.icontains(written, autoescape=True),
    ]
    return [or_(*ways, to.contains(digits) if digits else false())]


def phone(session: Session, delivery_id: int, now: datetime) -> Phone:
    """The phone that got this delivery, with its latest talk."""
    number = delivery(session, delivery_id).to_address
    latest = (
        select(ConsoleDelivery)
        .where(ConsoleDelivery.to_address == number)
        .order_by(ConsoleDelivery.id.desc())
        .limit(TALK)
    )
    entries = [_entry(session, one, now) for one in session.scalars(latest).all()]
    entries += [_made(session, one, delivery_id, now) for one in _calls_made(session, number)]
    entries += _written(session, number, delivery_id)
    entries.sort(key=lambda entry: entry.delivered_at)
    return Phone(shown_phone(number), _owner(session, number), tuple(entries))


def call_office(session: Session, delivery_id: int, now: datetime) -> PhoneCall | None:
    """The phone's owner calls the office; while they are on the line, it is the same call."""
    number = delivery(session, delivery_id).to_address
    known = _on_the_line(session, number)
    if known is not None:
        return known
    return receive(session, number, "", f"console-{secrets.token_hex(16)}", now)


def write_text(session: Session, delivery_id: int, words: str, now: datetime) -> None:
    """The phone's owner writes to the office, by the way a provider's text would come."""
    if not words.strip():
        raise Refused("The text is empty. Write what the customer would.", "text")
    number = delivery(session, delivery_id).to_address
    sid = f"console-{secrets.token_hex(16)}"
    form = {"From": number, "To": "", "Body": words}
    keep(session, CallbackKind.TEXT, "", sid, "received", form, now)
    process_kept(session, now)


def line_token(session: Session, delivery_id: int) -> str:
    """The call a key on this phone goes to: the one its owner made, else the one it got."""
    got = delivery(session, delivery_id)
    made = _on_the_line(session, got.to_address)
    return made.token if made else got.attempt_token


def delivery(session: Session, delivery_id: int) -> ConsoleDelivery:
    """One thing a simulated phone got."""
    found = session.get(ConsoleDelivery, delivery_id)
    if found is None:
        raise NotFound("This phone got nothing like that.")
    return found


def _written(session: Session, number: str, delivery_id: int) -> list[PhoneEntry]:
    texts = (
        select(InboundText)
        .join(Thread, Thread.id == InboundText.thread_id)
        .where(Thread.address == number, InboundText.channel == Channel.SMS)
        .where(InboundText.reason.is_(None) | InboundText.provider_id.is_not(None))
        .order_by(InboundText.id.desc())
        .limit(TALK)
    )
    return [
        PhoneEntry(delivery_id, one.body, one.received_at, by_owner=True)
        for one in session.scalars(texts).all()
    ]


def newest_delivery(session: Session, message_id: int) -> int | None:
    """Where a message arrived, if the console handed it over."""
    rows = (
        select(ConsoleDelivery.id)
        .join(Attempt, Attempt.token == ConsoleDelivery.attempt_token)
        .where(Attempt.message_id == message_id)
    )
    return session.scalar(rows.order_by(ConsoleDelivery.id.desc()).limit(1))


def _on_the_line(session: Session, number: str) -> PhoneCall | None:
    rows = select(PhoneCall).where(
        PhoneCall.number == number,
        PhoneCall.message_id.is_(None),
        PhoneCall.provider_id.startswith("console-"),
        PhoneCall.ended_at.is_(None),
    )
    return session.scalar(rows.order_by(PhoneCall.id.desc()).limit(1))


def _calls_made(session: Session, number: str) -> Sequence[PhoneCall]:
    rows = select(PhoneCall).where(PhoneCall.number == number, PhoneCall.message_id.is_(None))
    return session.scalars(rows.order_by(PhoneCall.id.desc()).limit(TALK)).all()


def _made(session: Session, row: PhoneCall, delivery_id: int, now: datetime) -> PhoneEntry:
    call = _shown(session, row, now, incoming=False)
    return PhoneEntry(delivery_id, "", row.started_at, call)


def _entry(session: Session, got: ConsoleDelivery, now: datetime) -> PhoneEntry:
    call = _call(session, got, now) if got.channel == Channel.CALL else None
    return PhoneEntry(got.id, got.body, got.delivered_at, call)


def _call(session: Session, got: ConsoleDelivery, now: datetime) -> ShownCall:
    token = got.attempt_token
    survey = select(SurveyCall).where(SurveyCall.attempt_token == token)
    row = session.scalar(survey) or session.scalar(
        select(PhoneCall).where(PhoneCall.token == token)
    )
    if row is None:
        return ShownCall(token, ringing=True)
    return _shown(session, row, now, incoming=True)


def _shown(session: Session, row: Row, now: datetime, *, incoming: bool) -> ShownCall:
    is_survey = isinstance(row, SurveyCall)
    turn = turn_of(session, row, now) if row.answered else None
    return ShownCall(
        token=row.attempt_token if isinstance(row, SurveyCall) else row.token,
        incoming=incoming,
        over=row.ended_at is not None,
        answered=row.answered,
        asks=is_survey,
        then=turn.then if turn else None,
        score=row.score if isinstance(row, SurveyCall) else None,
        comment=row.comment if isinstance(row, SurveyCall) else None,
        wish=row.wish if isinstance(row, PhoneCall) else None,
        says=tuple(one.text for one in turn.says) if turn else (),
    )


def _owner(session: Session, number: str) -> str:
    here = or_(Contact.phone == number, Contact.email == number)
    names = select(Contact.name).where(here).order_by(Contact.id).limit(2)
    return ", ".join(session.scalars(names).all())
