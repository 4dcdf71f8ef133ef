"""The schema: made by migrations alone, equal to the models, and no row lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Column, Integer, inspect, text

from fieldservice.db import db, migrate
from fieldservice.models import Base
from tests.filling import counts, fill

REVISIONS = [
    script.revision for script in ScriptDirectory(str(migrate.directory)).walk_revisions()
][::-1]


@pytest.fixture
def pushed(app: Flask) -> Iterator[Flask]:
    """Migrations ask for the application's context."""
    with app.app_context():
        yield app


def _differences() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))


def test_the_migrations_make_what_the_models_say(pushed: Flask) -> None:
    assert _differences() == []


def test_a_column_the_migrations_forgot_is_seen(pushed: Flask) -> None:
    with db.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("ALTER TABLE product DROP COLUMN brand"))
    assert _differences() != []


def test_migrations_form_one_line() -> None:
    assert len(ScriptDirectory(str(migrate.directory)).get_heads()) == 1


def test_a_filled_database_loses_no_row_when_it_goes_back_and_forth(pushed: Flask) -> None:
    with db.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
        before = counts(connection)
    assert set(before.values()) == {2}
    for revision in REVISIONS[-2:-1]:
        flask_migrate.downgrade(revision=revision)
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            assert set(counts(connection).values()) - {0} == {2}
    _assert_whole()


def test_a_filled_database_can_be_taken_down_to_nothing_and_made_again(pushed: Flask) -> None:
    with db.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert _differences() == []


def _assert_whole() -> None:
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_sqlite_keeps_foreign_keys_on_after_a_migration(pushed: Flask) -> None:
    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_parent_altered_in_a_batch_keeps_its_children(pushed: Flask) -> None:
    # SQLite drops and recreates the table: with keys on, cascades would empty the others.
    with db.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
    engine = db.engine.execution_options(writes=True)
    with engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("customer") as batch:
                batch.add_column(Column("rank", Integer, nullable=True))
        assert set(counts(connection).values()) == {2}
    _assert_whole()
