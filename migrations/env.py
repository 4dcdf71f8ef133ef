"""How a migration runs: one transaction, foreign keys of SQLite checked at its end."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from fieldservice.models import Base
from fieldservice.models.base import Instant


def run() -> None:
    """Migrate the database the application is set to."""
    engine = current_app.extensions["migrate"].db.engine.execution_options(writes=True)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A batch alter drops and recreates its table: with keys on, its children would go too.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            migrate(connection, sqlite=sqlite)
        finally:
            if sqlite:
                connection.rollback()
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def plain_type(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types into a migration as what they are to the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection, *, sqlite: bool) -> None:
    """Run what is missing, all or nothing."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        render_item=plain_type,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
    connection.commit()


run()
