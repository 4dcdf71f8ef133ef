"""Fresh databases for tests: each kind is migrated once, then copied."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import psycopg
from flask import Flask

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.db import db


def settings_for(database_url: str, folder: Path) -> Settings:
    """Settings no environment has a say in."""
    return Settings(
        database_url=database_url,
        secret_key="a secret that only the tests know about",
        var_dir=folder,
        public_base_url="http://localhost",
        testing=True,
    )


def close(app: Flask) -> None:
    """Let go of every connection, so that the database can be copied or removed."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def migrated(settings: Settings) -> None:
    """Bring a database to the current schema."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
    close(app)


class SqliteTemplate:
    """One migrated file, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.db"
        migrated(settings_for(f"sqlite:///{self.file}", folder))

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        """The address of a new copy."""
        copy = folder / "fieldservice.db"
        shutil.copyfile(self.file, copy)
        yield f"sqlite:///{copy}"


class PostgresqlTemplate:
    """One migrated database a worker, copied by the server for each test."""

    def __init__(self, sockets: str, folder: Path) -> None:
        self.sockets = sockets
        self.name = f"template_{os.getpid()}"
        self.numbers = itertools.count(1)
        self._run(f"CREATE DATABASE {self.name}")
        migrated(settings_for(self.url(self.name), folder))

    def url(self, name: str) -> str:
        """The address of a database on this server."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.sockets}"

    @contextmanager
    def fresh(self, _folder: Path) -> Iterator[str]:
        """The address of a new copy, dropped afterwards."""
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        yield self.url(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=self.sockets, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())
