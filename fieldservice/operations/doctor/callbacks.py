"""I1: what a provider told us was acted on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldservice.models.callbacks import Callback
from fieldservice.operations.doctor.finding import GRACE, Finding
from fieldservice.operations.messages.processing import DEEDS, TRIES


def what_was_told_is_acted_on(session: Session, now: datetime) -> Iterator[Finding]:
    """No callback waits for long, and none was given up after going wrong again and again."""
    left = select(Callback.id, Callback.failures).where(
        Callback.processed_at.is_(None),
        Callback.kind.in_(DEEDS),
        or_(Callback.failures >= TRIES, Callback.received_at < now - GRACE),
    )
    for callback_id, failures in session.execute(left):
        because = "went wrong each time it was acted on" if failures >= TRIES else "still waits"
        yield Finding("I1", because, "callback", callback_id)
