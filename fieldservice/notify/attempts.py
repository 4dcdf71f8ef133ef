"""Requests to carriers: noted before they are made, ended with what they came to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from fieldservice.models.base import Base, Instant
from fieldservice.models.messages import Attempt, AttemptOutcome
from fieldservice.notify.channel import Answer, Carrier, Parcel


@dataclass(frozen=True, slots=True)
class Claim:
    """A message somebody has in hand; the fence tells a later owner from an earlier."""

    message_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Request:
    """What a message is about to ask of a carrier."""

    message_id: int
    parcel: Parcel
    carrier: Carrier
    cost_thousandths: int = 0


def start_attempts(session: Session, requests: Sequence[Request], now: datetime) -> None:
    """Note requests before they are made."""
    if not requests:
        return
    asked_at = database_now(session)
    rows = [
        {
            "message_id": one.message_id,
            "token": one.parcel.token,
            "to_address": one.parcel.to,
            "body_digest": digest_of(one.parcel.body),
            "started_at": now,
            "asked_at": asked_at,
            "carrier": one.carrier,
            "sender": one.parcel.sender,
            "cost_thousandths": one.cost_thousandths,
        }
        for one in requests
    ]
    session.execute(insert(Attempt), rows)


@dataclass(frozen=True, slots=True)
class Sent:
    """A claimed message that a channel took."""

    claim: Claim
    token: str
    provider_id: str | None

    @property
    def answer(self) -> Answer:
        """As the channel said it."""
        return Answer(AttemptOutcome.SENT, self.provider_id)


def end_attempt(session: Session, token: str, answer: Answer, now: datetime) -> datetime:
    """Note what a request came to, unless its provider said so before; when it was made."""
    attempt = session.scalars(
        select(Attempt).where(Attempt.token == token).execution_options(populate_existing=True)
    ).one()
    attempt.provider_id = attempt.provider_id or answer.provider_id
    attempt.ended_at = attempt.ended_at or now
    if attempt.reported is None:
        attempt.outcome = answer.outcome
        attempt.error = answer.error
        attempt.code = answer.code
    session.flush()
    return attempt.started_at


def end_all(session: Session, sent: Sequence[Sent], now: datetime) -> None:
    """The same for many that a channel took."""
    table = Base.metadata.tables[Attempt.__tablename__]
    attempt = table.c
    unreported = attempt.reported.is_(None)
    session.connection().execute(
        update(table)
        .where(attempt.token == bindparam("of"))
        .values(
            provider_id=func.coalesce(attempt.provider_id, bindparam("name")),
            ended_at=func.coalesce(attempt.ended_at, bindparam("at", type_=Instant())),
            outcome=case((unreported, AttemptOutcome.SENT), else_=attempt.outcome),
        ),
        [{"of": one.token, "name": one.provider_id, "at": now} for one in sent],
    )


def digest_of(body: str) -> str:
    """What is kept of the words that were handed over."""
    return hashlib.sha256(body.encode()).hexdigest()


def database_now(session: Session) -> datetime:
    """The database's own clock: leases are judged by it alone."""
    now: datetime = session.scalars(select(type_coerce(func.current_timestamp(), Instant()))).one()
    return now
