"""`fieldservice import` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from fieldservice.cli import main
from fieldservice.cli.import_ import command
from fieldservice.config import Settings
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from tests.conftest import SessionFactory
from tests.integration.lists import a_home_of_lists, list_of

WAITING = "A2;Pere Mas;331200;Nou 2;Encamp;instal·lació;;;;;"
BAD = "A3;Anna Vila;[/b]33;Nou 3;Encamp;avaria;;;;;"


@pytest.fixture
def slug(write: SessionFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", settings.database_url.replace("+psycopg", ""))
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("COLUMNS", "200")
    with write() as session:
        return str(session.get_one(Territory, a_home_of_lists(session).id).slug)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "llista.csv"
    path.write_bytes(list_of(WAITING, BAD))
    return path


def visits(read: SessionFactory) -> int:
    with read() as session:
        return session.scalar(select(func.count()).select_from(Visit)) or 0


def test_a_dry_run_names_line_and_column_and_writes_nothing(
    slug: str, file: Path, read: SessionFactory
) -> None:
    done = CliRunner().invoke(
        command, ["visits", str(file), "--territory", slug, "--dry-run", "--accept-valid"]
    )
    assert "Telèfon" in done.output
    assert "[/b]33" in done.output
    assert "1 of 2 rows can be written" in done.output
    assert visits(read) == 0


def test_one_bad_row_stops_the_list_and_the_exit_status_says_so(
    slug: str, file: Path, read: SessionFactory
) -> None:
    done = CliRunner().invoke(
        command, ["visits", str(file), "--territory", slug, "--language", "ca"]
    )
    assert done.exit_code == 1
    assert "nothing was written" in done.output
    assert visits(read) == 0


def test_the_good_rows_are_written_where_that_is_wanted(
    slug: str, file: Path, read: SessionFactory
) -> None:
    wanted = ["visits", str(file), "--territory", slug, "--language", "ca", "--accept-valid"]
    done = CliRunner().invoke(command, wanted)
    assert (done.exit_code, visits(read)) == (0, 1), done.output


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_list_is_not_moved_beyond_the_calendar(slug: str, file: Path, day: str) -> None:
    wanted = ["import", "visits", str(file), "--territory", slug, "--move-to", day, "--dry-run"]
    done = CliRunner().invoke(main, wanted)
    assert done.exit_code == 2
    assert f"{day} is too far away" in done.output


def test_headings_can_be_said_on_the_command_line(
    slug: str, tmp_path: Path, read: SessionFactory
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(list_of("Maria Puig;Major 1, Ordino;avaria", headings="Wer;Wo;Was"))
    said = [f"--map={pair}" for pair in ("customer=Wer", "address=Wo", "kind=Was")]
    done = CliRunner().invoke(
        command, ["visits", str(path), "--territory", slug, "--language", "es", *said]
    )
    assert (done.exit_code, visits(read)) == (0, 1), done.output
