"""The audit trail, written by every deed in its own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.base import Base


def record(
    session: Session,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject: Base,
    **ids: int | str | None,
) -> None:
    """Note who did what to which record; `ids` hold ids and states, never personal values."""
    if not inspect(subject).has_identity:
        session.flush()
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            subject_kind=subject.__tablename__,
            subject_id=subject.id,
            detail=dict(ids) or None,
        )
    )
