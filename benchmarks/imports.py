"""Seconds to import 10,000 promised visits over 250 days: `python -m benchmarks.imports`."""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from datetime import time as wall_time
from pathlib import Path

from benchmarks.databases import KINDS, fresh_database
from benchmarks.machine import machine
from fieldservice import clock

HOUSE = Path(__file__).parents[1]
GOAL_SECONDS = 20
TECHNICIANS = 9
HEADINGS = (
    *("Reference", "Customer", "Phone", "Language", "Street", "Postcode", "Town"),
    *("Latitude", "Longitude", "Kind", "Description", "Duration", "Date", "Window", "Technician"),
)


def main() -> None:
    """Import the list on each database, and say how long it took in rows of a table."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    asked.add_argument("databases", nargs="*", metavar="database", help=" or ".join(KINDS))
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--days", type=int, default=250)
    options = asked.parse_args()
    say(machine())
    say(f"goal: {GOAL_SECONDS} s\n\n| database | rows | days | seconds |\n|---|---|---|---|")
    for kind in options.databases or KINDS:
        seconds = measure(kind, options.rows, options.days)
        say(f"| {kind} | {options.rows} | {options.days} | {seconds:.1f} |")


def say(words: str) -> None:
    """Show it at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def measure(kind: str, rows: int, days: int) -> float:
    """One import into a fresh company."""
    with fresh_database(kind) as (url, folder):
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HOUSE),
            "DATABASE_URL": url,
            "FIELDSERVICE_VAR": str(folder),
        }
        _company(environment)
        _list(folder / "visits.csv", rows, days)
        command = [sys.executable, "-m", "fieldservice.cli", "import", "visits"]
        command += [str(folder / "visits.csv"), "--territory", "andorra", "--new-customers"]
        begun = time.monotonic()
        done = subprocess.run(
            command, cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"The import failed: {done.stdout[-800:]}{done.stderr[-800:]}")
        return time.monotonic() - begun


def _company(environment: dict[str, str]) -> None:
    from fieldservice.app import create_app
    from fieldservice.cli.application import bring_to
    from fieldservice.config import settings_from
    from fieldservice.db import db, transaction
    from fieldservice.models.technicians import Technician, WorkingHours
    from fieldservice.models.territories import Territory

    app = create_app(settings_from(environment))
    with app.app_context():
        bring_to()
        with transaction() as session:
            territory = Territory(
                name="Postvenda Andorra",
                slug="andorra",
                zone="Europe/Andorra",
                country="AD",
                default_language="ca",
            )
            session.add(territory)
            session.flush()
            for number in range(TECHNICIANS):
                week = [
                    WorkingHours(weekday=day, starts=wall_time(8), ends=wall_time(17))
                    for day in range(5)
                ]
                session.add(
                    Technician(
                        territory_id=territory.id,
                        name=f"Technician {number}",
                        home_lat=42.5 + number / 200,
                        home_lon=1.5 + number / 200,
                        working_hours=week,
                    )
                )
        db.session.remove()
        db.engine.dispose()


def _list(file: Path, rows: int, days: int) -> None:
    chance = random.Random(1)
    calendar = (clock.now().date() + timedelta(days=step) for step in range(2, 2 * days))
    working = [day for day in calendar if day.weekday() < 5][:days]
    with file.open("w", newline="", encoding="utf-8") as output:
        lines = csv.writer(output, delimiter=";")
        lines.writerow(HEADINGS)
        for number in range(rows):
            day = working[number * len(working) // rows]
            lines.writerow(_row(number, day, chance))


def _row(number: int, day: date, chance: random.Random) -> list[str]:
    begins = chance.randrange(8, 15)
    technician = f"Technician {chance.randrange(TECHNICIANS)}" if chance.random() < 0.6 else ""
    return [
        f"R{number}",
        f"Customer Number {number}",
        f"+3763{number:05d}",
        "ca",
        f"Carrer Major {number}",
        "AD500",
        "Andorra la Vella",
        f"{42.5063 + chance.uniform(-0.05, 0.05):.5f}",
        f"{1.5218 + chance.uniform(-0.05, 0.05):.5f}",
        chance.choice(["repair", "maintenance"]),
        "The boiler does not heat.",
        "45",
        f"{day:%d/%m/%Y}",
        f"{begins}-{begins + 2}",
        technician,
    ]


if __name__ == "__main__":
    main()
