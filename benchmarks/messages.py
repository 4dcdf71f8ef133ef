"""How many messages leave in a second: `python -m benchmarks.messages`.

Each database, by the console and by the local Twilio where it is installed, sent by one
process as the clock sends them. Prints one line a case: what left a second, and what would
leave a second of the sender's own work if nothing else (database, provider) took its time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.app import create_app
from fieldservice.config import Prices
from fieldservice.db import db, transaction
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.senders import Sender
from fieldservice.models.work_orders import Visit
from fieldservice.operations.messages.sweeping import sweep
from fieldservice.web.post_room import HANDS, post_room
from tests import emulator as local_twilio
from tests import postgresql
from tests.databases import PostgresqlTemplate, SqliteTemplate, close, settings_for
from tests.emulator import NUMBER, Emulator
from tests.factories import a_customer, a_territory, a_visit, a_work_order

HOMES = 200
PER_SECOND = 100_000
"""The sender's own rate, out of the way of what is measured."""


def main() -> None:
    """Measure every case."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--console", type=int, default=10_000, help="messages by the console")
    asked.add_argument("--twilio", type=int, default=2_000, help="messages by the local Twilio")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as name, _templates(Path(name)) as templates:
        for number, (kind, template) in enumerate(templates.items()):
            for carrier, count in (("console", wanted.console), ("twilio", wanted.twilio)):
                folder = Path(name) / f"{number}-{carrier}"
                folder.mkdir()
                with template.fresh(folder) as url:
                    seconds, busy = _seconds(url, folder, carrier, count)
                rates = f"{count / seconds:6.0f} a second, {count / busy:6.0f} a second of one core"
                print(f"{kind:10} {carrier:8} {count:6} messages {rates}")


def _seconds(url: str, folder: Path, carrier: str, count: int) -> tuple[float, float]:
    if carrier == "console":
        return _measure(url, folder, None, count)
    with local_twilio.emulating(folder) as running:
        return _measure(url, folder, running, count)


def _measure(url: str, folder: Path, running: Emulator | None, count: int) -> tuple[float, float]:
    settings = replace(
        settings_for(url, folder),
        twilio=running.settings() if running else None,
        prices=Prices(cap_per_day=0),
    )
    app = create_app(settings)
    with app.app_context():
        with transaction() as session:
            _owe(session, count)
        begun, idle = time.perf_counter(), time.process_time()
        sweep(post_room(hands=HANDS), clock.now)
        seconds = time.perf_counter() - begun
        busy = time.process_time() - idle
        sent = select(func.count()).where(Message.state == MessageState.SENT)
        assert db.session.scalar(sent.select_from(Message)) == count
    close(app)
    return seconds, busy


def _owe(session: Session, count: int) -> None:
    now = clock.now()
    territory = a_territory(session)
    session.add(
        Sender(territory_id=territory.id, medium=Channel.SMS, address=NUMBER, per_second=PER_SECOND)
    )
    customers = (a_customer(session, territory) for _ in range(HOMES))
    visits = [a_visit(session, a_work_order(session, one)) for one in customers]
    owed = [_message(visits[number % HOMES], number, now) for number in range(count)]
    session.add_all(owed)


def _message(visit: Visit, number: int, now: datetime) -> Message:
    contact = visit.work_order.customer.contacts[0]
    return Message(
        territory_id=visit.territory_id,
        contact_id=contact.id,
        visit_id=visit.id,
        visit_version=visit.version,
        kind=MessageKind.BOOKED,
        channel=Channel.SMS,
        dedupe_key=f"bench:{number}",
        to_address=contact.phone,
        language=contact.language,
        body=f"We visit you tomorrow ({number}). See {{link}}",
        ignores_quiet_hours=True,
        due_at=now,
        not_after=now + timedelta(days=1),
        created_at=now,
    )


@contextmanager
def _templates(folder: Path) -> Iterator[dict[str, SqliteTemplate | PostgresqlTemplate]]:
    (folder / "template").mkdir()
    home = postgresql.new_home()
    try:
        templates: dict[str, SqliteTemplate | PostgresqlTemplate] = {
            "SQLite": SqliteTemplate(folder / "template")
        }
        sockets = postgresql.start_once(home)
        if sockets:
            templates["PostgreSQL"] = PostgresqlTemplate(sockets, folder)
        yield templates
    finally:
        postgresql.stop(home)


if __name__ == "__main__":
    main()
