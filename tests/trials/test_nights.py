"""The two nights in which clocks are moved, in six zones: polite, on time, and once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from fieldservice import clock
from fieldservice.models.messages import ConsoleDelivery, Message, MessageKind, MessageState
from fieldservice.operations.messages.reminders import owe_reminders
from tests.conftest import SessionFactory
from tests.factories import a_customer, a_message, a_territory, a_visit, a_work_order, at
from tests.integration.post import console_room, deliver_at

NIGHTS = {
    "Europe/Andorra": (date(2026, 3, 28), date(2026, 10, 24)),
    "Europe/Budapest": (date(2026, 3, 28), date(2026, 10, 24)),
    "Atlantic/Canary": (date(2026, 3, 28), date(2026, 10, 24)),
    "America/New_York": (date(2026, 3, 7), date(2026, 10, 31)),
    "Australia/Sydney": (date(2026, 10, 3), date(2026, 4, 4)),
    "Australia/Lord_Howe": (date(2026, 10, 3), date(2026, 4, 4)),
}
"""The evenings before summer begins and ends."""
STEP = timedelta(minutes=30)
TEXTING_BEGINS = 8


@pytest.mark.parametrize("night", [0, 1], ids=["summer begins", "summer ends"])
@pytest.mark.parametrize("zone", NIGHTS)
def test_over_the_night_of_the_change_every_text_is_polite_on_time_and_alone(
    write: SessionFactory, read: SessionFactory, zone: str, night: int
) -> None:
    evening = NIGHTS[zone][night]
    morning = evening + timedelta(days=1)
    with write() as session:
        territory = a_territory(session, zone=zone)
        order = a_work_order(session, a_customer(session, territory))
        visit = a_visit(session, order, day=morning, told=(12, 14))
        owe_reminders(session, visit, at(evening, 9, zone=zone))
        a_message(
            session,
            visit,
            kind=MessageKind.BOOKED,
            due_at=at(evening, 22, zone=zone),
            not_after=at(morning, 11, zone=zone),
        )
    sent_at = leave(write, read, at(evening, 9, zone=zone), at(morning, 16, zone=zone))
    assert sent_at[MessageKind.REMINDER_DAY] == at(evening, 12, zone=zone)
    assert sent_at[MessageKind.BOOKED] == at(morning, TEXTING_BEGINS, zone=zone)
    assert sent_at[MessageKind.REMINDER_HOURS] == at(morning, 12, zone=zone) - timedelta(hours=2)
    assert all(clock.may_text(moment, zone) for moment in sent_at.values())


def leave(
    write: SessionFactory, read: SessionFactory, begin: datetime, end: datetime
) -> dict[MessageKind, datetime]:
    """When each text left, while the clock goes from one moment to the other."""
    room, moment = console_room(write), begin
    while moment <= end:
        deliver_at(room, moment)
        moment += STEP
    with read() as session:
        messages = session.scalars(select(Message)).all()
        assert {one.state for one in messages} == {MessageState.SENT}
        assert len(session.scalars(select(ConsoleDelivery.id)).all()) == len(messages)
        return {one.kind: one.sent_at for one in messages if one.sent_at}
