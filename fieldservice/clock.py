"""Every rule about time zones: local days, wall times, quiet hours, business days. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from fieldservice.errors import Refused

_offset = timedelta()


def shift_clock(offset: timedelta) -> None:
    """Let this process live earlier or later, so that trials can move time."""
    global _offset
    _offset = offset


def now() -> datetime:
    """The instant it is, in UTC; only the edges of the application ask."""
    return datetime.now(UTC) + _offset


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name, or a refusal that says how to write one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(
            f"Zone {name!r} is not known. Write it as Continent/City, such as Europe/Andorra.",
            field="zone",
        ) from error


def instant(day: date, wall: time, zone_name: str) -> datetime:
    """The instant of a wall time on a local day.

    A wall time that a spring night skips is the first moment after the gap; one that an
    autumn night repeats is its first occurrence.
    """
    local = datetime.combine(day, wall, tzinfo=zone(zone_name))
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _end_of_gap(local)


def _end_of_gap(local: datetime) -> datetime:
    after = local.replace(fold=0).utcoffset() or timedelta()
    before = local.replace(fold=1).utcoffset() or timedelta()
    gap = abs(after - before)
    earliest = (local - gap).astimezone(UTC)
    latest = (local + gap).astimezone(UTC)
    # Zones change on whole minutes: the first one that shows the later offset ends the gap.
    minute = earliest
    while minute < latest:
        if minute.astimezone(local.tzinfo).utcoffset() == max(after, before):
            return minute
        minute += timedelta(minutes=1)
    return latest


FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)


def is_within_reach(day: date) -> bool:
    """Whether zones and calendars can be asked about the day; nobody works on another."""
    return FIRST_DAY <= day <= LAST_DAY


def local_day(moment: datetime, zone_name: str) -> date:
    """The date on the wall of that zone."""
    return moment.astimezone(zone(zone_name)).date()


def wall(moment: datetime, zone_name: str) -> datetime:
    """The moment as that zone's clock shows it."""
    return moment.astimezone(zone(zone_name))


def day_span(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """A local day as a half-open span of instants: 23, 24 or 25 hours."""
    start = instant(day, time.min, zone_name)
    return start, instant(day + timedelta(days=1), time.min, zone_name)


def same_wall_time(moment: datetime, days: int, zone_name: str) -> datetime:
    """The same time on the wall, so many local days later or earlier."""
    local = wall(moment, zone_name)
    return instant(local.date() + timedelta(days=days), local.time(), zone_name)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_holiday(day: date, country: str) -> bool:
    """Whether the country rests on that day; a country nobody lists never does."""
    return day in _holidays(country, day.year)


def is_business_day(day: date, country: str) -> bool:
    """Monday to Friday and no public holiday."""
    return day.weekday() < 5 and not is_holiday(day, country)


def next_business_day(day: date, country: str) -> date:
    """The first business day after this one."""
    following = day + timedelta(days=1)
    while not is_business_day(following, country):
        following += timedelta(days=1)
    return following


TEXTING = (time(8), time(21))
CALLING = (time(10), time(20))


def may_text(moment: datetime, zone_name: str) -> bool:
    """Whether an SMS is polite now: 8 to 21 on the site's clock."""
    return TEXTING[0] <= wall(moment, zone_name).time() < TEXTING[1]


def may_call(moment: datetime, zone_name: str, country: str) -> bool:
    """Whether a call is polite now: 10 to 20, Monday to Saturday, no holiday."""
    local = wall(moment, zone_name)
    return (
        CALLING[0] <= local.time() < CALLING[1]
        and local.weekday() < 6
        and not is_holiday(local.date(), country)
    )


def next_texting(moment: datetime, zone_name: str) -> datetime:
    """This moment where texting is polite, else the next morning's first."""
    if may_text(moment, zone_name):
        return moment
    local = wall(moment, zone_name)
    day = local.date() if local.time() < TEXTING[0] else local.date() + timedelta(days=1)
    return instant(day, TEXTING[0], zone_name)


def next_calling(moment: datetime, zone_name: str, country: str) -> datetime:
    """This moment where a call is polite, else the first one that is."""
    if may_call(moment, zone_name, country):
        return moment
    local = wall(moment, zone_name)
    day = local.date() if local.time() < CALLING[0] else local.date() + timedelta(days=1)
    while day.weekday() == 6 or is_holiday(day, country):
        day += timedelta(days=1)
    return instant(day, CALLING[0], zone_name)
