"""Many rows at once: collected, numbered ahead, inserted table by table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from fieldservice.models.base import Base
from fieldservice.operations.bookings.references import next_numbers

_AHEAD = 500


class Bulk:
    """Rows of several tables, each knowing its id before it is written.

    A session's own objects would do the same in four times the time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._ids: dict[type[Base], list[int]] = {}
        self._last: dict[type[Base], int] = {}

    def add(self, model: type[Base], **values: Any) -> int:
        """Collect a row; returns the id it will have."""
        number = self._number(model)
        self._rows[model].append({"id": number, **values})
        return number

    def also(self, model: type[Base], **values: Any) -> None:
        """Collect a row nobody refers to."""
        self._rows[model].append(values)

    def write(self) -> None:
        """Insert what was collected, in the order the tables were first named."""
        for model, rows in self._rows.items():
            assert isinstance(model.__table__, Table)
            self._session.execute(insert(model.__table__), rows)
        self._rows.clear()
        self._ids.clear()

    def _number(self, model: type[Base]) -> int:
        free = self._ids.setdefault(model, [])
        if not free:
            last = self._last.get(model, 0)
            free.extend(reversed(next_numbers(self._session, model, _AHEAD, beyond=last)))
        self._last[model] = free.pop()
        return self._last[model]
