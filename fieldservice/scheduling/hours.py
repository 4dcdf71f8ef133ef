"""The working hours of a shift, cut where nobody is there."""

from __future__ import annotations

from dataclasses import replace

from fieldservice.scheduling.shift import Break, Overtime, Shift
from fieldservice.scheduling.windows import TimeWindow


def without(shift: Shift, gone: int, back: int) -> Shift | None:
    """The shift cut at either end by an absence; one in the middle becomes a break.

    None where nothing is left. There is no overtime into an absence, and a break is taken
    only where all of its window is left.
    """
    start, end = shift.window.start, shift.window.end
    if back <= start or gone >= shift.latest_end or back <= gone:
        return shift
    if gone >= end:
        return replace(shift, overtime=replace(shift.overtime or Overtime(0), max=gone - end))
    if gone <= start:
        return _within(shift, back, end)
    if back >= end:
        return _within(replace(shift, overtime=None), start, gone)
    return replace(shift, breaks=(*shift.breaks, _absence(shift, gone, back)))


def from_then_on(shift: Shift, start: int) -> Shift | None:
    """The shift beginning at `start` at the earliest; breaks move on as far as they may."""
    if start <= shift.window.start:
        return shift
    if start >= shift.window.end:
        return None
    breaks = (_later(rest, start) for rest in shift.breaks if rest.windows[-1].end >= start)
    return replace(shift, window=TimeWindow(start, shift.window.end), breaks=tuple(breaks))


def _later(rest: Break, start: int) -> Break:
    left = (window for window in rest.windows if window.end >= start)
    clipped = (TimeWindow(max(window.start, start), window.end) for window in left)
    return replace(rest, windows=tuple(clipped))


def fits(rest: Break, hours: TimeWindow) -> bool:
    """Whether all of a break's window lies within these hours."""
    return (
        hours.start <= rest.windows[0].start and rest.windows[-1].end + rest.duration <= hours.end
    )


def _within(shift: Shift, start: int, end: int) -> Shift | None:
    if start >= end:
        return None
    hours = TimeWindow(start, end)
    breaks = tuple(rest for rest in shift.breaks if fits(rest, hours))
    return replace(shift, window=hours, breaks=breaks)


def _absence(shift: Shift, gone: int, back: int) -> Break:
    number = max((rest.id for rest in shift.breaks), default=0) + 1
    return Break(number, back - gone, (TimeWindow(gone, gone),))
