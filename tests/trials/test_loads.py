"""Everything due at once, and a provider that is away for hours: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.app import create_app
from fieldservice.db import transaction
from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome, ConsoleDelivery, Message, MessageState
from fieldservice.models.senders import Carrier, Sender
from fieldservice.notify.channel import Answer, Inquiry, Parcel
from tests.conftest import SessionFactory
from tests.databases import close, settings_for
from tests.emulator import NUMBER
from tests.factories import NOW, a_message, a_visit
from tests.integration.post import console_room, deliver_at
from tests.trials.orders import Orders
from tests.trials.senders import senders

AT_ONCE, AT_ONCE_IN_SOAK = 600, 10_000
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
AWAY = 6 * HOUR


def all_at_once(database_url: str, folder: Path, count: int, *orders: Orders) -> None:
    """So many fall due at one moment; two sender processes share them."""
    settings = settings_for(database_url, folder)
    app = create_app(settings)
    with app.app_context():
        with transaction() as session:
            _owe(session, count)
        with senders(settings) as running:
            assert [one.status for one in running.run(*orders)] == [0, 0]
        with transaction() as session:
            arrived = Counter(session.scalars(select(ConsoleDelivery.body)))
            states = set(session.scalars(select(Message.state)))
    close(app)
    assert (len(arrived), set(arrived.values())) == (count, {1})
    assert states == {MessageState.SENT}


def _owe(session: Session, count: int) -> None:
    now = datetime.now(UTC)
    visit = a_visit(session)
    for number in range(count):
        a_message(
            session,
            visit,
            body=f"text {number}",
            ignores_quiet_hours=True,
            due_at=now - 7 * DAY,
            not_after=now + 7 * DAY,
        )


WORK = Orders(point=-1)


def test_what_falls_due_at_once_leaves_once(database_url: str, tmp_path: Path) -> None:
    all_at_once(database_url, tmp_path, AT_ONCE, WORK, WORK)


def test_senders_whose_clocks_stand_wrong_send_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    early = replace(WORK, offset_seconds=(2 * HOUR).total_seconds())
    late = replace(WORK, offset_seconds=(-3 * DAY).total_seconds())
    all_at_once(database_url, tmp_path, AT_ONCE // 4, early, late)


@pytest.mark.soak
def test_ten_thousand_due_at_once_leave_once(database_url: str, tmp_path: Path) -> None:
    all_at_once(database_url, tmp_path, AT_ONCE_IN_SOAK, WORK, WORK)


@dataclass
class Absent:
    """A provider nobody reaches until it is back."""

    back_at: datetime
    now: datetime = NOW
    asked: list[datetime] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)

    def hand_over(self, parcel: Parcel) -> Answer:
        self.asked.append(self.now)
        if self.now < self.back_at:
            return Answer(AttemptOutcome.NOT_SENT, error="the provider could not be reached")
        self.taken[parcel.body] += 1
        return Answer(AttemptOutcome.SENT, parcel.token)

    def look_up(self, inquiry: Inquiry) -> Answer:
        return Answer(AttemptOutcome.UNKNOWN, again_after=MINUTE)


def test_a_provider_away_for_six_hours_is_left_alone_and_then_given_all_that_is_still_true(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit = a_visit(session)
        sender = Sender(medium=Channel.SMS, address=NUMBER, per_second=100)
        sender.territory_id = visit.territory_id
        session.add(sender)
        for number in range(40):
            true_until = NOW + (2 * HOUR if number < 10 else 9 * HOUR)
            a_message(session, visit, body=f"text {number}", not_after=true_until)
    provider = Absent(back_at=NOW + AWAY)
    room = replace(console_room(write), channels={Carrier.TWILIO: provider})
    for minute in range(0, 420, 3):
        provider.now = NOW + minute * MINUTE
        deliver_at(room, provider.now)
    in_vain = [moment for moment in provider.asked if moment < provider.back_at]
    assert len(in_vain) < 40 + 6 * 60 // 15 * 2, "an open circuit tries now and then"
    assert provider.taken == Counter(f"text {number}" for number in range(10, 40))
    with read() as session:
        ends = Counter(session.scalars(select(Message.state)))
    assert ends == {MessageState.SENT: 30, MessageState.EXPIRED: 10}
