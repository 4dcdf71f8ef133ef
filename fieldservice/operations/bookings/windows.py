"""Arrival windows: the spans of a day that customers are promised, on the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from fieldservice.clock import instant

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class ArrivalWindow:
    """When a technician may arrive, both ends included."""

    from_at: datetime
    until_at: datetime


@lru_cache(maxsize=256)
def windows_on(day: date, zone: str, minutes: int) -> tuple[ArrivalWindow, ...]:
    """The day cut into windows of that length by its wall clock: 8–10, 10–12 and so on.

    A window that a spring night swallows is left out; one that an autumn night repeats is longer.
    """
    cut = [_wall(day, start, zone) for start in (*range(0, DAY_MINUTES, minutes), DAY_MINUTES)]
    return tuple(ArrivalWindow(begins, ends) for begins, ends in pairwise(cut) if begins < ends)


def _wall(day: date, minutes: int, zone: str) -> datetime:
    later, minute = divmod(minutes, DAY_MINUTES)
    return instant(day + timedelta(days=later), time(minute // 60, minute % 60), zone)
