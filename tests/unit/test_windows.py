"""Arrival windows follow the clock on the wall, also in the two nights it is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from fieldservice.clock import wall
from fieldservice.operations.bookings.windows import windows_on

MADRID = "Europe/Madrid"
SPRING = date(2027, 3, 28)
AUTUMN = date(2026, 10, 25)


def test_an_ordinary_day_is_cut_at_even_hours() -> None:
    windows = windows_on(date(2026, 3, 10), "Europe/Andorra", 120)
    assert len(windows) == 12
    assert [wall(one.from_at, "Europe/Andorra").hour for one in windows[4:6]] == [8, 10]
    assert windows[4].until_at == windows[5].from_at


def test_in_spring_a_window_loses_the_missing_hour() -> None:
    windows = windows_on(SPRING, MADRID, 120)
    assert windows[1].until_at - windows[1].from_at == timedelta(hours=1)
    assert windows[4].from_at == datetime(2027, 3, 28, 6, tzinfo=UTC)
    assert wall(windows[4].from_at, MADRID).hour == 8


def test_a_window_that_the_spring_night_swallows_is_left_out() -> None:
    assert len(windows_on(SPRING, MADRID, 60)) == 23


def test_in_autumn_a_window_holds_the_doubled_hour() -> None:
    windows = windows_on(AUTUMN, MADRID, 120)
    assert windows[1].until_at - windows[1].from_at == timedelta(hours=3)
    assert wall(windows[5].from_at, MADRID).hour == 10


def test_windows_that_do_not_divide_the_day_end_with_it() -> None:
    last = windows_on(date(2026, 3, 10), "Europe/Andorra", 700)[-1]
    assert last.until_at - last.from_at == timedelta(minutes=40)
