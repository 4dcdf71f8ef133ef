"""The switch of a territory: nothing leaves the house until somebody says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.messages import Message, MessageState
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.said import said

IN_SILENCE = said("it fell due while nothing was to leave")


@dataclass(frozen=True, slots=True)
class Held:
    """What letting messages leave would do."""

    waiting: int
    due_already: int
    """Would leave at once, if they are let."""
    too_late: int
    """Would expire: they are no longer true."""


def what_is_held(session: Session, territory_id: int, now: datetime) -> Held:
    """Counts of what waits in a territory."""
    still_true = Message.not_after >= now
    return Held(
        waiting=_count(session, territory_id),
        due_already=_count(session, territory_id, Message.due_at <= now, still_true),
        too_late=_count(session, territory_id, ~still_true),
    )


def keep_silent(session: Session, territory_id: int, now: datetime, actor_id: int | None) -> None:
    """From this commit on nothing leaves; what is due waits."""
    territory = _territory(session, territory_id)
    if not territory.keeps_silent:
        territory.keeps_silent = True
        audit.record(session, now, actor_id, "territory.silent", territory)


def let_leave(
    session: Session,
    territory_id: int,
    now: datetime,
    actor_id: int | None,
    *,
    with_what_was_due: bool = False,
) -> Held:
    """Messages leave again: what is too late expires, what fell due in the silence is dropped.

    `with_what_was_due` sends the latter after all, where it still holds true.
    """
    territory = _territory(session, territory_id)
    held = what_is_held(session, territory_id, now)
    if not territory.keeps_silent:
        return held
    territory.keeps_silent = False
    session.flush()
    _end(session, territory_id, now, Message.not_after < now, MessageState.EXPIRED)
    if not with_what_was_due:
        _end(session, territory_id, now, Message.due_at <= now, MessageState.VOID)
    audit.record(
        session, now, actor_id, "territory.speaks", territory, backlog=int(with_what_was_due)
    )
    return held


def _end(
    session: Session,
    territory_id: int,
    now: datetime,
    which: ColumnElement[bool],
    state: MessageState,
) -> None:
    # Settled at once: whoever kept silent told these customers in another way.
    session.execute(
        update(Message)
        .where(Message.territory_id == territory_id, Message.state == MessageState.PENDING, which)
        .values(state=state, ended_because=IN_SILENCE, settled_at=now)
        .execution_options(synchronize_session="fetch")
    )


def _count(session: Session, territory_id: int, *conditions: ColumnElement[bool]) -> int:
    rows = select(func.count()).where(
        Message.territory_id == territory_id, Message.state == MessageState.PENDING, *conditions
    )
    return session.scalar(rows.select_from(Message)) or 0


def _territory(session: Session, territory_id: int) -> Territory:
    territory = session.get(Territory, territory_id, with_for_update=True)
    if territory is None:
        raise NotFound("This territory does not exist.")
    return territory
