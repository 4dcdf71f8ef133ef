"""What every kind of list is written with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.base import Base
from fieldservice.models.events import Event
from fieldservice.models.imports import ImportedRow, ImportKind
from fieldservice.models.kinds import Language
from fieldservice.operations.bulk import Bulk
from fieldservice.operations.events import events
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.parsing import Progress

Row = TypeVar("Row")

PORTION = 500


@dataclass(frozen=True, slots=True)
class Writing:
    """One import being written: by whom, when, and who watches."""

    session: Session
    now: datetime
    actor_id: int | None
    kind: ImportKind
    ground: Ground
    language: Language | None
    progress: Progress
    bulk: Bulk

    def portions(self, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """The rows in portions; what was collected is written before the next begins."""
        for start in range(0, len(rows), PORTION):
            self.progress("Writing", start, len(rows))
            yield rows[start : start + PORTION]
            self.bulk.write()
        self.progress("Writing", len(rows), len(rows))

    def mark(self, action: str, key: str, model: type[Base], record_id: int) -> None:
        """Note that this row is written, and the deed."""
        self.bulk.also(
            ImportedRow,
            territory_id=self.ground.territory_id,
            kind=self.kind,
            row_key=key,
            record_id=record_id,
            imported_at=self.now,
        )
        self.note(action, model, record_id)

    def note(self, action: str, model: type[Base], record_id: int) -> None:
        """Collect the deed for the audit, as `audit.record` would write it."""
        self.bulk.also(
            AuditEntry,
            at=self.now,
            actor_id=self.actor_id,
            action=action,
            subject_kind=model.__tablename__,
            subject_id=record_id,
        )
        if events.is_told(action):
            self.bulk.also(
                Event,
                uid=events.new_uid(),
                kind=action,
                happened_at=self.now,
                subject_kind=model.__tablename__,
                subject_id=record_id,
            )


@dataclass(frozen=True, slots=True)
class Written:
    """What an import has put into the house."""

    count: int
    notes: tuple[str, ...] = ()
