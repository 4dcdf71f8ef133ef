"""Codes that show a stranger's phone number is theirs."""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Channel, Contact, PhoneCode
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.notify.texts import Facts, write
from fieldservice.operations import audit
from fieldservice.operations.messages.recipients import is_textable

GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
DIGITS = 6
LANDLINE = "No text reaches this number, and the code comes by text. Give a mobile number."


@dataclass(frozen=True, slots=True)
class CodeLimit:
    """How many codes one number may be sent in that time."""

    most: int
    per: timedelta


class TooManyCodes(Refused):
    """The number had its share of codes; another is sent from `again_at` on."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(
            "Too many codes were asked for this number. Wait, then ask again.", "phone"
        )
        self.again_at = again_at


class CodeAnswer(enum.StrEnum):
    """What a typed code turned out to be."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    TOO_LATE = "too_late"
    USED_UP = "used_up"


def send_code(
    session: Session, secret: str, visit: Visit, limit: CodeLimit, now: datetime
) -> PhoneCode:
    """Text a fresh code to whoever asked for this visit; refused where the number had its share."""
    contact = _who_asked(visit)
    if contact.phone is None or not is_textable(contact):
        raise Refused(LANDLINE, "phone")
    _check_share(session, contact.phone, limit, now)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    code = PhoneCode(
        territory_id=visit.territory_id,
        visit_id=visit.id,
        phone=contact.phone,
        code_hash=_digest(secret, visit.id, digits),
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(code)
    session.flush()
    _owe(session, visit, contact, code, digits, now)
    audit.record(session, now, None, "code.sent", code, visit_id=visit.id)
    return code


def _check_share(session: Session, phone: str, limit: CodeLimit, now: datetime) -> None:
    recent = select(PhoneCode.created_at).where(
        PhoneCode.phone == phone, PhoneCode.created_at > now - limit.per
    )
    newest = session.scalars(recent.order_by(PhoneCode.created_at.desc()).limit(limit.most)).all()
    if len(newest) >= limit.most:
        raise TooManyCodes(newest[-1] + limit.per)


def _owe(
    session: Session, visit: Visit, contact: Contact, code: PhoneCode, digits: str, now: datetime
) -> None:
    territory = session.get_one(Territory, visit.territory_id)
    facts = Facts(name=contact.name, company=territory.name, work="", code=digits)
    session.add(
        Message(
            territory_id=territory.id,
            contact=contact,
            kind=MessageKind.CODE,
            channel=Channel.SMS,
            dedupe_key=f"{MessageKind.CODE}:{code.id}:1:{contact.id}:1",
            to_address=code.phone,
            language=contact.language,
            body=write(MessageKind.CODE, contact.language, facts),
            ignores_quiet_hours=True,
            due_at=now,
            not_after=code.expires_at,
            created_at=now,
        )
    )
    session.flush()


def check_code(
    session: Session, secret: str, visit: Visit, typed: str, now: datetime
) -> CodeAnswer:
    """Whether that is the newest code sent for the visit; each wrong one counts."""
    code = _newest(session, visit.id)
    if code is not None and code.confirmed_at is not None:
        return CodeAnswer.CONFIRMED
    if code is None or now >= code.expires_at:
        return CodeAnswer.TOO_LATE
    if code.tries >= MOST_TRIES:
        return CodeAnswer.USED_UP
    digits = "".join(sign for sign in typed if sign.isdigit())
    if not hmac.compare_digest(code.code_hash, _digest(secret, visit.id, digits)):
        code.tries += 1
        return CodeAnswer.USED_UP if code.tries >= MOST_TRIES else CodeAnswer.WRONG
    code.confirmed_at = now
    audit.record(session, now, None, "code.confirmed", code, visit_id=visit.id)
    return CodeAnswer.CONFIRMED


def _newest(session: Session, visit_id: int) -> PhoneCode | None:
    return session.scalar(
        select(PhoneCode)
        .where(PhoneCode.visit_id == visit_id)
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )


def unconfirmed(session: Session, visit_ids: Sequence[int]) -> frozenset[int]:
    """Those of the visits that a stranger asked for whose phone nobody has shown to be theirs."""
    asked = select(PhoneCode.visit_id).where(PhoneCode.visit_id.in_(visit_ids))
    confirmed = asked.where(PhoneCode.confirmed_at.is_not(None))
    return frozenset(one for one in session.scalars(asked.except_(confirmed)) if one is not None)


def _who_asked(visit: Visit) -> Contact:
    return visit.work_order.customer.contacts[0]


def _digest(secret: str, visit_id: int, digits: str) -> str:
    said = f"phone code {visit_id} {digits}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
