"""Counts of who knocked how often, shared by all web workers of a machine in one small file."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pysqlite3
from limits.storage import Storage

SCHEME = "counted"
CLEANED_EVERY = 1000
"""Counts between two clearings of what has run out."""


class CountedStorage(Storage):
    """Fixed windows in a SQLite file; losing it, or its last moments, only forgives somebody."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str = "", wrap_exceptions: bool = False, **_options: object) -> None:
        super().__init__(uri, wrap_exceptions)
        self._gate = threading.Lock()
        self._counted = 0
        file = Path(uri.partition("://")[2])
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = pysqlite3.connect(
            str(file), isolation_level=None, check_same_thread=False, timeout=5
        )
        for pragma in ("journal_mode=WAL", "synchronous=OFF"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS count "
            "(key TEXT PRIMARY KEY, number INTEGER NOT NULL, ends REAL NOT NULL) WITHOUT ROWID"
        )

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage may fail with."""
        error: type[Exception] = pysqlite3.Error
        return error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """One more; a count whose time is over begins anew."""
        now = time.time()
        with self._gate:
            self._clean(now)
            rows = self._file.execute(
                "INSERT INTO count VALUES (?1, ?2, ?3 + ?4) ON CONFLICT (key) DO UPDATE SET "
                "number = CASE WHEN ends <= ?3 THEN ?2 ELSE number + ?2 END, "
                "ends = CASE WHEN ends <= ?3 THEN ?3 + ?4 ELSE ends END RETURNING number",
                (key, amount, now, expiry),
            ).fetchall()
        return int(rows[0][0])

    def get(self, key: str) -> int:
        """How often by now."""
        row = self._read("number", key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the count begins anew."""
        row = self._read("ends", key)
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        """Whether the file can be read."""
        with self._gate:
            return bool(self._file.execute("SELECT 1").fetchone())

    def reset(self) -> int:
        """Forgive everybody."""
        with self._gate:
            return int(self._file.execute("DELETE FROM count").rowcount)

    def clear(self, key: str) -> None:
        """Forgive one."""
        with self._gate:
            self._file.execute("DELETE FROM count WHERE key = ?", (key,))

    def _read(self, column: str, key: str) -> tuple[float] | None:
        asked = f"SELECT {column} FROM count WHERE key = ? AND ends > ?"  # noqa: S608 - our words
        with self._gate:
            found: tuple[float] | None = self._file.execute(asked, (key, time.time())).fetchone()
        return found

    def _clean(self, now: float) -> None:
        self._counted += 1
        if self._counted % CLEANED_EVERY == 0:
            self._file.execute("DELETE FROM count WHERE ends <= ?", (now,))
