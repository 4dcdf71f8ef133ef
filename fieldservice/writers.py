"""Writers of one SQLite file: one at a time, and those of one process share a commit.

SQLite lets one writer in, and a commit waits for the disk. So whoever is done while others of
this process already wait leaves the transaction open for the next of them, and hears that it
was kept once the last of them has committed. Each works behind a savepoint of its own: what
one takes back concerns nobody else.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

TOGETHER = 8
"""So many share a commit at most: other processes have their turn as well."""


class _Shared:
    """One transaction of several writers, from BEGIN to COMMIT, behind the file's lock."""

    def __init__(self, engine: Engine, lock: Path) -> None:
        self.count = 0
        self.ended = threading.Event()
        self.error: BaseException | None = None
        # SQLite's busy timeout is no fair queue; a file lock is.
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.connection = engine.connect()
            self._begun = self.connection.begin()
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def is_whole(self) -> bool:
        """Whether all of it still stands: a full disk makes SQLite take everything back."""
        return bool(self.connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]

    def end(self) -> None:
        """Commit, and tell everybody how it went."""
        try:
            if not self.is_whole:
                raise _taken_back()
            self._begun.commit()
        except BaseException as error:
            self.error = error
            with suppress(DBAPIError):
                self._begun.rollback()
        finally:
            with suppress(DBAPIError):
                self.connection.close()
            os.close(self._lock)
            self.ended.set()


class Writers:
    """The queue of this process at one SQLite file."""

    def __init__(self, engine: Engine, database: Path) -> None:
        self._engine = engine
        self._lock = Path(f"{database}.lock")
        self._turn, self._counting = threading.Lock(), threading.Lock()
        self.waiting = 0
        """How many wait for their turn."""
        self._shared: _Shared | None = None

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """A connection to write on, behind a savepoint; after the block all of it is on disk."""
        self._wait()
        shared: _Shared | None = None
        try:
            shared = self._shared = self._shared or _Shared(self._engine, self._lock)
            shared.count += 1
            yield shared.connection
        finally:
            self._leave()
            if shared is not None:
                shared.ended.wait()
        if shared.error is not None:
            raise shared.error

    def _wait(self) -> None:
        self._count(1)
        try:
            self._turn.acquire()
        except BaseException:
            # Somebody may have left the commit to us.
            self._count(-1)
            if self._turn.acquire(blocking=False):
                self._leave()
            raise
        self._count(-1)

    def _leave(self) -> None:
        """Commit, unless that is left to somebody who waits; then it is the next one's turn."""
        try:
            shared = self._shared
            if shared is not None and (
                not self.waiting or shared.count >= TOGETHER or not shared.is_whole
            ):
                self._shared = None
                shared.end()
        finally:
            self._turn.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self.waiting += more


def _taken_back() -> OperationalError:
    return OperationalError("COMMIT", None, Exception("SQLite took the whole transaction back"))
