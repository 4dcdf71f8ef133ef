"""The demo company: set up once, left alone on the same day, carried on the next."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pysqlite3
import pytest

from tests.compiled import where_compiled
from tests.databases import SqliteTemplate

NOON = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
"""A Tuesday, early afternoon in Andorra."""
TODAY, TOMORROW, AFTER = date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 12)
Rows = dict[str, set[tuple[object, ...]]]


class Demo:
    """`fieldservice demo --no-serve` in a folder of its own, at any moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, at: datetime, *words: str) -> str:
        offset = round((at - datetime.now(UTC)).total_seconds())
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "FIELDSERVICE_VAR": str(self.folder),
            "CLOCK_OFFSET_SECONDS": str(offset),
            **where_compiled(),
        }
        done = subprocess.run(
            [sys.executable, "-m", "fieldservice.cli", *words],
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, question: str) -> list[tuple[object, ...]]:
        database = pysqlite3.connect(str(self.folder / "fieldservice.db"))
        try:
            found: list[tuple[object, ...]] = database.execute(question).fetchall()
        finally:
            database.close()
        return found

    def rows(self) -> Rows:
        tables = self.ask("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {str(name): set(self.ask(f'SELECT * FROM "{name}"')) for (name,) in tables}

    def visits(self, day: date) -> int:
        [(count,)] = self.ask(f"SELECT count(*) FROM visit WHERE service_on = '{day}'")
        assert isinstance(count, int)
        return count


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as it stands after its first run."""
    folder = tmp_path_factory.mktemp("demo")
    template = SqliteTemplate(tmp_path_factory.mktemp("template"))
    with template.fresh(folder) as url:
        Path(url.removeprefix("sqlite:///")).rename(folder / "fieldservice.db")
        demo = Demo(folder)
        demo.run(NOON, "demo", "--no-serve", "--seconds", "3")
        yield demo


def test_today_is_under_way_and_the_next_day_planned(demo: Demo) -> None:
    assert 65 <= demo.visits(TODAY) <= 76
    assert 78 <= demo.visits(TOMORROW) <= 96, "what fits nowhere waits, so the number varies"
    states = {state for (state,) in demo.ask("SELECT DISTINCT state FROM visit")}
    assert {"completed", "planned", "booked", "requested"} <= states
    kinds = f"""SELECT DISTINCT kind FROM work_order JOIN visit ON work_order_id = work_order.id
        WHERE service_on = '{TOMORROW}'"""
    assert len(demo.ask(kinds)) == 5
    left_out = f"""SELECT count(*) FROM visit WHERE service_on = '{TOMORROW}'
        AND id NOT IN (SELECT visit_id FROM stop WHERE visit_id IS NOT NULL)"""
    assert demo.ask(left_out) == [(3,)], "the promises nobody can keep, and no other"


def test_the_doctor_finds_nothing(demo: Demo) -> None:
    assert "All is well" in demo.run(NOON, "doctor", "--stopped")


def test_a_second_run_alters_no_row_and_a_later_day_adds_what_is_missing(demo: Demo) -> None:
    before, today, tomorrow = demo.rows(), demo.visits(TODAY), demo.visits(TOMORROW)
    greeting = demo.run(NOON + timedelta(hours=2), "demo", "--no-serve")
    assert demo.rows() == before
    assert "/c/" in greeting
    demo.run(NOON + timedelta(days=1), "demo", "--no-serve", "--seconds", "3")
    assert demo.visits(TODAY) == today
    assert demo.visits(TOMORROW) == tomorrow, "what was promised for it is enough"
    assert demo.visits(AFTER) >= 78
    [(open_visits,)] = demo.ask(
        f"SELECT count(*) FROM visit WHERE service_on = '{TODAY}' AND ended_at IS NULL"
    )
    assert open_visits == 0, "yesterday is over"
    assert "All is well" in demo.run(NOON + timedelta(days=1), "doctor", "--stopped")
