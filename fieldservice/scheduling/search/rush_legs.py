"""One leg at speeds that change with the hour: what `legs` and `lunch` add up is followed here.

Resting through slow hours may be worth a later window of a break, so each of its windows is tried;
the earliest end is then never sooner for who leaves later, and the last departure is found by
halving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldservice.scheduling.search.columns import (
    DUE,
    FIRST_REST,
    FREE,
    NEVER,
    OPENS,
    PAID,
    REST_DURATION,
    REST_FIRST_WINDOW,
    REST_WINDOWS,
    RESTS,
    TRAVEL_CLASS,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.rush import Pace, far, got_on, leave, reach

if TYPE_CHECKING:
    from fieldservice.scheduling.search.legs import Array


@compiled
def soonest_over(
    pace: Pace,
    by: int,
    rest: Array,
    window: Array,
    first: int,
    last: int,
    leaving: int,
    drive: int,
) -> int:
    """The earliest end of a drive on which the breaks from `first` to before `last` are taken."""
    best, ways = NEVER, 1
    for r in range(first, last):
        ways *= rest[r, REST_WINDOWS]
    for choices in range(ways):
        time, left, choice = leaving, far(pace, drive), choices
        for r in range(first, last):
            w = rest[r, REST_FIRST_WINDOW] + choice % rest[r, REST_WINDOWS]
            choice //= rest[r, REST_WINDOWS]
            if time > window[w, 1]:
                time = NEVER
                break
            start = max(time, window[w, 0])
            left = max(0, left - got_on(pace, by, time, start))
            time = start + rest[r, REST_DURATION]
        if time < NEVER:
            best = min(best, reach(pace, by, time, left))
    return best


@compiled
def arrive_at_speeds(
    pace: Pace,
    shift: Array,
    rest: Array,
    window: Array,
    k: int,
    label: Array,
    row: int,
    p: int,
    drive: int,
    out: Array,
) -> None:
    """Write to `out` what `arrive` of `legs` does."""
    count, first, by = shift[k, RESTS], shift[k, FIRST_REST], shift[k, TRAVEL_CLASS]
    for taken in range(count + 1):
        out[0, taken] = NEVER
        out[1, taken] = 0
    for before in range(count + 1):
        time = label[row, p, FREE, before]
        if time >= NEVER:
            continue
        for taken in range(before, count + 1):
            over = soonest_over(pace, by, rest, window, first + before, first + taken, time, drive)
            if over < out[0, taken]:
                out[0, taken] = over
                out[1, taken] = label[row, p, PAID, before]


@compiled
def depart_at_speeds(
    pace: Pace,
    shift: Array,
    rest: Array,
    window: Array,
    k: int,
    label: Array,
    p: int,
    taken: int,
    drive: int,
) -> int:
    """Return what `depart` of `legs` does; nobody leaves before the shift opens."""
    latest, first, by = -NEVER, shift[k, FIRST_REST], shift[k, TRAVEL_CLASS]
    for then in range(taken, shift[k, RESTS] + 1):
        arrive_by = label[k, p, DUE, then]
        if arrive_by <= -NEVER:
            continue
        if then == taken:
            latest = max(latest, leave(pace, by, arrive_by, far(pace, drive)))
            continue
        breaks = first + taken, first + then
        low, high = max(latest, shift[k, OPENS]), arrive_by
        if soonest_over(pace, by, rest, window, *breaks, low, drive) > arrive_by:
            continue
        while low < high:
            middle = (low + high + 1) // 2
            if soonest_over(pace, by, rest, window, *breaks, middle, drive) <= arrive_by:
                low = middle
            else:
                high = middle - 1
        latest = max(latest, low)
    return max(latest, -NEVER)


@compiled
def over_with_lunch(pace: Pace, by: int, leaving: int, drive: int, opens: int, takes: int) -> int:
    """The end of a drive that begins then, with lunch on the way."""
    start = max(leaving, opens)
    left = max(0, far(pace, drive) - got_on(pace, by, leaving, start))
    return reach(pace, by, start + takes, left)


@compiled
def leave_hungry_at_speeds(
    pace: Pace, by: int, due: int, due_fed: int, drive: int, opens: int, closes: int, takes: int
) -> int:
    """Return what `leave_hungry` of `lunch` does."""
    way = far(pace, drive)
    latest = leave(pace, by, due, way)
    if opens + takes > due_fed:
        return latest
    before_lunch = leave(pace, by, due_fed, way) - takes
    if before_lunch < opens:
        # Lunch waits for its hour: what it leaves no time for has to be driven before.
        missing = way - got_on(pace, by, opens + takes, due_fed)
        before_lunch = leave(pace, by, opens, missing)
    return max(latest, min(closes, before_lunch))
