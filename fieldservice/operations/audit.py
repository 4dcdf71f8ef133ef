"""The audit trail, written by every deed in its own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.base import Base
from fieldservice.operations.events import events
from fieldservice.operations.written import write_new

TOKEN = "api_token_id"  # noqa: S105
"""Where a session says by which program's token its deeds are done."""


def record(
    session: Session,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject: Base,
    **ids: int | str | None,
) -> None:
    """Note who did what to which record; `ids` hold ids and states, never personal values.

    What other systems may hear of becomes an event at the same time.
    """
    if vars(subject).get("id") is None:
        session.flush()
    entry = AuditEntry(
        at=now,
        actor_id=actor_id,
        action=action,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        detail=_detail(session, ids) or None,
    )
    write_new(session, [entry])
    events.happened(session, now, action, subject, ids)


def _detail(session: Session, ids: dict[str, int | str | None]) -> dict[str, int | str | None]:
    token_id = session.info.get(TOKEN)
    return {**ids, "token_id": token_id} if token_id else ids
