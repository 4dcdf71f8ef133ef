"""Bookings per second over HTTP: `python -m benchmarks.bookings`.

A busy office is made on a fresh database, `fieldservice web` answers as it does in service, and
wrk books with 32 connections, each booking another customer's signed offer. Only bookings that
were answered with 201 count.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.databases import KINDS, fresh_database
from benchmarks.machine import machine
from benchmarks.office import Booking, busy_office
from benchmarks.web_server import (
    CONNECTIONS,
    SECRET,
    Line,
    counted_under_load,
    environment_of,
    need_wrk,
    say,
)

GOALS = {"sqlite": (200, 500), "postgresql": (250, 400)}
"""Bookings a second at least, and milliseconds for 99 of 100 at most."""
VANS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run came to."""

    kind: str
    workers: int
    counted: dict[str, Any]

    @property
    def rate(self) -> float:
        """Bookings a second."""
        return float(self.counted["done"]) / float(self.counted["seconds"])

    @property
    def keeps_goal(self) -> bool:
        """Whether it is what was promised, with nothing broken."""
        rate, longest = GOALS[self.kind]
        nothing_broken = not self.counted["broken"] and not self.counted["lost"]
        return self.rate >= rate and self.counted["p99"] <= longest and nothing_broken

    def __str__(self) -> str:
        found = self.counted
        return (
            f"| {self.kind} | {self.workers} | {self.rate:.0f} | {found['done']} | "
            f"{found['p50']:.0f} | {found['p99']:.0f} | {found['longest']:.0f} | "
            f"{found['taken']} | {found['refused']} | {found['broken'] + found['lost']} | "
            f"{1000 * found['processor'] / max(1, found['done']):.1f} |"
        )


HEAD = (
    "| database | workers | bookings/s | booked | p50 ms | p99 ms | longest ms | taken | refused "
    "| 5xx or lost | ms of processor each |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure on each database, and say so in rows of a table."""
    options = _options()
    need_wrk()
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


def measure(kind: str, seconds: int, workers: int) -> Figures:
    """One run on a fresh database of that kind."""
    with fresh_database(kind) as (url, folder):
        environment = environment_of(url, folder, workers)
        token, bookings = prepared(environment, VANS)
        lines = [_line(number, one) for number, one in enumerate(bookings)]
        return Figures(kind, workers, counted_under_load(environment, lines, seconds, token))


def prepared(environment: dict[str, str], vans: int) -> tuple[str, list[Booking]]:
    """The office in the database, a token that may ask and book, and what is to be booked."""
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
            bookings = busy_office(session, now + timedelta(minutes=20), SECRET, vans)
            role = session.scalar(select(Role).where(Role.name == RoleName.DISPATCHER.value))
            user = User(email="load@example.org", name="Load", fs_uniquifier="load", created_at=now)
            user.roles = [role or Role(name=RoleName.DISPATCHER.value)]
            session.add(user)
            session.flush()
            scopes = [Scope.VISITS_READ, Scope.VISITS_WRITE]
            _, token = make_token(session, now, user.id, "load", scopes, 30)
        db.session.remove()
        db.engine.dispose()
    return token, bookings


def _line(number: int, booking: Booking) -> Line:
    asked = {
        "offer": booking.offer,
        "site_id": booking.site_id,
        "kind": "repair",
        "summary": "The boiler drips.",
        "duration_minutes": 30,
    }
    key = f"booking-{number}"
    return "/api/v1/bookings", "application/json", "Idempotency-Key", key, json.dumps(asked)


if __name__ == "__main__":
    main()
