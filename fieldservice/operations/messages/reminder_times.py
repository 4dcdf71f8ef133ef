"""When a visit's messages fall due and until when they hold true; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fieldservice import clock
from fieldservice.models.customers import Channel

EVENING = time(19)
"""When a reminder leaves that its own hour would make an impolite one."""
AN_EVENING_BEGINS = time(17)
AHEAD = timedelta(hours=2)
"""How long before a visit somebody should have heard of it."""
SHORTLY = timedelta(hours=12)
"""A change this close to the visit is told at any hour."""
BETWEEN_CALLS = timedelta(hours=2)
BETWEEN_CALLS_AT_LEAST = timedelta(minutes=30)
"""Where two hours later would be too late."""
SPOKEN = (Channel.CALL, Channel.BY_HAND)
"""Ways that take the hours of the telephone."""
LONGEST_REST = 14
"""Days in a row on which nobody is called, at most."""


@dataclass(frozen=True, slots=True)
class Times:
    """A message's due moment, and the last one at which it may still leave."""

    due_at: datetime
    not_after: datetime
    at_any_hour: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it falls due while it still holds true."""
        return self.due_at <= self.not_after


@dataclass(frozen=True, slots=True)
class Manners:
    """Which hours are polite where somebody lives, for the way they are reached."""

    zone: str
    country: str
    channel: Channel = Channel.SMS

    def kept_at(self, moment: datetime) -> bool:
        """Whether a message may arrive then; letters disturb nobody."""
        return self.next(moment) == moment

    def next(self, moment: datetime) -> datetime:
        """That moment, or the first polite one after it."""
        if self.channel == Channel.SMS:
            return clock.next_texting(moment, self.zone)
        if self.channel == Channel.CALL:
            return clock.next_calling(moment, self.zone, self.country)
        return moment


def day_before(start: datetime, manners: Manners) -> Times:
    """The same wall time a local day earlier, within polite hours of that day.

    Calls fall on the last day before on which calling is polite.
    """
    wished = clock.same_wall_time(start, -1, manners.zone)
    if manners.channel in SPOKEN:
        return _by_telephone(start, wished, manners)
    due = wished if manners.kept_at(wished) else _politely_that_day(wished, manners.zone)
    return Times(due, _while_tomorrow_is_true(due, start, manners.zone))


def hours_before(start: datetime, manners: Manners) -> Times | None:
    """Two hours elapsed before the window; in quiet hours a text leaves the evening before.

    A call only rings where calling is polite then, and nobody of the office is asked to.
    """
    zone, wished = manners.zone, start - AHEAD
    if manners.channel != Channel.BY_HAND and manners.kept_at(wished):
        return Times(wished, start)
    if manners.channel in SPOKEN:
        return None
    local = clock.wall(wished, zone)
    evening = local.date() - timedelta(days=1 if local.time() < clock.TEXTING[0] else 0)
    due = clock.instant(evening, EVENING, zone)
    return Times(due, _while_tomorrow_is_true(due, start, zone))


def on_one_evening(first: Times, second: Times, zone: str) -> bool:
    """Whether two reminders would reach the customer on the same evening."""
    one, other = clock.wall(first.due_at, zone), clock.wall(second.due_at, zone)
    return one.date() == other.date() and min(one.time(), other.time()) >= AN_EVENING_BEGINS


def politely(
    wished: datetime, not_after: datetime, manners: Manners, *, at_any_hour: bool
) -> Times:
    """A message due then, or at the next hour at which it is polite."""
    due = wished if at_any_hour else manners.next(wished)
    return Times(due, not_after, at_any_hour)


def second_call(now: datetime, not_after: datetime, manners: Manners) -> Times | None:
    """When to ring once more after a call nobody took, if there is time for it."""
    for wait in (BETWEEN_CALLS, BETWEEN_CALLS_AT_LEAST):
        again = Times(manners.next(now + wait), not_after)
        if again.in_time:
            return again
    return None


def _by_telephone(start: datetime, wished: datetime, manners: Manners) -> Times:
    zone, local = manners.zone, clock.wall(wished, manners.zone)
    wall = local.time() if clock.CALLING[0] <= local.time() < EVENING else None
    wall = wall or (clock.CALLING[0] if local.time() < clock.CALLING[0] else EVENING)
    due = clock.instant(_calling_day(local.date(), manners), wall, zone)
    if manners.channel == Channel.BY_HAND:
        return Times(due, start)
    return Times(due, _while_tomorrow_is_true(due, start, zone))


def _calling_day(day: date, manners: Manners) -> date:
    for back in range(LONGEST_REST):
        earlier = day - timedelta(days=back)
        evening = clock.instant(earlier, EVENING, manners.zone)
        if clock.may_call(evening, manners.zone, manners.country):
            return earlier
    return day


def _politely_that_day(wished: datetime, zone: str) -> datetime:
    local = clock.wall(wished, zone)
    too_early = local.time() < clock.TEXTING[0]
    return clock.instant(local.date(), clock.TEXTING[0] if too_early else EVENING, zone)


def _while_tomorrow_is_true(due: datetime, start: datetime, zone: str) -> datetime:
    midnight = clock.day_span(clock.local_day(due, zone), zone)[1]
    return min(start, midnight - timedelta(seconds=1))
