"""Backup and restore: all rows come back, and nothing is sent a second time."""

from __future__ import annotations

import gzip
import json
import stat
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.app import create_app
from fieldservice.cli.backup import take
from fieldservice.cli.restore import BEFORE, put_back
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.errors import Refused
from fieldservice.models.audit import AuditEntry
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.users import User
from fieldservice.operations import liveness
from fieldservice.web.sounds import shelf
from tests.conftest import SessionFactory
from tests.databases import SqliteTemplate, close, settings_for
from tests.factories import NOW, a_message, a_technician, a_territory, a_user, a_visit
from tests.filling import counts, fill

BACK_AT = NOW + timedelta(hours=6)


def back_up(app: Flask, file: Path) -> int:
    with app.app_context():
        return take(file)


def restore(app: Flask, file: Path) -> None:
    with app.app_context():
        put_back(file)


def all_rows(app: Flask) -> dict[str, list[Any]]:
    with app.app_context(), db.engine.connect() as connection:
        tables = db.metadata.sorted_tables
        return {table.name: list(connection.execute(table.select())) for table in tables}


def test_every_row_of_every_table_comes_back(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), db.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
    before = all_rows(app)
    back_up(app, tmp_path / "all.backup")
    restore(app, tmp_path / "all.backup")
    after = all_rows(app)
    untouched = set(before) - {"message", "user", "audit_entry", "plan_run"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert {name: len(rows) for name, rows in after.items()} == {
        name: 3 if name == "audit_entry" else 2 for name in before
    }


def test_a_backup_of_one_kind_of_database_goes_into_the_other(
    app: Flask, tmp_path: Path, sqlite_template: SqliteTemplate
) -> None:
    with app.app_context(), db.engine.execution_options(writes=True).begin() as connection:
        fill(connection)
    back_up(app, tmp_path / "all.backup")
    (tmp_path / "other").mkdir()
    with sqlite_template.fresh(tmp_path / "other") as url:
        other = create_app(settings_for(url, tmp_path / "other"))
        restore(other, tmp_path / "all.backup")
        assert all_rows(other)["visit"] == all_rows(app)["visit"]
        close(other)


def test_new_rows_get_new_numbers_after_a_restore(
    app: Flask, write: SessionFactory, tmp_path: Path
) -> None:
    with write() as session:
        first = a_territory(session).id
    back_up(app, tmp_path / "b")
    restore(app, tmp_path / "b")
    with write() as session:
        assert a_territory(session).id > first


def test_what_came_after_the_backup_is_gone(
    app: Flask, write: SessionFactory, read: SessionFactory, tmp_path: Path
) -> None:
    with write() as session:
        a_territory(session, slug="before")
    back_up(app, tmp_path / "b")
    with write() as session:
        a_territory(session, slug="after")
    restore(app, tmp_path / "b")
    with read() as session:
        assert session.scalars(select(Territory.slug)).all() == ["before"]


def test_nothing_that_may_have_gone_out_is_sent_again(
    app: Flask, write: SessionFactory, read: SessionFactory, tmp_path: Path, time_machine: Any
) -> None:
    hour = timedelta(hours=1)
    with write() as session:
        visit = a_visit(session)
        of: dict[str, dict[str, Any]] = {
            "due before the backup": {"due_at": NOW - hour, "not_after": NOW + 9 * hour},
            "due meanwhile, of use still": {"due_at": NOW + hour, "not_after": NOW + 9 * hour},
            "due meanwhile, too late": {"due_at": NOW + hour, "not_after": NOW + 2 * hour},
            "due later": {"due_at": NOW + 8 * hour, "not_after": NOW + 9 * hour},
            "being sent": {"state": MessageState.SENDING, "not_after": NOW + 9 * hour},
            "unknown": {"state": MessageState.UNKNOWN, "due_at": NOW + 8 * hour},
            "refused once": {"due_at": NOW + 8 * hour, "not_after": NOW + 9 * hour},
            "sent": {"state": MessageState.SENT, "sent_at": NOW - hour},
            "void": {"state": MessageState.VOID},
            "ringing": {"state": MessageState.SENT, "kind": MessageKind.SURVEY_CALL},
        }
        for name, changes in of.items():
            message = a_message(session, visit, dedupe_key=name, **changes)
            if name == "refused once":
                message.attempts = [Attempt(token="t", started_at=NOW)]
    back_up(app, tmp_path / "b")
    time_machine.move_to(BACK_AT, tick=False)
    restore(app, tmp_path / "b")
    with read() as session:
        states = {m.dedupe_key: m.state.value for m in session.scalars(select(Message))}
    assert states == {
        "due before the backup": "needs_human",
        "due meanwhile, of use still": "needs_human",
        "due meanwhile, too late": "expired",
        "due later": "pending",
        "being sent": "needs_human",
        "unknown": "needs_human",
        "refused once": "needs_human",
        "sent": "sent",
        "void": "void",
        "ringing": "needs_human",
    }


def test_recordings_come_back_with_the_rows(app: Flask, tmp_path: Path) -> None:
    name = f"{'ab' * 16}.mp3"
    with app.app_context():
        shelf().put(name, b"\0spoken\xff")
        back_up(app, tmp_path / "all.backup")
        shelf().remove(name)
        restore(app, tmp_path / "all.backup")
        assert shelf().path(name).read_bytes() == b"\0spoken\xff"


def test_a_restore_is_in_the_audit_trail(
    app: Flask, write: SessionFactory, read: SessionFactory, tmp_path: Path
) -> None:
    with write() as session:
        a_message(session)
    back_up(app, tmp_path / "b")
    restore(app, tmp_path / "b")
    with read() as session:
        deeds = session.scalars(select(AuditEntry)).all()
    assert [(deed.action, (deed.detail or {})["for_a_person"]) for deed in deeds] == [
        ("database.restored", 1)
    ]


def test_sessions_of_before_do_not_come_back_to_life(
    app: Flask, write: SessionFactory, read: SessionFactory, tmp_path: Path
) -> None:
    with write() as session:
        key = a_user(session).fs_uniquifier
    back_up(app, tmp_path / "b")
    restore(app, tmp_path / "b")
    with read() as session:
        assert session.scalars(select(User.fs_uniquifier)).one() != key


def test_only_its_owner_may_read_a_backup(app: Flask, tmp_path: Path) -> None:
    back_up(app, tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("b*")] == ["b"]


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.999])
def test_a_broken_file_is_refused_before_anything_is_replaced(
    app: Flask, write: SessionFactory, read: SessionFactory, tmp_path: Path, keep: float
) -> None:
    with write() as session:
        a_technician(session)
    back_up(app, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: int(keep if keep >= 1 else keep * len(whole))])
    with pytest.raises(Refused):
        restore(app, tmp_path / "b")
    with app.app_context(), db.engine.connect() as connection:
        assert Counter(counts(connection))["technician"] == 1


def test_a_backup_whose_rows_contradict_each_other_changes_nothing(
    app: Flask, write: SessionFactory, settings: Settings, tmp_path: Path
) -> None:
    with write() as session:
        a_technician(session)
    stood = all_rows(app)
    back_up(app, tmp_path / "b")
    lines = gzip.decompress((tmp_path / "b").read_bytes()).decode().splitlines()
    row = next(place for place, line in enumerate(lines) if line.startswith("["))
    lines.insert(row, lines[row])
    last = json.loads(lines[-1])
    lines[-1] = json.dumps({**last, "rows": last["rows"] + 1})
    (tmp_path / "b").write_bytes(gzip.compress("\n".join(lines).encode()))
    with pytest.raises(Refused, match="stands as it was"):
        restore(app, tmp_path / "b")
    assert all_rows(app) == stood
    assert not (settings.var_dir / BEFORE).exists()


def test_no_restore_under_a_running_clock(app: Flask, tmp_path: Path) -> None:
    back_up(app, tmp_path / "b")
    liveness.mark(app.extensions["fieldservice_settings"].var_dir, NOW)
    with pytest.raises(Refused, match="clock is running"):
        restore(app, tmp_path / "b")
