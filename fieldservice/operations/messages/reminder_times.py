"""When a visit's texts fall due and until when they hold true; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fieldservice import clock

EVENING = time(19)
"""When a reminder leaves that its own hour would make an impolite one."""
AN_EVENING_BEGINS = time(17)
SHORTLY = timedelta(hours=12)
"""A change this close to the visit is told at any hour."""


@dataclass(frozen=True, slots=True)
class Times:
    """A text's due moment, and the last one at which it may still leave."""

    due_at: datetime
    not_after: datetime
    at_any_hour: bool = False


def day_before(start: datetime, zone: str) -> Times:
    """The same wall time a local day earlier, within polite hours of that day."""
    wished = clock.same_wall_time(start, -1, zone)
    due = wished if clock.may_text(wished, zone) else _politely_that_day(wished, zone)
    return Times(due, _while_tomorrow_is_true(due, start, zone))


def hours_before(start: datetime, zone: str) -> Times:
    """Two hours elapsed before the window; the evening before where that is in quiet hours."""
    wished = start - timedelta(hours=2)
    if clock.may_text(wished, zone):
        return Times(wished, start)
    local = clock.wall(wished, zone)
    evening = local.date() - timedelta(days=1 if local.time() < clock.TEXTING[0] else 0)
    due = clock.instant(evening, EVENING, zone)
    return Times(due, _while_tomorrow_is_true(due, start, zone))


def on_one_evening(first: Times, second: Times, zone: str) -> bool:
    """Whether two reminders would reach the customer on the same evening."""
    one, other = clock.wall(first.due_at, zone), clock.wall(second.due_at, zone)
    return one.date() == other.date() and min(one.time(), other.time()) >= AN_EVENING_BEGINS


def politely(wished: datetime, not_after: datetime, zone: str, *, at_any_hour: bool) -> Times:
    """A text due then, or at the next hour at which texting is polite."""
    due = wished if at_any_hour else clock.next_texting(wished, zone)
    return Times(due, not_after, at_any_hour)


def _politely_that_day(wished: datetime, zone: str) -> datetime:
    local = clock.wall(wished, zone)
    too_early = local.time() < clock.TEXTING[0]
    return clock.instant(local.date(), clock.TEXTING[0] if too_early else EVENING, zone)


def _while_tomorrow_is_true(due: datetime, start: datetime, zone: str) -> datetime:
    midnight = clock.day_span(clock.local_day(due, zone), zone)[1]
    return min(start, midnight - timedelta(seconds=1))
