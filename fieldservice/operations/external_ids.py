"""Ids of other systems: each belongs to one record of its kind.

Lists imported before may hold one twice, in two territories or in error: those stay as they are,
and whoever asks for such an id is told of both.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict
from fieldservice.models.base import Base, Shared

Record = TypeVar("Record", bound=Base)


def known_by(session: Session, model: type[Record], external_id: str) -> Record | None:
    """The record of that external id, to be written: nobody else gives the id away meanwhile."""
    _hold(session, model, external_id)
    found = _of(session, model, external_id)
    if len(found) > 1:
        ids = ", ".join(str(record.id) for record in found)
        raise Conflict(
            f"“{external_id}” stands for more than one {_name(model)}: {ids}. Change them by "
            "their own ids, so that it stands for one."
        )
    return found[0] if found else None


def give(session: Session, record: Base, external_id: str | None) -> None:
    """Let a record be known by that id; one that another record has is refused."""
    if not isinstance(record, Shared):
        raise TypeError(f"{_name(type(record))} has no external id")
    if record.external_id == external_id:
        return
    if external_id is not None:
        _hold(session, type(record), external_id)
        others = [one for one in _of(session, type(record), external_id) if one is not record]
        if others:
            raise Conflict(
                f"“{external_id}” is the external id of {_name(type(record))} {others[0].id} "
                "already. Change that one, or send another id."
            )
    record.external_id = external_id
    session.flush()


def _of(session: Session, model: type[Record], external_id: str) -> list[Record]:
    same = model.external_id == external_id  # type: ignore[attr-defined]
    return list(session.scalars(select(model).where(same).order_by(model.id).limit(5)))


def _hold(session: Session, model: type[Base], external_id: str) -> None:
    """Keep the id to this transaction; on SQLite only one writes at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
        session.execute(lock, {"what": f"external id {model.__tablename__} {external_id}"})


def _name(model: type[Base]) -> str:
    return str(model.__tablename__).replace("_", " ")
