"""When reminders fall due: the wall clock of the site, quiet hours, nights of another clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fieldservice import clock
from fieldservice.models.customers import Channel
from fieldservice.operations.messages.reminder_times import (
    Manners,
    Times,
    day_before,
    hours_before,
    on_one_evening,
    politely,
    second_call,
)
from tests.factories import ZONE, at

TEXTS = Manners(ZONE, "AD")
CALLS = Manners(ZONE, "AD", Channel.CALL)
LETTERS = Manners(ZONE, "AD", Channel.EMAIL)
BY_HAND = Manners(ZONE, "AD", Channel.BY_HAND)
VISIT_DAY = date(2026, 3, 11)
DAY_BEFORE = date(2026, 3, 10)
SPRING = date(2026, 3, 29)
"""At two in the morning it is three."""
AUTUMN = date(2026, 10, 25)
"""At three in the morning it is two again."""


def wall(moment: datetime) -> str:
    return clock.wall(moment, ZONE).strftime("%d %H:%M")


def two_hours_before(start: datetime, manners: Manners = TEXTS) -> Times:
    times = hours_before(start, manners)
    assert times
    return times


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
    assert wall(day_before(at(VISIT_DAY, *start), TEXTS).due_at) == due


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
    assert wall(two_hours_before(at(VISIT_DAY, *start)).due_at) == due


@pytest.mark.parametrize("changed", [SPRING, AUTUMN])
def test_over_a_night_the_clock_changes_the_wall_time_stays(changed: date) -> None:
    due = day_before(at(changed, 10), TEXTS).due_at
    assert clock.wall(due, ZONE).hour == 10
    elapsed = at(changed, 10) - due
    assert elapsed == timedelta(hours=23 if changed == SPRING else 25)


@pytest.mark.parametrize(("changed", "hour"), [(SPRING, 10), (AUTUMN, 10)])
def test_two_hours_are_two_hours_elapsed_on_those_days_too(changed: date, hour: int) -> None:
    start = at(changed, hour)
    assert start - two_hours_before(start).due_at == timedelta(hours=2)


def test_a_reminder_that_says_tomorrow_expires_at_midnight() -> None:
    for times in (day_before(at(VISIT_DAY, 10), TEXTS), two_hours_before(at(VISIT_DAY, 8))):
        assert wall(times.not_after) == "10 23:59"


def test_a_reminder_on_the_day_holds_until_the_window_opens() -> None:
    assert two_hours_before(at(VISIT_DAY, 14)).not_after == at(VISIT_DAY, 14)


def test_two_reminders_of_one_evening_are_noticed() -> None:
    def evening(hour: int, day: date = DAY_BEFORE) -> Times:
        return Times(at(day, hour), at(VISIT_DAY, 9))

    assert on_one_evening(evening(18), evening(19), ZONE)
    assert not on_one_evening(evening(9), evening(19), ZONE)
    assert not on_one_evening(evening(18), evening(19, VISIT_DAY), ZONE)


def test_a_text_wished_at_night_waits_for_the_morning() -> None:
    late, end = at(DAY_BEFORE, 23), at(VISIT_DAY, 20)
    assert wall(politely(late, end, TEXTS, at_any_hour=False).due_at) == "11 08:00"
    assert politely(late, end, TEXTS, at_any_hour=True) == Times(late, end, at_any_hour=True)


@pytest.mark.parametrize(
    ("day", "start", "due"),
    [
        (VISIT_DAY, (14, 0), "10 14:00"),
        (VISIT_DAY, (8, 0), "10 10:00"),
        (VISIT_DAY, (20, 30), "10 19:00"),
        (date(2026, 3, 16), (11, 0), "13 11:00"),
        (date(2026, 9, 9), (11, 0), "07 11:00"),
    ],
)
def test_a_reminder_by_telephone_rings_on_the_last_polite_day_before(
    day: date, start: tuple[int, int], due: str
) -> None:
    # The 15th of March is a Sunday after a holiday, the 8th of September a holiday.
    assert wall(day_before(at(day, *start), CALLS).due_at) == due


def test_a_call_two_hours_before_rings_only_where_calling_is_polite() -> None:
    assert wall(two_hours_before(at(VISIT_DAY, 14), CALLS).due_at) == "11 12:00"
    assert hours_before(at(VISIT_DAY, 10), CALLS) is None
    assert hours_before(at(VISIT_DAY, 14), BY_HAND) is None


def test_a_letter_by_mail_disturbs_nobody_at_night() -> None:
    assert wall(two_hours_before(at(VISIT_DAY, 8), LETTERS).due_at) == "11 06:00"
    late, end = at(DAY_BEFORE, 23), at(VISIT_DAY, 9)
    assert politely(late, end, LETTERS, at_any_hour=False) == Times(late, end)


def test_a_person_may_still_tell_in_the_morning_what_was_to_be_told_the_day_before() -> None:
    assert day_before(at(VISIT_DAY, 11), BY_HAND).not_after == at(VISIT_DAY, 11)


def test_the_second_call_comes_two_hours_later_or_sooner_where_time_is_short() -> None:
    noon, end = at(DAY_BEFORE, 12), at(VISIT_DAY, 11)
    assert second_call(noon, end, CALLS) == Times(at(DAY_BEFORE, 14), end)
    assert second_call(noon, at(DAY_BEFORE, 13), CALLS) == Times(
        at(DAY_BEFORE, 12, 30), at(DAY_BEFORE, 13)
    )
    assert second_call(noon, at(DAY_BEFORE, 12, 20), CALLS) is None
    assert second_call(at(DAY_BEFORE, 19), end, CALLS) == Times(at(VISIT_DAY, 10), end)
