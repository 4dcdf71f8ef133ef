"""Windows wide enough for a start that lies outside the ones agreed."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.problem import TimeWindow

MINUTE, HALF_HOUR, HOUR, DAY = 60, 1800, 3600, 86_400
WIDENED_AT_MOST = 2 * HOUR
"""Seconds by which a window is widened; further away a window of its own is named."""


def outside(windows: Sequence[TimeWindow], start: int) -> int:
    """Return by how many seconds a start misses the nearest window."""
    return min(max(window.start - start, start - window.end, 0) for window in windows)


def other_window(windows: Sequence[TimeWindow], start: int) -> TimeWindow:
    """Return the nearest window, widened to whole minutes; or one as long on the half hour."""
    nearest = min(windows, key=lambda window: outside((window,), start))
    if outside((nearest,), start) > WIDENED_AT_MOST:
        begins = start // HALF_HOUR * HALF_HOUR
        return TimeWindow(begins, begins + max(HOUR, nearest.end - nearest.start))
    begins = min(nearest.start, start // MINUTE * MINUTE)
    return TimeWindow(begins, max(nearest.end, -(-start // MINUTE) * MINUTE))


def is_other_day(windows: Sequence[TimeWindow], start: int) -> bool:
    """Tell whether no window lies on the day of that start; days are counted from the origin."""
    day = start // DAY
    return not any(window.start // DAY <= day <= window.end // DAY for window in windows)
