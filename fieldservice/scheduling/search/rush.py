"""Drives at speeds that change with the hour: `Speeds` for kernels.

`pace[class, step, …]` holds the rows of `Speeds`. Where every hour has the usual speed it is None;
the compiler then leaves all changing of speeds out, and way is counted in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldservice.scheduling.search.columns import GONE, NEVER, PACE_COLUMNS, SINCE, SPEED
from fieldservice.scheduling.search.compiling import compiled, inlined
from fieldservice.scheduling.speeds import USUAL, Speeds

Pace = Any
"""The packed array, or None."""

BEYOND = 1 << 62
"""More way than anybody drives."""


def pace_of(speeds: Sequence[Speeds]) -> Pace:
    """Return the speeds of each class of shifts as kernels take them."""
    if all(one.is_even for one in speeds):
        return None
    longest = max(len(one.rows) for one in speeds)
    pace = np.zeros((len(speeds), longest, PACE_COLUMNS), np.int64)
    for rows, one in zip(pace, speeds, strict=True):
        rows[:] = 4 * NEVER, USUAL, BEYOND
        rows[: len(one.rows)] = one.rows
    return pace


def fastest(pace: Pace, by: int) -> int:
    """Return the highest speed of a class of shifts, in percent."""
    return USUAL if pace is None else int(pace[by, :, SPEED].max())


@inlined
def far(pace: Pace, drive: int) -> int:
    """The way of so many seconds at the usual speed."""
    if pace is None:
        return drive
    return drive * USUAL


@inlined
def reach(pace: Pace, by: int, leaving: int, way: int) -> int:
    """The first second by which so much way is behind."""
    if pace is None:
        return leaving + way
    return _reach(pace, by, leaving, way)


@inlined
def leave(pace: Pace, by: int, arriving: int, way: int) -> int:
    """The last second at which to leave with so much way to go."""
    if pace is None:
        return arriving - way
    return _leave(pace, by, arriving, way)


@inlined
def got_on(pace: Pace, by: int, since: int, until: int) -> int:
    """The way got on between these seconds."""
    if pace is None:
        return until - since
    return gone(pace, by, until) - gone(pace, by, since)


@compiled
def row_of(pace: Pace, by: int, column: int, value: int) -> int:
    """The last row of which that column is no more than the value, else the first."""
    low, high = 0, pace.shape[1] - 1
    while low < high:
        middle = (low + high + 1) // 2
        if pace[by, middle, column] <= value:
            low = middle
        else:
            high = middle - 1
    return low


@compiled
def gone(pace: Pace, by: int, second: int) -> int:
    """The way got on by then since the first step."""
    row = row_of(pace, by, SINCE, second)
    way: int = pace[by, row, GONE] + (second - pace[by, row, SINCE]) * pace[by, row, SPEED]
    return way


@compiled
def _reach(pace: Pace, by: int, leaving: int, way: int) -> int:
    then = gone(pace, by, leaving) + way
    row = row_of(pace, by, GONE, then - 1)
    second: int = pace[by, row, SINCE] - (pace[by, row, GONE] - then) // pace[by, row, SPEED]
    return second


@compiled
def _leave(pace: Pace, by: int, arriving: int, way: int) -> int:
    then = gone(pace, by, arriving) - way
    row = row_of(pace, by, GONE, then)
    second: int = pace[by, row, SINCE] + (then - pace[by, row, GONE]) // pace[by, row, SPEED]
    return second
