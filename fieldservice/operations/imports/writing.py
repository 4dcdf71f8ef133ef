"""What every kind of list is written with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from fieldservice.models.base import Base
from fieldservice.models.imports import ImportKind
from fieldservice.models.kinds import Language
from fieldservice.operations import audit
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.keys import imported
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

    def portions(self, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """The rows in portions, each flushed before the next begins."""
        for start in range(0, len(rows), PORTION):
            self.progress("Writing", start, len(rows))
            with self.session.no_autoflush:
                yield rows[start : start + PORTION]
            self.session.flush()
        self.progress("Writing", len(rows), len(rows))

    def mark(self, action: str, written: Iterable[tuple[str, Base]]) -> None:
        """Note each row's key and the deed; records must have been flushed."""
        for key, record in written:
            territory_id = self.ground.territory_id
            self.session.add(imported(territory_id, self.kind, key, record.id, self.now))
            self.note(action, record)

    def note(self, action: str, record: Base) -> None:
        """Put the deed into the audit."""
        audit.record(self.session, self.now, self.actor_id, action, record)


@dataclass(frozen=True, slots=True)
class Written:
    """What an import has put into the house."""

    count: int
    notes: tuple[str, ...] = ()
