"""What is kept of a call between two keys, and the state of the script made from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound
from fieldservice.models.calls import PhoneCall
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Attempt, Message
from fieldservice.models.surveys import CallStep, SurveyCall
from fieldservice.models.territories import Territory
from fieldservice.notify.receipts import Report, receipt
from fieldservice.notify.voice.line import Call

Row = SurveyCall | PhoneCall


def called_message(session: Session, token: str) -> Message:
    """The message we call about, locked, so that two answers to one call cannot cross."""
    message = session.scalar(
        select(Message)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(Attempt.token == token, Message.channel == Channel.CALL)
        .with_for_update(of=Message)
    )
    if message is None:
        raise NotFound("There is no such call.")
    return message


def known_row(session: Session, token: str) -> Row | None:
    """What is kept of the call with this token."""
    survey = session.scalar(select(SurveyCall).where(SurveyCall.attempt_token == token))
    if survey is not None:
        return survey
    rows = select(PhoneCall).where(PhoneCall.token == token)
    return session.scalar(rows.with_for_update(of=PhoneCall))


def going_on(session: Session, token: str) -> Row:
    """The call with this token, which somebody answered."""
    row = known_row(session, token)
    if row is None:
        called_message(session, token)
        raise Conflict("The call was not answered yet. Answer it first.")
    if row.message_id is not None:
        called_message(session, token)
        session.refresh(row)
    return row


def state_of(row: Row) -> Call:
    """How far the script has come."""
    step = CallStep(row.step)
    if isinstance(row, SurveyCall):
        return Call(step, row.misses, row.score, row.comment)
    return Call(step, row.misses, wish=row.wish, visit_id=row.visit_id, language=row.language)


def keep_state(row: Row, call: Call) -> None:
    """Keep how far it has come now."""
    row.step, row.misses = call.step, call.misses
    if isinstance(row, SurveyCall):
        row.score, row.comment = call.score, call.comment
        return
    row.wish, row.visit_id = call.wish, call.visit_id
    row.language = call.language or row.language


def ended(
    session: Session, token: str, heard: bool, now: datetime, because: str | None = None
) -> None:
    """Tell the message what became of its call."""
    session.flush()
    report = Report.DELIVERED if heard else Report.UNDELIVERED
    receipt(session, token, report, now, error=because)


def token_of(row: Row) -> str:
    """What the call's addresses are named by."""
    return row.attempt_token if isinstance(row, SurveyCall) else row.token


def our_number_of(row: Row) -> str:
    """The number they called; empty where we called."""
    return row.our_number if isinstance(row, PhoneCall) else ""


def language_of(session: Session, token: str) -> Language:
    """What is spoken in a call; the first office's own language where nobody knows the call."""
    called = (
        select(Message.language)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(Attempt.token == token)
    )
    made = select(PhoneCall.language).where(PhoneCall.token == token)
    known = session.scalar(made) or session.scalar(called)
    own = select(Territory.default_language).order_by(Territory.id).limit(1)
    return Language(known or session.scalar(own) or Language.ENGLISH)
