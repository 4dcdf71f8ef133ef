"""The audit trail, written by every deed in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.base import Base
from fieldservice.operations.events import events
from fieldservice.operations.written import write_new

TOKEN = "api_token_id"  # noqa: S105
"""Where a session says by which program's token its deeds are done."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to which record; `ids` hold ids and states, never personal values."""

    action: str
    subject: Base
    ids: Mapping[str, int | str | None]


def record(
    session: Session,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject: Base,
    **ids: int | str | None,
) -> None:
    """Note who did what to which record.

    What other systems may hear of becomes an event at the same time.
    """
    record_all(session, now, actor_id, [Deed(action, subject, ids)])


def record_all(
    session: Session, now: datetime, actor_id: int | None, deeds: Sequence[Deed]
) -> None:
    """Note several deeds of one person at once, in their order."""
    if any(vars(deed.subject).get("id") is None for deed in deeds):
        session.flush()
    entries = [
        AuditEntry(
            at=now,
            actor_id=actor_id,
            action=deed.action,
            subject_kind=deed.subject.__tablename__,
            subject_id=deed.subject.id,
            detail=_detail(session, deed.ids) or None,
        )
        for deed in deeds
    ]
    write_new(session, entries)
    events.happened(session, now, [(deed.action, deed.subject, deed.ids) for deed in deeds])


def _detail(session: Session, ids: Mapping[str, int | str | None]) -> dict[str, int | str | None]:
    token_id = session.info.get(TOKEN)
    return {**ids, "token_id": token_id} if token_id else dict(ids)
