"""The database's gate: who may write, and what is left after a failure."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pysqlite3
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.db import OLDEST_SQLITE, db, engine_options, transaction
from fieldservice.errors import Stale
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations import liveness
from tests.conftest import SessionFactory
from tests.databases import settings_for
from tests.factories import NOW, a_service_day, a_territory, a_visit


def test_a_transaction_that_fails_leaves_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    def break_off() -> None:
        with write() as session:
            a_visit(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Territory)) == 0


def test_only_its_owner_may_read_a_database_file(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'new.db'}", tmp_path)
    engine_options(settings)
    assert settings.sqlite_path.stat().st_mode & 0o077 == 0


def test_the_reading_session_refuses_to_write(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="only reads"):
        a_territory(db.session())


def test_health_is_the_database_answering_and_the_clock_running(
    client: FlaskClient, settings: Settings
) -> None:
    assert client.get("/healthz").json == {"status": "ok", "clock": "stopped"}
    liveness.mark(settings.var_dir, NOW)
    assert client.get("/healthz").json == {"status": "ok", "clock": "running"}


def test_of_many_writers_of_one_day_none_is_lost(app: Flask, write: SessionFactory) -> None:
    with write() as session:
        day_id = a_service_day(session, a_territory(session)).id
    ready = threading.Barrier(6)

    def raise_version_once() -> None:
        while True:
            with suppress(Stale), write() as session:
                day = session.get_one(ServiceDay, day_id)
                day.version += 1
                return

    def work(_number: int) -> None:
        ready.wait()
        for _ in range(5):
            raise_version_once()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    with write() as session:
        assert session.get_one(ServiceDay, day_id).version == 31


def test_a_change_of_what_somebody_else_changed_is_stale(write: SessionFactory) -> None:
    with write() as session:
        day_id = a_service_day(session, a_territory(session)).id
    with write() as session:
        seen = session.get_one(ServiceDay, day_id)
    with write() as session:
        session.get_one(ServiceDay, day_id).version = 2

    def write_what_was_seen() -> None:
        with write() as session:
            session.add(seen)
            seen.version = 2
            seen.published_version = 1

    with pytest.raises(Stale, match="Somebody else"):
        write_what_was_seen()


def test_a_transaction_does_not_hide_what_was_written_from_a_later_read(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        territory_id = a_territory(session, name="before").id
    with app.app_context():
        shown = db.session.get_one(Territory, territory_id)
        assert shown.name == "before"
        with transaction() as session:
            session.get_one(Territory, territory_id).name = "after"
        assert shown.name == "after"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_opened_as_it_must_be(app: Flask) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
        "trusted_schema": 0,
    }
    with app.app_context(), db.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted
    assert pysqlite3.sqlite_version_info >= OLDEST_SQLITE


@pytest.mark.parametrize("command", ["serve", "web", "clock", "migrate"])
def test_no_command_starts_on_a_sqlite_that_damages_databases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", (3, 51, 2))
    monkeypatch.setattr(pysqlite3, "sqlite_version", "3.51.2")
    environment = {"FIELDSERVICE_VAR": str(tmp_path)}
    result = CliRunner().invoke(main, [command], env=environment)
    assert result.exit_code == 2
    assert "SQLite 3.51.2 is too old" in result.output
    assert "3.51.3 or later is needed. Install pysqlite3" in result.output
    assert not list(tmp_path.glob("*.db"))


def test_the_oldest_sqlite_without_that_fault_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", OLDEST_SQLITE)
    assert engine_options(settings_for(f"sqlite:///{tmp_path / 'a.db'}", tmp_path))["module"]


def test_a_time_without_a_zone_is_never_stored(write: SessionFactory) -> None:
    def store() -> None:
        with write() as session:
            a_visit(session, created_at=NOW.replace(tzinfo=None))

    with pytest.raises(StatementError, match="naive"):
        store()


@pytest.mark.parametrize("zone", ["Europe/Andorra", "America/New_York", "Australia/Lord_Howe"])
def test_an_instant_comes_back_in_utc_whatever_zone_it_was_written_in(
    write: SessionFactory, read: SessionFactory, zone: str
) -> None:
    doubled = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo(zone))
    with write() as session:
        visit_id = a_visit(session, en_route_at=doubled).id
    with read() as session:
        kept = session.get_one(Visit, visit_id).en_route_at
    assert kept == doubled.astimezone(UTC)
    assert kept is not None
    assert kept.utcoffset() == timedelta()
