"""Leaving a visit out costs the more, the fewer days are left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.operations.plans.leaving_out import LAST_DAY, MOST_OVERDUE, pressure

WEDNESDAY = date(2026, 3, 11)


@pytest.mark.parametrize(
    ("due_on", "added"),
    [
        (None, 0),
        (date(2026, 3, 11), 40),
        (date(2026, 3, 12), 20),
        (date(2026, 3, 13), 13),
        (date(2026, 3, 15), 13),  # a weekend serves nobody
        (date(2026, 3, 16), 10),
        (date(2026, 3, 10), 41),
        (date(2025, 3, 10), 50),
        (date(2027, 3, 11), 0),
    ],
)
def test_a_due_date_adds_to_the_priority_by_the_days_left(due_on: date | None, added: int) -> None:
    assert pressure(due_on, WEDNESDAY, "ES") == added


def test_a_holiday_is_no_day_to_put_it_off_to() -> None:
    eve = date(2026, 4, 30)
    assert pressure(date(2026, 5, 1), eve, "ES") == LAST_DAY
    assert pressure(date(2026, 5, 1), eve, "nowhere") == LAST_DAY // 2


@given(st.integers(-400, 400), st.integers(0, 30))
def test_waiting_never_lowers_it(due_in: int, days: int) -> None:
    due_on = WEDNESDAY + timedelta(days=due_in)
    today, later = (pressure(due_on, WEDNESDAY + timedelta(days=n), "ES") for n in (0, days))
    assert 0 <= today <= later <= LAST_DAY + MOST_OVERDUE
