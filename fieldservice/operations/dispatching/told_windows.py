"""Which arrival window a planned start is told as, and who would have to hear of it. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from fieldservice.clock import instant, wall
from fieldservice.models.plans import Stop
from fieldservice.models.work_orders import UPCOMING, Visit

STEP = 30
"""Windows begin on whole and half hours."""

Window = tuple[datetime, datetime]


def told(visit: Visit) -> Window | None:
    """The window last told to the customer."""
    if visit.told_from is None or visit.told_until is None:
        return None
    return visit.told_from, visit.told_until


def needs_telling(visit: Visit, stop: Stop) -> bool:
    """Whether the customer knows no window yet, or one the planned arrival has left."""
    if visit.state not in UPCOMING:
        return False
    window = told(visit)
    return window is None or not window[0] <= stop.starts_at <= window[1]


def window_around(
    starts_at: datetime, minutes: int, zone: str, earliest: datetime | None
) -> Window:
    """A window of that length on half hours with the planned start well inside.

    It does not begin before `earliest`, such as the start of the shift or of what the visit
    allows, unless the planned start does.
    """
    centred = starts_at - timedelta(minutes=minutes / 2)
    begins = _on_step(centred + timedelta(minutes=STEP / 2), zone)
    if earliest is not None and begins < earliest <= starts_at:
        begins = _on_step(earliest, zone)
    if begins > starts_at:
        begins = _on_step(starts_at, zone)
    ends = begins + timedelta(minutes=minutes)
    while ends < starts_at:
        begins, ends = begins + timedelta(minutes=STEP), ends + timedelta(minutes=STEP)
    return begins, ends


def _on_step(moment: datetime, zone: str) -> datetime:
    """The last whole or half hour of the wall clock not after that moment."""
    local = wall(moment, zone)
    rounded = instant(local.date(), time(local.hour, local.minute - local.minute % STEP), zone)
    if local.fold:
        # The repeated hour of an autumn night: its second occurrence is an hour later.
        rounded += timedelta(hours=1)
    return min(rounded, moment)
