"""When a row's visit is: promised for a window, wished for, or open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fieldservice.clock import instant
from fieldservice.errors import Refused
from fieldservice.operations.imports.dates import read_date, read_date_and_time
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.times import Window, read_time, read_window, window
from fieldservice.operations.imports.words import read_yes

ONE_HOUR_MEANS = timedelta(minutes=30)
"""What a customer told one hour, and no end, waits for."""
_FURTHEST = timedelta(days=2 * 365)
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class When:
    """The day promised with its window, or the bounds of a visit nobody promised yet."""

    service_on: date | None = None
    told_from: datetime | None = None
    told_until: datetime | None = None
    earliest_at: datetime | None = None
    latest_at: datetime | None = None
    gave_one_hour: bool = False


def read_when(row: RowReader, ground: Ground) -> When:
    """A day with hours is a promise, unless the row says it is not."""
    moment = row.take("day", read_date_and_time)
    hours = _hours(row) or (Window(moment[1], None) if moment and moment[1] else None)
    if moment is None:
        if hours and not row.has("day"):
            row.fault("day", "There are hours but no day. Add the day or clear the hours.")
        return _wished(row, ground)
    day = moment[0] + ground.moved
    if not _is_possible(row, day, ground):
        return When()
    if hours is None:
        return _bounds(day, Window(time.min, _LAST_MINUTE), ground)
    if row.take("promised", read_yes) is False:
        return _bounds(day, Window(hours.starts, hours.ends or _LAST_MINUTE), ground)
    return _promise(row, day, hours, ground)


def _promise(row: RowReader, day: date, hours: Window, ground: Ground) -> When:
    starts = instant(day, hours.starts, ground.zone)
    ends = instant(day, hours.ends, ground.zone) if hours.ends else starts + ONE_HOUR_MEANS
    if ends < ground.now:
        row.fault("day", f"{day:%d/%m/%Y} until {_until(hours)} is over. Give the new appointment.")
    return When(day, starts, ends, starts, ends, gave_one_hour=hours.ends is None)


def _until(hours: Window) -> str:
    return f"{hours.ends or hours.starts:%H:%M}"


def _bounds(day: date, hours: Window, ground: Ground) -> When:
    return When(
        earliest_at=instant(day, hours.starts, ground.zone),
        latest_at=instant(day, hours.ends or _LAST_MINUTE, ground.zone),
    )


def _hours(row: RowReader) -> Window | None:
    if row.has("window"):
        return row.take("window", read_window)
    starts, ends = row.take("starts", read_time), row.take("ends", read_time)
    if starts is None:
        if ends is not None and not row.has("starts"):
            row.fault("starts", "There is an end but no start. Add the start.")
        return None
    try:
        return window(starts, ends)
    except Refused as error:
        row.fault("ends", error.sentence)
        return None


def _wished(row: RowReader, ground: Ground) -> When:
    first, last = read_day(row, "earliest", ground), read_day(row, "latest", ground)
    if first and last and last < first:
        row.fault(
            "latest",
            f"Ends {last:%d/%m/%Y}, before it starts {first:%d/%m/%Y}. Change one of them.",
        )
        return When()
    if last and not _is_possible(row, last, ground, "latest"):
        return When()
    return When(
        earliest_at=instant(first, time.min, ground.zone) if first else None,
        latest_at=instant(last, _LAST_MINUTE, ground.zone) if last else None,
    )


def read_day(row: RowReader, field: str, ground: Ground) -> date | None:
    """A day of the list, moved as the whole list is."""
    day = row.take(field, read_date)
    return day + ground.moved if day else None


def _is_possible(row: RowReader, day: date, ground: Ground, field: str = "day") -> bool:
    said = f"{day:%d/%m/%Y}" + (", moved as the whole list is," if ground.moved else "")
    if day < ground.today:
        row.fault(field, f"{said} is past. Give the new day, or take the row out.")
    elif day > ground.today + _FURTHEST:
        row.fault(field, f"{said} is more than two years away. Check the year.")
    else:
        return True
    return False
