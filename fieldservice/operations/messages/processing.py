"""Acting on kept callbacks: each in the order it came, once, and again if it went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from fieldservice.models.callbacks import Callback, CallbackKind
from fieldservice.notify.receipts import lock_all
from fieldservice.operations.calls import recordings, reports
from fieldservice.operations.messages.inbound import take_in
from fieldservice.operations.messages.receipts import believe

logger = logging.getLogger(__name__)

Deed = Callable[[Session, Callback, datetime], None]

DEEDS: dict[CallbackKind, Deed] = {
    CallbackKind.RECEIPT: believe,
    CallbackKind.TEXT: take_in,
    CallbackKind.CALL_STATUS: reports.take_in,
    CallbackKind.RECORDING: recordings.take_in,
}
"""What is left to the clock; whoever is on the telephone is answered at once."""
AT_ONCE = 30
AGAIN_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(minutes=50),
)
"""From its arrival on, when it is tried again: what stands in the way may go away."""
TRIES = len(AGAIN_AFTER) + 1


def process_kept(session: Session, now: datetime, limit: int = AT_ONCE) -> int:
    """Act on callbacks that wait, in one transaction; how many were acted on.

    A text ends the transaction: what it leads to holds on to visits and conversations, which
    nobody should wait for longer than need be, nor see as they were before. A text waits for
    those before it, whoever has them in hand: “yes” and then “no” is a no.
    """
    waiting = (
        select(Callback)
        .where(
            Callback.processed_at.is_(None),
            Callback.kind.in_(DEEDS),
            _is_due(now),
        )
        .order_by(Callback.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(waiting).all()
    lock_all(session, [callback.token for callback in found if callback.token])
    turn, count = _first_text(session), 0
    for callback in found:
        is_text = callback.kind == CallbackKind.TEXT
        if is_text and callback.failures == 0 and callback.id != turn:
            continue
        _process(session, callback, now)
        count += 1
        if is_text:
            break
    return count


def _is_due(now: datetime) -> ColumnElement[bool]:
    again = [
        and_(Callback.failures == count, Callback.received_at <= now - after)
        for count, after in enumerate(AGAIN_AFTER, start=1)
    ]
    # The first time at once, even where the clock was put back since.
    return or_(Callback.failures == 0, *again)


def _first_text(session: Session) -> int | None:
    """The text whose turn it is, whoever has it in hand."""
    new = (Callback.kind == CallbackKind.TEXT, Callback.failures == 0)
    rows = select(func.min(Callback.id)).where(Callback.processed_at.is_(None), *new)
    return session.scalar(rows)


def _process(session: Session, callback: Callback, now: datetime) -> None:
    try:
        with session.begin_nested():
            DEEDS[callback.kind](session, callback, now)
            callback.processed_at = now
    except Exception as error:
        # The others must not wait for it. An error's own words may name a customer.
        logger.error(
            "callback not processed: %s", type(error).__name__, extra={"callback_id": callback.id}
        )
        session.refresh(callback)
        callback.failures += 1
        session.flush()
