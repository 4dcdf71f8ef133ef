"""Visits are moved and customers say stop while two sender processes are at work.

Whoever was told anything was told the truth last; nobody hears of an old time after the
new one was written, and nobody hears anything after having said stop.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.app import create_app
from fieldservice.db import transaction
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, ConsoleDelivery, Message, MessageState
from fieldservice.models.work_orders import Visit
from fieldservice.operations.doctor import messages as doctor
from fieldservice.operations.messages.opting import opt_out
from fieldservice.operations.messages.owing import known_window, told_window
from fieldservice.operations.messages.reminders import owe_changed, owe_reminders, void_unsent
from tests.databases import close, settings_for
from tests.factories import ZONE, a_customer, a_territory, a_visit, a_work_order, at
from tests.trials.orders import Orders
from tests.trials.senders import Senders, senders

VISITS, MOVES = 24, 4
VISITS_IN_SOAK, MOVES_IN_SOAK = 1000, 20
ONE_IN = 12
"""So many customers say stop in each turn, one of this many."""
NOON = clock.instant(datetime.now(UTC).date(), datetime.min.time().replace(hour=12), ZONE)
DAY = timedelta(days=1)


@dataclass
class Office:
    """Where visits are moved; it is noon."""

    app: Flask
    running: Senders
    offset: timedelta
    visits: list[int]
    stopped: set[int]
    """The contacts that said stop."""

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction."""
        with self.app.app_context(), transaction() as session:
            yield session

    @property
    def now(self) -> datetime:
        """What time it is for everybody here."""
        return datetime.now(UTC) + self.offset

    def at_work(self) -> None:
        """Two sender processes begin."""
        for _ in range(2):
            self.running.start(Orders(self.offset.total_seconds(), -1, linger_seconds=0.3))

    def at_rest(self) -> None:
        """They have nothing left to do."""
        for _ in range(2):
            assert self.running.wait_for_one().status == 0

    def move(self, visit_id: int, chance: random.Random) -> None:
        """The visit is promised for another hour, and all that follows is written at once."""
        with self.write() as session:
            visit = session.get_one(Visit, visit_id)
            assert visit.told_from
            assert visit.told_until
            before = (visit.told_from, visit.told_until)
            hour = chance.choice([8, 10, 12, 14])
            day = visit.told_from.date()
            visit.told_from, visit.told_until = at(day, hour), at(day, hour + 2)
            visit.version += 1
            void_unsent(session, visit, self.now, "the visit was moved")
            owe_changed(session, visit, self.now, before)
            owe_reminders(session, visit, self.now)

    def stop(self, visit_id: int) -> None:
        """Its customer wants no texts any more."""
        with self.write() as session:
            contact = session.get_one(Visit, visit_id).work_order.customer.contacts[0]
            assert contact.phone
            opt_out(session, contact.phone, Channel.SMS, "STOP", "sms", self.now)
            self.stopped.add(contact.id)


@contextmanager
def an_office(database_url: str, folder: Path, visits: int) -> Iterator[Office]:
    """An office with as many visits a week from now."""
    settings = settings_for(database_url, folder)
    app = create_app(settings)
    with senders(settings) as running:
        office = Office(app, running, NOON - datetime.now(UTC), [], set())
        day = NOON.date() + 7 * DAY
        with office.write() as session:
            territory = a_territory(session)
            for _ in range(visits):
                office.visits.append(_promised(session, territory, day).id)
        yield office
    close(app)


def _promised(session: Session, territory: object, day: date) -> Visit:
    order = a_work_order(session, a_customer(session, territory))  # type: ignore[arg-type]
    return a_visit(session, order, day=day, told=(10, 12))


def move_and_send(office: Office, moves: int) -> None:
    """Move every visit so many times while senders are at work, then let them finish."""
    chance = random.Random(moves)
    for _ in range(moves):
        office.at_work()
        for visit_id in chance.sample(office.visits, len(office.visits)):
            office.move(visit_id, chance)
            if chance.randrange(ONE_IN) == 0:
                office.stop(visit_id)
        office.at_rest()
    office.at_work()
    office.at_rest()


def faults(office: Office) -> list[str]:
    """What customers were told that was not so, or not theirs to hear, or too often."""
    with office.write() as session:
        # A text under way when its visit is moved is allowed for by the lease; here all is quick.
        found = [
            str(one)
            for check in (
                doctor.nothing_is_sent_twice,
                doctor.nothing_is_delivered_unasked,
                doctor.nothing_goes_to_who_opted_out,
                doctor.nothing_goes_out_for_an_old_version,
                doctor.what_has_ended_stays_so,
            )
            for one in check(session, office.now)
        ]
        for visit in session.scalars(select(Visit)):
            contact = visit.work_order.customer.contacts[0]
            if contact.id in office.stopped:
                continue
            known = known_window(session, visit, contact, told_window(visit))
            if known != told_window(visit):
                found.append(f"visit {visit.id} is believed at another time")
        return found + _after_stop(session)


def _after_stop(session: Session) -> list[str]:
    due = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.state.in_((MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)),
            Message.due_at <= func.current_timestamp(),
            Message.channel == Channel.SMS,
        )
    )
    left = session.scalar(due)
    return [f"{left} messages are still due"] if left else []


def test_who_is_moved_while_senders_are_at_work_is_told_the_truth_last(
    database_url: str, tmp_path: Path
) -> None:
    with an_office(database_url, tmp_path, VISITS) as office:
        move_and_send(office, MOVES)
        assert faults(office) == []
        with office.write() as session:
            sent = session.scalar(select(func.count()).select_from(ConsoleDelivery))
            assert (sent or 0) >= VISITS // 2, "the senders were at work meanwhile"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_old_time_told_late_is_caught_by_the_same_judge(
    database_url: str, tmp_path: Path
) -> None:
    with an_office(database_url, tmp_path, 2) as office:
        move_and_send(office, 2)
        with office.write() as session:
            late = office.now + DAY
            session.execute(update(Message).where(Message.visit_version < 3).values(sent_at=late))
            session.execute(update(Attempt).values(started_at=late))
        assert faults(office) != []


@pytest.mark.soak
def test_a_thousand_visits_moved_twenty_times_are_told_the_truth_last(
    database_url: str, tmp_path: Path
) -> None:
    with an_office(database_url, tmp_path, VISITS_IN_SOAK) as office:
        move_and_send(office, MOVES_IN_SOAK)
        assert faults(office) == []
