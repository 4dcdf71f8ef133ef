"""How fast Twilio's callbacks are answered: `python -m benchmarks.webhooks`.

Signed delivery receipts and texts of customers, every other one, each told once, to
`fieldservice web` as it answers in service. wrk sends them with 32 connections as fast as they
are taken in; the clock, which acts on them later, does not run.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from benchmarks.databases import KINDS, fresh_database
from benchmarks.machine import machine
from benchmarks.web_server import (
    CONNECTIONS,
    Line,
    counted_under_load,
    environment_of,
    need_wrk,
    say,
)
from fieldservice.app import create_app
from fieldservice.cli.application import bring_to
from fieldservice.config import settings_from
from fieldservice.db import db

GOAL = 300
"""Milliseconds for 99 of 100 answers at most."""
MOST = 40_000
ACCOUNT, TOKEN = "AC" + "0" * 32, "only for measuring"
BASE = "https://visits.example.org"
HEAD = (
    "| database | workers | answers/s | answered | p50 ms | p99 ms | longest ms | refused "
    "| 5xx or lost | ms of processor each |\n|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure on each database, and say so in rows of a table."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.webhooks", description=__doc__)
    asked.add_argument("databases", nargs="*", metavar="database", help=" or ".join(KINDS))
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
    options = asked.parse_args()
    need_wrk()
    say(machine())
    say(f"goal: p99 {GOAL} ms; wrk -t1 -c{CONNECTIONS} -d{options.seconds}s\n\n{HEAD}")
    for kind in options.databases or KINDS:
        say(measure(kind, options.seconds, options.workers))


def measure(kind: str, seconds: int, workers: int) -> str:
    """One run on a fresh database of that kind, as a row of the table."""
    with fresh_database(kind) as (url, folder):
        environment = environment_of(
            url,
            folder,
            workers,
            MESSAGES_BY="twilio",
            TWILIO_ACCOUNT_SID=ACCOUNT,
            TWILIO_AUTH_TOKEN=TOKEN,
            PUBLIC_BASE_URL=BASE,
        )
        app = create_app(settings_from(environment))
        with app.app_context():
            bring_to()
            db.session.remove()
            db.engine.dispose()
        found = counted_under_load(environment, list(_told()), seconds)
    return (
        f"| {kind} | {workers} | {found['done'] / found['seconds']:.0f} | {found['done']} | "
        f"{found['p50']:.0f} | {found['p99']:.0f} | {found['longest']:.0f} | {found['refused']} | "
        f"{found['broken'] + found['lost']} | "
        f"{1000 * found['processor'] / max(1, found['done']):.1f} |"
    )


def _told() -> Iterator[Line]:
    for number in range(MOST // 2):
        form = {"MessageSid": f"SM{number:032x}", "MessageStatus": "delivered"}
        yield _line(f"/twilio/receipt/{number:032x}", form)
        text = {"From": f"+3763{number:05d}", "To": "+376600100", "Body": "1"}
        yield _line("/twilio/inbound/sms", {"MessageSid": f"SM{number + MOST:032x}", **text})


def _line(path: str, form: dict[str, str]) -> Line:
    form = {"AccountSid": ACCOUNT, **form}
    signature = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    kind = "application/x-www-form-urlencoded"
    return path, kind, "X-Twilio-Signature", signature, urlencode(form)


if __name__ == "__main__":
    main()
