"""The database: how it is opened, and the only place that commits.

`db.session` reads. Whatever writes does so inside `transaction()`, in a session of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pysqlite3
from flask import current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from fieldservice.config import Settings
from fieldservice.errors import Refused, Stale
from fieldservice.models import Base
from fieldservice.writers import Writers

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can corrupt a database in WAL mode when a reset races a writer."""

CONNECTIONS = 64
"""What all web workers together open to PostgreSQL at most: half as many as there are threads."""
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that vanished without a word is noticed within a minute."""
PATIENCE = {
    "lock_timeout": "30s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "5min",
}

JOINS: Any = {"join_transaction_mode": "create_savepoint"}
"""On a connection whose transaction is somebody else's, a session stays behind a savepoint."""

db = SQLAlchemy(model_class=Base, session_options={"autoflush": False})
migrate = Migrate(directory=str(Path(__file__).parent.parent / "migrations"))


def engine_options(settings: Settings) -> dict[str, Any]:
    """How SQLAlchemy opens this database."""
    if not settings.is_sqlite:
        # The workers share the threads, each of which needs a connection half of the time.
        half = max(4, CONNECTIONS // settings.web_workers // 2)
        return {
            "pool_size": half,
            "max_overflow": half,
            # Longer than the lock a crowd waits for: late is better than turned away.
            "pool_timeout": 45,
            "pool_pre_ping": True,
            # Few connections that have every statement prepared, not many that have some.
            "pool_use_lifo": True,
            "connect_args": {"connect_timeout": 5, **KEEPALIVE},
        }
    if pysqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise Refused(
            f"SQLite {pysqlite3.sqlite_version} is too old and can damage a database that several "
            f"processes write: {needed} or later is needed. Install pysqlite3 0.6.1 or later, "
            "which brings its own, or use PostgreSQL."
        )
    settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    # Names and telephone numbers: for this account's eyes alone, as are SQLite's files beside it.
    if not settings.sqlite_path.exists():
        settings.sqlite_path.touch(mode=0o600)
    return {
        "module": pysqlite3.dbapi2,
        "pool_size": 32,
        "max_overflow": 128,
        "connect_args": {"isolation_level": None, "check_same_thread": False},
    }


def prepare(engine: Engine) -> None:
    """Teach a SQLite engine our pragmas and who begins a transaction."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _be_patient)
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _be_patient(connection: Any, _record: object) -> None:
    """Wait for others, but not for ever: a lock, a statement, a client that is gone."""
    for name, value in PATIENCE.items():
        connection.execute(f"SET {name} = '{value}'")
    connection.commit()


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of writing: commits at the end, or leaves nothing behind.

    What `db.session` has loaded is forgotten first, so that it neither keeps an old
    snapshot open nor shows stale values afterwards.
    """
    db.session.rollback()
    with _place() as place, Session(place, expire_on_commit=False, **JOINS) as session:
        try:
            with session.begin():
                yield session
        except StaleDataError as error:
            raise Stale("Somebody else changed this meanwhile. Look at it again.") from error


def is_lost(error: Exception) -> bool:
    """Whether the server itself does not answer, or was lost on the way."""
    if not isinstance(error, OperationalError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", "") is None


def _place() -> AbstractContextManager[Engine | Connection]:
    """Where to write: PostgreSQL has room for everybody, at SQLite one waits for the turn."""
    engine = db.engine.execution_options(writes=True)
    settings: Settings = current_app.extensions["fieldservice_settings"]
    if not settings.is_sqlite:
        return nullcontext(engine)
    known: Writers | None = current_app.extensions.get("fieldservice_writers")
    if known is None:
        made = Writers(engine, settings.sqlite_path)
        known = current_app.extensions.setdefault("fieldservice_writers", made)
    return known.turn()


@event.listens_for(db.session, "before_flush")
def _refuse_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("db.session only reads: write inside db.transaction()")
