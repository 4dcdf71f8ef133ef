"""What a provider reports by itself about a request it took: believed once, and only upwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.models.messages import Attempt, AttemptOutcome, Message, Report
from fieldservice.notify.attempts import Claim
from fieldservice.notify.outbox import State, lift, move
from fieldservice.said import said

__all__ = ["RANKS", "Report", "Told", "lock_all", "receipt"]

RANKS: dict[Report, int] = {
    Report.QUEUED: 1,
    Report.SENT: 2,
    Report.DELIVERED: 3,
    Report.UNDELIVERED: 3,
    Report.FAILED: 3,
}
"""How far each says a request has come; what has come further is never believed to be less far."""
BAD = {Report.UNDELIVERED: State.UNDELIVERED, Report.FAILED: State.FAILED}


@dataclass(frozen=True, slots=True)
class Told:
    """The message a report was about, and whether the report told anything new."""

    message: Message
    attempt: Attempt
    news: bool


def receipt(
    session: Session,
    token: str,
    status: Report,
    now: datetime,
    *,
    provider_id: str | None = None,
    code: int | None = None,
    error: str | None = None,
) -> Told | None:
    """Note what a provider reports of the request with this token; None where nobody knows it.

    Good news settles the message whatever state it is in, even one whose outcome was unknown
    or that was given up; bad news settles it only from its latest request.
    """
    message = _locked(session, token)
    if message is None:
        return None
    attempt = session.scalars(select(Attempt).where(Attempt.token == token)).one()
    foreign = provider_id is not None and attempt.provider_id not in (None, provider_id)
    if foreign or not _is_higher(status, attempt.reported):
        return Told(message, attempt, news=False)
    attempt.reported, attempt.reported_at = status, now
    attempt.provider_id = attempt.provider_id or provider_id
    attempt.code, attempt.error = code or attempt.code, error or attempt.error
    attempt.ended_at = attempt.ended_at or now
    if status != Report.FAILED:
        attempt.outcome = AttemptOutcome.SENT
    elif attempt.outcome != AttemptOutcome.SENT:
        attempt.outcome = AttemptOutcome.REFUSED
    session.flush()
    _settle(session, message, attempt, status, error)
    session.refresh(message)
    return Told(message, attempt, news=True)


def lock_all(session: Session, tokens: Collection[str]) -> None:
    """Lock the messages behind these tokens, in the order everybody does, before settling them."""
    named = select(Attempt.message_id).where(Attempt.token.in_(tokens))
    rows = select(Message.id).where(Message.id.in_(named)).order_by(Message.id)
    session.execute(rows.with_for_update()).all()


def _locked(session: Session, token: str) -> Message | None:
    named = select(Attempt.message_id).where(Attempt.token == token).scalar_subquery()
    return session.scalar(
        select(Message)
        .where(Message.id == named)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _is_higher(status: Report, known: Report | None) -> bool:
    return known is None or RANKS[status] > RANKS[known]


def _settle(
    session: Session, message: Message, attempt: Attempt, status: Report, error: str | None
) -> None:
    held = Claim(message.id, message.fence)
    if status in BAD:
        if _is_latest(session, attempt):
            lift(session, message, attempt.started_at)
            because = error or said("the network could not deliver it")
            move(session, held, State.SENT, BAD[status], ended_because=because)
        return
    lift(session, message, attempt.started_at)
    if status == Report.DELIVERED:
        move(session, held, State.SENT, State.DELIVERED)


def _is_latest(session: Session, attempt: Attempt) -> bool:
    newest = select(func.max(Attempt.id)).where(Attempt.message_id == attempt.message_id)
    return session.scalar(newest) == attempt.id
