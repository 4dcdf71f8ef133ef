"""Records written past the session: one INSERT each or for many, prepared once for the process.

The session's own way costs some twenty times as much a row, in sorting out what may depend on
what; where a booking waits for it under its day's lock, or a list brings thousands, that is
too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, make_transient_to_detached

from fieldservice.models.base import Base


def write_new(session: Session, records: Sequence[Base]) -> None:
    """Insert records of one kind that no session knows, each with the same fields filled in."""
    if records:
        table = _table(type(records[0]))
        rows = [_row(record, table) for record in records]
        session.connection().execute(_insert(table), rows if len(rows) > 1 else rows[0])


def write_numbered(session: Session, record: Base) -> None:
    """Insert a record that no session knows, and give it its id and when it was written."""
    table = _table(type(record))
    given = session.connection().execute(_numbering(table), _row(record, table)).one()
    for name, value in given._mapping.items():
        setattr(record, name, value)


def know(session: Session, records: Iterable[Base]) -> None:
    """Let the session know records that were written with their ids, as if it had loaded them."""
    found = list(records)
    for record in found:
        make_transient_to_detached(record)
    session.add_all(found)


@cache
def _table(kind: type[Base]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


@cache
def _insert(table: Table) -> Any:
    # Inline: nobody asks for the numbers the rows were given.
    return insert(table).inline()


@cache
def _numbering(table: Table) -> Any:
    given = (table.c[name] for name in ("id", "updated_at") if name in table.c)
    return insert(table).returning(*given)


def _row(record: Base, table: Table) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name in table.c}
