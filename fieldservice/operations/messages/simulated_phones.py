"""The console channel's other side: what is on a simulated phone, and the call it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Attempt, ConsoleDelivery, Message
from fieldservice.models.surveys import CallStep, SurveyCall
from fieldservice.notify import call_script
from fieldservice.notify.call_script import Call
from fieldservice.operations.customers.phones import shown_phone

PHONES = 60
TALK = 40


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call as the phone shows it."""

    token: str
    ringing: bool
    over: bool
    answered: bool
    step: str | None
    score: int | None
    comment: str | None
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """One text or call on a phone."""

    delivery_id: int
    body: str
    delivered_at: datetime
    call: PhoneCall | None = None


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


def phones(session: Session, territory_id: int) -> list[PhoneLine]:
    """The phones that got something, the latest first."""
    newest = (
        select(func.max(ConsoleDelivery.id).label("id"))
        .join(Attempt, Attempt.token == ConsoleDelivery.attempt_token)
        .join(Message, Message.id == Attempt.message_id)
        .where(Message.territory_id == territory_id)
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


def phone(session: Session, delivery_id: int) -> Phone:
    """The phone that got this delivery, with its latest talk."""
    number = delivery(session, delivery_id).to_address
    latest = (
        select(ConsoleDelivery)
        .where(ConsoleDelivery.to_address == number)
        .order_by(ConsoleDelivery.id.desc())
        .limit(TALK)
    )
    entries = [_entry(session, one) for one in session.scalars(latest).all()]
    return Phone(shown_phone(number), _owner(session, number), tuple(reversed(entries)))


def delivery(session: Session, delivery_id: int) -> ConsoleDelivery:
    """One thing a simulated phone got."""
    found = session.get(ConsoleDelivery, delivery_id)
    if found is None:
        raise NotFound("This phone got nothing like that.")
    return found


def newest_delivery(session: Session, message_id: int) -> int | None:
    """Where a message arrived, if the console handed it over."""
    rows = (
        select(ConsoleDelivery.id)
        .join(Attempt, Attempt.token == ConsoleDelivery.attempt_token)
        .where(Attempt.message_id == message_id)
    )
    return session.scalar(rows.order_by(ConsoleDelivery.id.desc()).limit(1))


def _entry(session: Session, got: ConsoleDelivery) -> PhoneEntry:
    call = _call(session, got) if got.channel == Channel.CALL else None
    return PhoneEntry(got.id, got.body, got.delivered_at, call)


def _call(session: Session, got: ConsoleDelivery) -> PhoneCall:
    row = session.scalar(select(SurveyCall).where(SurveyCall.attempt_token == got.attempt_token))
    if row is None:
        return PhoneCall(got.attempt_token, True, False, False, None, None, None, ())
    heard = Call(CallStep(row.step), row.misses, row.score, row.comment)
    says = call_script.says(heard, got.body, row.message.language) if row.answered else ()
    return PhoneCall(
        token=got.attempt_token,
        ringing=False,
        over=row.ended_at is not None,
        answered=row.answered,
        step=row.step.value,
        score=row.score,
        comment=row.comment,
        says=says,
    )


def _owner(session: Session, number: str) -> str:
    names = select(Contact.name).where(Contact.phone == number).order_by(Contact.id).limit(2)
    return ", ".join(session.scalars(names).all())
