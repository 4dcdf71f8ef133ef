"""What every test may ask for: an application on a fresh database of either kind, at NOW."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.users import RoleName
from tests import emulator as local_twilio
from tests import postgresql
from tests.databases import PostgresqlTemplate, SqliteTemplate, close, settings_for
from tests.emulator import Emulator
from tests.factories import NOW, a_user
from tests.quicker import TEMPLATES, compile_routes_once
from tests.receiver import Receiver, a_receiver

SessionFactory = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., int]

OURS = ("DATABASE_URL", "SECRET_KEY", "PORT", "PUBLIC_BASE_URL", "FIELDSERVICE_VAR")
POSTGRESQL_HOME = pytest.StashKey[Path]()
HOME_VARIABLE = "FIELDSERVICE_TEST_POSTGRESQL"


def pytest_configure(config: pytest.Config) -> None:
    """Forget the developer's own settings; the first process of a run keeps its server's home."""
    for name in OURS:
        os.environ.pop(name, None)
    compile_routes_once()
    if not hasattr(config, "workerinput"):
        config.stash[POSTGRESQL_HOME] = postgresql.new_home()
        os.environ[HOME_VARIABLE] = str(config.stash[POSTGRESQL_HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running and nothing behind."""
    home = config.stash.get(POSTGRESQL_HOME, None)
    if home is not None:
        postgresql.stop(home)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what was skipped and which package would change that."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} tests skipped: {reason}", yellow=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """The migrated SQLite file that tests copy."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> PostgresqlTemplate:
    """The migrated PostgreSQL database that tests copy; skips where there is no server."""
    sockets = postgresql.start_once(Path(os.environ[HOME_VARIABLE]))
    if sockets is None:
        pytest.skip(postgresql.MISSING)
    return PostgresqlTemplate(sockets, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated, empty database, once on each kind."""
    template = request.getfixturevalue(f"{request.param}_template")
    with template.fresh(tmp_path) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of the application under test; change with `dataclasses.replace`."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
def app(settings: Settings, time_machine: Any) -> Iterator[Flask]:
    """The real application; no context is pushed, and it is NOW until a test moves time.

    To move time, ask for `time_machine` and call `time_machine.move_to(…, tick=False)`.
    """
    time_machine.move_to(NOW, tick=False)
    application = create_app(settings)
    application.config["WTF_CSRF_ENABLED"] = False
    application.jinja_env.bytecode_cache = TEMPLATES
    yield application
    close(application)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another system's server on the loopback address, told how to answer by `says`."""
    with a_receiver() as server:
        yield server


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser, not signed in; forms need no CSRF token here."""
    return app.test_client()


@pytest.fixture
def write(app: Flask) -> SessionFactory:
    """`with write() as session:` one transaction, committed at its end."""

    @contextmanager
    def open_session() -> Iterator[Session]:
        with app.app_context(), transaction() as session:
            yield session

    return open_session


@pytest.fixture
def read(app: Flask) -> SessionFactory:
    """`with read() as session:` what is in the database now; nothing can be written."""

    @contextmanager
    def open_session() -> Iterator[Session]:
        with app.app_context():
            yield db.session()

    return open_session


@pytest.fixture
def sign_in(write: SessionFactory) -> SignIn:
    """`sign_in(client, RoleName.DISPATCHER)`: somebody new of that part; returns the user's id.

    A technician's account belongs to `technician_id`, if one is given.
    """

    def sign_in(client: FlaskClient, role: RoleName, *, technician_id: int | None = None) -> int:
        with write() as session:
            user = a_user(session, role, technician_id=technician_id)
            session.flush()
            user_id, key = user.id, user.fs_uniquifier
        with client.session_transaction() as cookie:
            cookie["_user_id"] = key
            cookie["_fresh"] = True
        return user_id

    return sign_in


@pytest.fixture(scope="session")
def emulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The run's one local Twilio; skips where it is not installed."""
    if not local_twilio.is_installed():
        pytest.skip(local_twilio.MISSING)
    with local_twilio.emulating(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture
def emulator(emulator_process: Emulator) -> Emulator:
    """The local Twilio with empty lists."""
    emulator_process.forget()
    return emulator_process
