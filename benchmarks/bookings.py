"""Bookings per second over HTTP: `python -m benchmarks.bookings`.

A busy office is made on a fresh database, `fieldservice web` answers as it does in service, and
wrk books with 32 connections, each booking another customer's signed offer. Only bookings that
were answered with 201 count.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

from benchmarks.databases import KINDS, fresh_database
from benchmarks.machine import machine, processor_seconds
from benchmarks.office import Booking, busy_office

HOUSE = Path(__file__).parents[1]
GOALS = {"sqlite": (200, 500), "postgresql": (250, 400)}
"""Bookings a second at least, and milliseconds for 99 of 100 at most."""
NO_WRK = "wrk is missing, which sends the load: apt-get install wrk (Debian, Ubuntu)."
SECRET = "only for measuring: forty letters and more"
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run came to."""

    kind: str
    workers: int
    counted: dict[str, Any]

    @property
    def rate(self) -> float:
        """Bookings a second."""
        return float(self.counted["booked"]) / float(self.counted["seconds"])

    @property
    def keeps_goal(self) -> bool:
        """Whether it is what was promised, with nothing broken."""
        rate, longest = GOALS[self.kind]
        nothing_broken = not self.counted["broken"] and not self.counted["lost"]
        return self.rate >= rate and self.counted["p99"] <= longest and nothing_broken

    def __str__(self) -> str:
        found = self.counted
        return (
            f"| {self.kind} | {self.workers} | {self.rate:.0f} | {found['booked']} | "
            f"{found['p50']:.0f} | {found['p99']:.0f} | {found['longest']:.0f} | "
            f"{found['taken']} | {found['refused']} | {found['broken'] + found['lost']} | "
            f"{1000 * found['processor'] / max(1, found['booked']):.1f} |"
        )


HEAD = (
    "| database | workers | bookings/s | booked | p50 ms | p99 ms | longest ms | taken | refused "
    "| 5xx or lost | ms of processor each |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure on each database, and say so in rows of a table."""
    options = _options()
    if shutil.which("wrk") is None:
        raise SystemExit(NO_WRK)
    say(machine())
    say(f"wrk -t1 -c{CONNECTIONS} -d{options.seconds}s, {options.rounds} rounds each\n\n{HEAD}")
    missed = 0
    for kind in options.databases or KINDS:
        for _ in range(options.rounds):
            figures = measure(kind, options.seconds, options.workers)
            say(str(figures))
            missed += not figures.keeps_goal
    raise SystemExit(1 if missed and options.strict else 0)


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.bookings", description=__doc__)
    asked.add_argument("databases", nargs="*", metavar="database", help=" or ".join(KINDS))
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
    asked.add_argument("--strict", action="store_true", help="end with status 1 below the goals")
    return asked.parse_args()


def say(words: str) -> None:
    """Show it at once, also to whoever keeps it in a file."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def measure(kind: str, seconds: int, workers: int) -> Figures:
    """One run on a fresh database of that kind."""
    with fresh_database(kind) as (url, folder):
        environment = _environment(url, folder, workers)
        token, bookings = _prepare(environment)
        with (folder / "bookings").open("w") as file:
            file.writelines(json.dumps(_asked(one)) + "\n" for one in bookings)
        web = subprocess.Popen(
            [sys.executable, "-m", "fieldservice.cli", "web"],
            cwd=HOUSE,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        try:
            _await(f"http://127.0.0.1:{environment['PORT']}/healthz")
            before = processor_seconds(web.pid)
            counted = _load(environment, token, folder / "bookings", seconds)
            counted["processor"] = processor_seconds(web.pid) - before
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(30)
        return Figures(kind, workers, counted)


def _environment(url: str, folder: Path, workers: int) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HOUSE),
        "DATABASE_URL": url,
        "FIELDSERVICE_VAR": str(folder),
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        "WEB_WORKERS": str(workers),
        "API_LIMIT": "1000000 per minute",
    }


def _prepare(environment: dict[str, str]) -> tuple[str, list[Booking]]:
    """The office in the database, a token that may book, and what is to be booked."""
    from sqlalchemy import select

    from fieldservice import clock
    from fieldservice.app import create_app
    from fieldservice.cli.application import bring_to
    from fieldservice.config import settings_from
    from fieldservice.db import db, transaction
    from fieldservice.models.api import Scope
    from fieldservice.models.users import Role, RoleName, User
    from fieldservice.operations.house.tokens import make_token

    app = create_app(settings_from(environment))
    with app.app_context():
        bring_to()
        now = clock.now()
        with transaction() as session:
            bookings = busy_office(session, now + timedelta(minutes=20), SECRET)
            role = session.scalar(select(Role).where(Role.name == RoleName.DISPATCHER.value))
            user = User(email="load@example.org", name="Load", fs_uniquifier="load", created_at=now)
            user.roles = [role or Role(name=RoleName.DISPATCHER.value)]
            session.add(user)
            session.flush()
            _, token = make_token(session, now, user.id, "load", [Scope.VISITS_WRITE], 30)
        db.session.remove()
        db.engine.dispose()
    return token, bookings


def _asked(booking: Booking) -> dict[str, Any]:
    return {
        "offer": booking.offer,
        "site_id": booking.site_id,
        "kind": "repair",
        "summary": "The boiler drips.",
        "duration_minutes": 30,
    }


def _await(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def _load(environment: dict[str, str], token: str, file: Path, seconds: int) -> dict[str, Any]:
    address = f"http://127.0.0.1:{environment['PORT']}"
    wrk = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=10s"]
    done = subprocess.run(
        [*wrk, "-s", str(Path(__file__).with_suffix(".lua")), address],
        env={**environment, "TOKEN": token, "BOOKINGS": str(file)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
