"""What the provider reports of calls: in any order, any number of times, believed once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.callbacks import Callback
from fieldservice.models.calls import PhoneCall
from fieldservice.models.messages import Attempt
from fieldservice.notify.receipts import Report, receipt
from fieldservice.operations.calls.playing import hang_up, not_answered, pick_up
from fieldservice.operations.calls.rows import Row, known_row
from fieldservice.said import said

MACHINES = ("machine", "fax")
A_MACHINE = said("a machine answered")
UNDER_WAY = ("queued", "initiated", "ringing", "in-progress", "answered")
OVER = ("completed", "busy", "no-answer", "canceled", "failed")
BECAUSE = {
    "busy": "the line was busy",
    "no-answer": "nobody answered",
    "canceled": "the call was called off",
    "failed": "the network could not put the call through",
    "completed": "the call ended before anything was said",
}


def take_in(session: Session, callback: Callback, now: datetime) -> None:
    """Act on what was kept of a call's state: one of ours, or one that came in."""
    if callback.token:
        seconds = callback.form.get("CallDuration", "")
        believe(session, callback.token, callback.sid, callback.status, seconds, now)
    else:
        believe_inbound(session, callback.sid, callback.status, now)


def answered(
    session: Session, token: str, provider_id: str, answered_by: str, now: datetime
) -> Row:
    """One of our calls was picked up, by whom the provider says."""
    _is_out(session, token, provider_id, now)
    if answered_by.startswith(MACHINES):
        return not_answered(session, token, now, A_MACHINE)
    return pick_up(session, token, now)


def believe(
    session: Session, token: str, provider_id: str, status: str, seconds: str, now: datetime
) -> None:
    """How far one of our calls has come; what nobody asked for changes nothing."""
    if status not in (*UNDER_WAY, *OVER):
        return
    try:
        _is_out(session, token, provider_id, now)
    except NotFound:
        return
    if status in UNDER_WAY:
        return
    row = known_row(session, token)
    if row is not None and row.answered:
        hang_up(session, token, now, _seconds(seconds))
    else:
        not_answered(session, token, now, BECAUSE[status])


def believe_inbound(session: Session, provider_id: str, status: str, now: datetime) -> None:
    """How far a call to us has come; only its end matters."""
    rows = select(PhoneCall.token).where(PhoneCall.provider_id == provider_id)
    token = session.scalar(rows)
    if token is not None and status in OVER:
        hang_up(session, token, now)


def expect(session: Session, token: str, provider_id: str) -> None:
    """Refuse what is about another call than the one this token stands for."""
    known = session.scalar(select(Attempt.provider_id).where(Attempt.token == token))
    known = known or session.scalar(select(PhoneCall.provider_id).where(PhoneCall.token == token))
    if known is not None and known != provider_id:
        raise NotFound("There is no such call.")


def _is_out(session: Session, token: str, provider_id: str, now: datetime) -> None:
    """The provider knows of the call, so it surely was made, whatever its answer came to."""
    expect(session, token, provider_id)
    if receipt(session, token, Report.SENT, now, provider_id=provider_id or None) is None:
        raise NotFound("There is no such call.")


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
