"""When reminders fall due: the wall clock of the site, quiet hours, nights of another clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fieldservice import clock
from fieldservice.operations.messages.reminder_times import (
    Times,
    day_before,
    hours_before,
    on_one_evening,
    politely,
)
from tests.factories import ZONE, at

VISIT_DAY = date(2026, 3, 11)
DAY_BEFORE = date(2026, 3, 10)
SPRING = date(2026, 3, 29)
"""At two in the morning it is three."""
AUTUMN = date(2026, 10, 25)
"""At three in the morning it is two again."""


def wall(moment: datetime) -> str:
    return clock.wall(moment, ZONE).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ((10, 0), "10 10:00"),
        ((8, 0), "10 08:00"),
        ((20, 59), "10 20:59"),
        ((7, 0), "10 08:00"),
        ((22, 0), "10 19:00"),
    ],
)
def test_the_day_before_it_is_the_same_time_or_a_polite_one(
    start: tuple[int, int], due: str
) -> None:
    assert wall(day_before(at(VISIT_DAY, *start), ZONE).due_at) == due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ((10, 0), "11 08:00"),
        ((14, 30), "11 12:30"),
        ((9, 59), "10 19:00"),
        ((8, 0), "10 19:00"),
        ((1, 0), "10 19:00"),
        ((23, 30), "11 19:00"),
    ],
)
def test_two_hours_before_or_the_evening_before(start: tuple[int, int], due: str) -> None:
    assert wall(hours_before(at(VISIT_DAY, *start), ZONE).due_at) == due


@pytest.mark.parametrize("changed", [SPRING, AUTUMN])
def test_over_a_night_the_clock_changes_the_wall_time_stays(changed: date) -> None:
    due = day_before(at(changed, 10), ZONE).due_at
    assert clock.wall(due, ZONE).hour == 10
    elapsed = at(changed, 10) - due
    assert elapsed == timedelta(hours=23 if changed == SPRING else 25)


@pytest.mark.parametrize(("changed", "hour"), [(SPRING, 10), (AUTUMN, 10)])
def test_two_hours_are_two_hours_elapsed_on_those_days_too(changed: date, hour: int) -> None:
    start = at(changed, hour)
    assert start - hours_before(start, ZONE).due_at == timedelta(hours=2)


def test_a_reminder_that_says_tomorrow_expires_at_midnight() -> None:
    for times in (day_before(at(VISIT_DAY, 10), ZONE), hours_before(at(VISIT_DAY, 8), ZONE)):
        assert wall(times.not_after) == "10 23:59"


def test_a_reminder_on_the_day_holds_until_the_window_opens() -> None:
    assert hours_before(at(VISIT_DAY, 14), ZONE).not_after == at(VISIT_DAY, 14)


def test_two_reminders_of_one_evening_are_noticed() -> None:
    def evening(hour: int, day: date = DAY_BEFORE) -> Times:
        return Times(at(day, hour), at(VISIT_DAY, 9))

    assert on_one_evening(evening(18), evening(19), ZONE)
    assert not on_one_evening(evening(9), evening(19), ZONE)
    assert not on_one_evening(evening(18), evening(19, VISIT_DAY), ZONE)


def test_a_text_wished_at_night_waits_for_the_morning() -> None:
    late, end = at(DAY_BEFORE, 23), at(VISIT_DAY, 20)
    assert wall(politely(late, end, ZONE, at_any_hour=False).due_at) == "11 08:00"
    assert politely(late, end, ZONE, at_any_hour=True) == Times(late, end, at_any_hour=True)
