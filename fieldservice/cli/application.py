"""The application as commands use it: its context pushed, its schema known to be current."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app

from fieldservice.app import create_app
from fieldservice.db import db
from fieldservice.errors import Refused


@contextmanager
def opened(*, current: bool = True) -> Iterator[Flask]:
    """An application built from the environment, refused while its schema is not `current`."""
    app = create_app()
    with app.app_context():
        try:
            if current:
                refuse_unless_current()
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def revision() -> str | None:
    """The schema the database has; none for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The schema this version of the program needs."""
    newest = _scripts().get_current_head()
    if newest is None:
        raise Refused("The folder of migrations is empty: install the program again.")
    return newest


def is_known(wanted: str) -> bool:
    """Whether this version of the program has ever made that schema."""
    return any(script.revision == wanted for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(current_app.extensions["migrate"].directory))


def bring_to(wanted: str = "head") -> None:
    """Migrate the database; it is made where there is none."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.upgrade(revision=wanted)


def refuse_unless_current() -> None:
    """Refuse to go on with a database of another version."""
    found, needed = revision(), newest_revision()
    if found != needed:
        raise Refused(
            f"The database is at schema {found or 'none'} and this version needs {needed}. "
            "Run: fieldservice migrate"
        )
