"""Rows by what they are about, so that the same one is never written twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.imports import ImportedRow, ImportKind
from fieldservice.operations.customers.folding import fold

AT_ONCE = 500

Value = TypeVar("Value")


def row_key(*parts: str) -> str:
    """A digest of what tells this row from all others, however it is written."""
    return hashlib.sha256("\n".join(fold(part) for part in parts).encode()).hexdigest()


def in_portions(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    """So many at a time as a query takes."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def written_keys(
    session: Session, territory_id: int, kind: ImportKind, keys: Sequence[str]
) -> set[str]:
    """Which of these rows were written by an earlier import."""
    found: set[str] = set()
    for some in in_portions(keys):
        found.update(
            session.scalars(
                select(ImportedRow.row_key).where(
                    ImportedRow.territory_id == territory_id,
                    ImportedRow.kind == kind,
                    ImportedRow.row_key.in_(some),
                )
            )
        )
    return found
