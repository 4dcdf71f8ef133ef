"""The fewest moves between two orders, and the windows that planned starts are told as."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.clock import instant, wall
from fieldservice.operations.dispatching.told_windows import window_around
from fieldservice.operations.plans.moves import out_of_order

ZONE = "Europe/Andorra"
DAY = date(2026, 3, 11)


def moment(text: str) -> datetime:
    return instant(DAY, time.fromisoformat(text), ZONE)


def words(window: tuple[datetime, datetime]) -> str:
    return "–".join(f"{wall(end, ZONE):%H:%M}" for end in window)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([1, 2, 3], [1, 2, 3], set()),
        ([1, 2, 3, 4], [4, 1, 2, 3], {4}),
        ([1, 2, 3, 4], [2, 3, 4, 1], {1}),
        ([], [], set()),
    ],
)
def test_only_what_has_to_move_counts_as_moved(
    before: list[int], after: list[int], moved: set[int]
) -> None:
    assert out_of_order(before, after) == moved


@given(st.permutations(range(7)))
def test_what_is_not_moved_keeps_its_order(after: list[int]) -> None:
    before = list(range(7))
    stays = [one for one in after if one not in out_of_order(before, after)]
    assert stays == sorted(stays)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("10:20", "09:30–11:30"),
        ("10:00", "09:00–11:00"),
        ("08:10", "08:00–10:00"),
        ("08:00", "08:00–10:00"),
        ("11:40", "10:30–12:30"),
    ],
)
def test_a_window_begins_on_a_half_hour_and_not_before_the_shift(start: str, told: str) -> None:
    assert words(window_around(moment(start), 120, ZONE, moment("08:00"))) == told


@given(
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([30, 60, 90, 120, 240]),
    st.integers(0, 600),
    st.sampled_from(
        ["Europe/Andorra", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"]
    ),
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2026, 6, 1)]),
)
def test_a_told_window_always_holds_the_planned_start(
    minute: int, minutes: int, sooner: int, zone: str, day: date
) -> None:
    midnight = instant(day, datetime.min.time(), zone)
    start = midnight + timedelta(minutes=minute)
    first, last = window_around(start, minutes, zone, start - timedelta(minutes=sooner))
    assert first <= start <= last
    assert last - first == timedelta(minutes=minutes)
    assert first.astimezone(ZoneInfo(zone)).second == 0
