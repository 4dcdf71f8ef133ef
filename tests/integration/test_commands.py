"""Commands on a machine that refuses: one sentence and status 2, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldservice.cli import main
from tests.databases import SqliteTemplate

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_template: SqliteTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path / "var"))

    def run(*words: str, database: str | None = None) -> Result:
        with sqlite_template.fresh(tmp_path) as url:
            monkeypatch.setenv("DATABASE_URL", database or url)
            return CliRunner().invoke(main, list(words))

    return run


def said(answer: Result) -> str:
    assert (answer.exit_code, answer.stdout) == (2, ""), answer.exception
    assert isinstance(answer.exception, SystemExit)
    return answer.stderr


def test_a_backup_into_a_folder_that_is_not_there(run: Run) -> None:
    assert "/nowhere/all.backup" in said(run("backup", "/nowhere/all.backup"))


def test_a_database_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear customer, this is no database at all." * 50)
    answer = said(run("doctor", database=f"sqlite:///{tmp_path}/letter.db"))
    assert "file is not a database" in answer
    assert "DATABASE_URL" in answer


def test_a_database_nobody_serves(run: Run) -> None:
    answer = said(run("doctor", database="postgresql://u:secret-word@127.0.0.1:1/name"))
    assert "DATABASE_URL" in answer
    assert "secret-word" not in answer


def test_a_technicians_number_nobody_can_have(run: Run) -> None:
    words = ("--name", "Núria", "--role", "technician", "--technician", "9" * 20)
    assert "--technician" in said(run("user", "add", "nuria@example.org", *words))


@pytest.mark.parametrize("port", ["0", "70000"])
def test_a_port_there_is_not(run: Run, port: str) -> None:
    assert "65535" in said(run("serve", "--port", port))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_not_planned(run: Run, day: str) -> None:
    assert "--date" in said(run("plan", "--territory", "andorra", "--date", day))
