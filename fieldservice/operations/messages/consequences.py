"""What follows from an error a provider names, beyond the state of its one message.

The same whether it came with the answer to a request or in a receipt hours later. It may
be followed twice: what was done already is not done again.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Attempt, Message
from fieldservice.models.senders import Carrier, UntextableNumber
from fieldservice.notify.twilio.codes import Consequence, verdict
from fieldservice.operations import audit
from fieldservice.operations.messages.breaker import stop
from fieldservice.operations.messages.opting import contacts_at, opt_out
from fieldservice.operations.messages.rewriting import reach_otherwise, rewrite
from fieldservice.operations.messages.second_tries import try_once_more

SOONEST, LATEST = timedelta(hours=1), timedelta(hours=4)
"""A phone that was off is tried once more between these."""
TURNED_AWAY_FOR = timedelta(minutes=5)
"""When what a full queue or a closed account let fall is tried again: none of it has left."""
OPTED_OUT_THERE = "opted out at the provider (21610)"


def follow(session: Session, message: Message, code: int, now: datetime) -> Consequence:
    """Do what this error asks for; which kind of thing that was."""
    found = verdict(code, message.channel)
    match found.consequence:
        case Consequence.OPTED_OUT:
            phone = message.to_address
            opt_out(session, phone, message.channel, OPTED_OUT_THERE, "provider", now)
            reach_otherwise(session, message, now)
        case Consequence.UNTEXTABLE:
            note_untextable(session, message.to_address, code, now)
            _forget_reach(session, message)
            reach_otherwise(session, message, now)
        case Consequence.ONE_RETRY:
            try_once_more(session, message, wait(), now)
        case Consequence.BACK_OFF:
            try_once_more(session, message, TURNED_AWAY_FOR, now)
        case Consequence.STOP_CARRIER:
            stop(session, _carrier_of(session, message), f"{found.words} ({code})", now)
            try_once_more(session, message, TURNED_AWAY_FOR, now)
    return found.consequence


def wait(draw: float | None = None) -> timedelta:
    """How long until the one more try: anywhere between the two bounds."""
    share = random.random() if draw is None else draw
    return SOONEST + (LATEST - SOONEST) * share


def note_untextable(session: Session, phone: str, code: int, now: datetime) -> UntextableNumber:
    """No text reaches this number; everybody reached by it is told another way from now on."""
    known = _untextable(session, phone)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            noted = UntextableNumber(phone=phone, code=code, noted_at=now)
            session.add(noted)
    except IntegrityError:
        return session.scalars(_named(phone)).one()
    audit.record(session, now, None, "number.untextable", noted, code=code)
    return noted


def try_texts_again(
    session: Session, contact: Contact, now: datetime, actor_id: int | None
) -> None:
    """A person knows better: texts go to this number again until one is refused."""
    noted = _untextable(session, contact.phone or "")
    if noted is None:
        return
    audit.record(session, now, actor_id, "number.textable_again", noted)
    session.delete(noted)
    session.flush()
    for one in contacts_at(session, noted.phone):
        session.expire(one, ["untextable"])
        rewrite(session, one, now)


def is_untextable(session: Session, phone: str) -> bool:
    """Whether its network said that no text reaches it."""
    return _untextable(session, phone) is not None


def _untextable(session: Session, phone: str) -> UntextableNumber | None:
    return session.scalar(_named(phone))


def _named(phone: str) -> Select[UntextableNumber]:
    return select(UntextableNumber).where(UntextableNumber.phone == phone)


def _forget_reach(session: Session, message: Message) -> None:
    """What was loaded before says that texts still reach them."""
    session.flush()
    if message.contact is not None:
        session.expire(message.contact, ["untextable"])


def _carrier_of(session: Session, message: Message) -> Carrier:
    newest = select(Attempt.carrier).where(Attempt.message_id == message.id)
    found = session.scalar(newest.order_by(Attempt.id.desc()).limit(1))
    return found or (Carrier.SMTP if message.channel == Channel.EMAIL else Carrier.TWILIO)
