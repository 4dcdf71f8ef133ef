"""A company whose messages leave by the local Twilio, and what is owed while its senders die."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fieldservice.app import create_app
from fieldservice.config import Prices, Settings
from fieldservice.db import db, transaction
from fieldservice.models.callbacks import Callback
from fieldservice.models.customers import Channel, Contact, Reach
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.senders import Sender
from fieldservice.models.work_orders import Visit
from tests.databases import close, settings_for
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import a_customer, a_territory, a_visit, a_work_order
from tests.serving import serving

HOMES = 12
CALLED = 3
"""So many of them are called instead of texted."""
LEASES_AGO = timedelta(minutes=5)
OPEN = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Home:
    """Whom messages are owed to."""

    visit_id: int
    contact_id: int
    phone: str
    territory_id: int
    medium: Channel


@dataclass
class Company:
    """What a trial looks at and moves on; its web server hears what the local Twilio reports."""

    app: Flask
    settings: Settings
    emulator: Emulator
    homes: list[Home] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """Each text owed, by its words, with its number."""
    calls: Counter[str] = field(default_factory=Counter)
    """How many calls each number was owed."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    offset: timedelta = timedelta()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, as the application would have."""
        with self.app.app_context(), transaction() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """What is in the database now."""
        with self.app.app_context():
            yield db.session()

    @property
    def now(self) -> datetime:
        """What time it is for the senders."""
        return datetime.now(UTC) + self.offset

    def owe(self, count: int) -> None:
        """So many more messages, due at once, at any hour."""
        with self.write() as session:
            for number in itertools.islice(self.numbers, count):
                home = self.homes[number % len(self.homes)]
                session.add(self._message(home, number))

    def leases_run_out(self) -> None:
        """As if whoever had messages in hand had been silent for long."""
        with self.write() as session:
            session.execute(
                update(Message)
                .where(Message.state == MessageState.SENDING)
                .values(lease_until=datetime.now(UTC) - LEASES_AGO)
            )

    def still_open(self) -> int:
        """How many messages have not come to an end, or callbacks were not acted on."""
        with self.read() as session:
            unended = (
                select(func.count())
                .select_from(Message)
                .where(Message.state.in_(OPEN), Message.channel != Channel.BY_HAND)
            )
            unheard = select(func.count()).select_from(Callback)
            unheard = unheard.where(Callback.processed_at.is_(None))
            return (session.scalar(unended) or 0) + (session.scalar(unheard) or 0)

    def _message(self, home: Home, number: int) -> Message:
        words = f"Trial {number}: we visit you tomorrow."
        if home.medium == Channel.SMS:
            self.texts[words] = home.phone
        else:
            self.calls[home.phone] += 1
        return Message(
            territory_id=home.territory_id,
            contact_id=home.contact_id,
            visit_id=home.visit_id,
            visit_version=1,
            kind=MessageKind.BOOKED,
            channel=home.medium,
            dedupe_key=f"trial:{number}",
            to_address=home.phone,
            language="ca",
            body=words,
            ignores_quiet_hours=True,
            due_at=self.now - timedelta(minutes=1),
            not_after=self.now + timedelta(days=30),
            created_at=self.now,
        )


@contextmanager
def company(database_url: str, folder: Path, emulator: Emulator) -> Iterator[Company]:
    """A company on this database, its webhooks served, until the block ends."""
    port = free_port()
    settings = replace(
        settings_for(database_url, folder),
        twilio=emulator.settings(),
        public_base_url=f"http://127.0.0.1:{port}",
        prices=Prices(cap_per_day=0),
    )
    app = create_app(settings)
    found = Company(app, settings, emulator)
    with found.write() as session:
        found.homes = _homes(session)
    try:
        with serving(app, port):
            yield found
    finally:
        close(app)


def _homes(session: Session) -> list[Home]:
    territory = a_territory(session)
    for medium in (Channel.SMS, Channel.CALL):
        session.add(
            Sender(
                territory_id=territory.id,
                medium=medium,
                address=NUMBER,
                per_second=1000,
                voice=True,
            )
        )
    homes = []
    for number in range(HOMES):
        medium = Channel.CALL if number < CALLED else Channel.SMS
        order = a_work_order(session, a_customer(session, territory))
        visit: Visit = a_visit(session, order, day=(datetime.now(UTC) + timedelta(days=40)).date())
        contact: Contact = order.customer.contacts[0]
        contact.prefers = Reach.CALL if medium == Channel.CALL else None
        assert contact.phone
        homes.append(Home(visit.id, contact.id, contact.phone, territory.id, medium))
    return homes
