"""What leaving a visit out of a day costs: the more, the fewer days are left to serve it on."""

from __future__ import annotations

from datetime import date, timedelta

from fieldservice.clock import is_business_day
from fieldservice.operations.plans.facts import VisitFacts

PROMISED = 50
"""What a promise adds to a visit's priority, so that it is dropped after all that is not."""
LAST_DAY = 40
"""What the last day on which it can be in time adds; with n days to come, a part in n + 1 of it."""
MOST_OVERDUE = 10
"""What it adds besides for each day it is late already, at most."""


def priority_on(visit: VisitFacts, day: date, country: str) -> int:
    """The visit's priority on that day, 0 to 100: put off is not lost as long as days are left."""
    promised = PROMISED if visit.told_from else 0
    return min(100, visit.priority + promised + pressure(visit.due_on, day, country))


def pressure(due_on: date | None, day: date, country: str) -> int:
    """What a due date adds to the priority on that day."""
    if due_on is None:
        return 0
    if due_on <= day:
        return LAST_DAY + min(MOST_OVERDUE, (day - due_on).days)
    return LAST_DAY // (1 + _days_left(day, due_on, country))


def _days_left(day: date, due_on: date, country: str) -> int:
    """Business days after this one up to the due date; beyond LAST_DAY they count for nothing."""
    left = 0
    while day < due_on and left < LAST_DAY:
        day += timedelta(days=1)
        left += is_business_day(day, country)
    return left
