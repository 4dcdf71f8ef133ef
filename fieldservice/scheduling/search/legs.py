"""One leg and one call: when it can be over at the earliest, when it must begin at the latest.

Each is answered for every number of breaks already taken. A break starts as soon as its windows
allow once the last stop is over; it may split the drive. With one break these are the two labels
of a route with lunch; with none, the classic push-forward bounds (Savelsbergh 1992).
"""

from __future__ import annotations

from typing import Any

from fieldservice.scheduling.search.columns import (
    DUE,
    FIRST_REST,
    FIRST_WINDOW,
    FREE,
    LATE_RATE,
    MAX_LATE,
    NEVER,
    PAID,
    PLACE,
    REST_DURATION,
    REST_FIRST_WINDOW,
    REST_WINDOWS,
    RESTS,
    WINDOWS,
)
from fieldservice.scheduling.search.compiling import compiled, inlined
from fieldservice.scheduling.search.rush import Pace
from fieldservice.scheduling.search.rush_legs import arrive_at_speeds, depart_at_speeds

Array = Any
"""A packed numpy array; its columns are named in `columns`."""


@compiled
def rest_start(rest: Array, window: Array, r: int, time: int) -> int:
    """The first second from `time` on at which break `r` may start, else NEVER."""
    first = rest[r, REST_FIRST_WINDOW]
    for w in range(first, first + rest[r, REST_WINDOWS]):
        if time <= window[w, 1]:
            start: int = max(time, window[w, 0])
            return start
    return NEVER


@compiled
def arrive(
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
    """Write the earliest arrival of shift `k` after a drive from the labels `label[row, p]`.

    `out[0]` are seconds, `out[1]` what lateness has cost on the way there.
    """
    if pace is not None:
        arrive_at_speeds(pace, shift, rest, window, k, label, row, p, drive, out)
        return
    count, first = shift[k, RESTS], shift[k, FIRST_REST]
    for taken in range(count + 1):
        out[0, taken] = NEVER
        out[1, taken] = 0
    for before in range(count + 1):
        time = label[row, p, FREE, before]
        if time >= NEVER:
            continue
        paid = label[row, p, PAID, before]
        left = drive
        if time + left < out[0, before]:
            out[0, before] = time + left
            out[1, before] = paid
        for taken in range(before, count):
            start = rest_start(rest, window, first + taken, time)
            if start >= NEVER:
                break
            left -= min(left, start - time)
            time = start + rest[first + taken, REST_DURATION]
            if time + left < out[0, taken + 1]:
                out[0, taken + 1] = time + left
                out[1, taken + 1] = paid


@inlined
def call_start(visit: Array, window: Array, c: int, arrival: int) -> int:
    """The earliest allowed start of visit `c` after that arrival, else NEVER.

    Late within what is allowed is preferred to waiting for a later window.
    """
    count = visit[c, WINDOWS]
    if count == 0:
        return arrival
    first, allowed = visit[c, FIRST_WINDOW], visit[c, MAX_LATE]
    for w in range(first, first + count):
        if arrival <= window[w, 1] + allowed:
            start: int = max(arrival, window[w, 0])
            return start
    return NEVER


@compiled
def late_cost(visit: Array, window: Array, c: int, start: int) -> int:
    """What starting visit `c` then costs for being late."""
    if visit[c, MAX_LATE] == 0:
        return 0
    late, first = NEVER, visit[c, FIRST_WINDOW]
    for w in range(first, first + visit[c, WINDOWS]):
        if window[w, 0] <= start <= window[w, 1]:
            return 0
        if window[w, 1] < start:
            late = start - window[w, 1]
    cost: int = 0 if late >= NEVER else late * visit[c, LATE_RATE]
    return cost


@inlined
def occupied(visit: Array, c: int, before: int, service_at: int) -> int:
    """Seconds visit `c` takes when the shift comes from the place `before`."""
    setup = visit[c, service_at + 1] if before != visit[c, PLACE] else 0
    seconds: int = visit[c, service_at] + setup
    return seconds


@compiled
def depart(
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
    """The last departure towards visit `p` (or the end) that still works, else -NEVER."""
    if pace is not None:
        return depart_at_speeds(pace, shift, rest, window, k, label, p, taken, drive)
    latest = -NEVER
    first = shift[k, FIRST_REST]
    for then in range(taken, shift[k, RESTS] + 1):
        arrive_by = label[k, p, DUE, then]
        if arrive_by <= -NEVER:
            continue
        leave_by = NEVER
        for b in range(then - 1, taken - 1, -1):
            r = first + b
            duration = rest[r, REST_DURATION]
            limit = min(leave_by, arrive_by) - duration
            closes = -NEVER
            opening = rest[r, REST_FIRST_WINDOW]
            for w in range(opening + rest[r, REST_WINDOWS] - 1, opening - 1, -1):
                if window[w, 0] <= limit:
                    closes = window[w, 1]
                    break
            leave_by = min(closes, leave_by - duration)
            arrive_by -= duration
        latest = max(latest, min(leave_by, arrive_by - drive))
    return max(latest, -NEVER)


@inlined
def last_start(visit: Array, window: Array, c: int, by: int) -> int:
    """The last allowed start of visit `c` no later than `by`, else -NEVER."""
    count = visit[c, WINDOWS]
    if count == 0:
        return by
    first = visit[c, FIRST_WINDOW]
    for w in range(first + count - 1, first - 1, -1):
        if window[w, 0] <= by:
            start: int = min(by, window[w, 1] + visit[c, MAX_LATE])
            return start
    return -NEVER


@inlined
def resets(visit: Array, x: int, before: int, there: int, onward: int, service_at: int) -> bool:
    """Tell whether visit `x`, or the end at -1, sets up otherwise once the shift comes by `there`.

    Labels count on the stop before; where setting up changes they bound nothing.
    """
    sets_up: bool = x >= 0 and visit[x, service_at + 1] > 0
    return sets_up and (before == onward) != (there == onward)


@inlined
def drive_cost(seconds: int, rate: int) -> int:
    """What so many seconds of driving cost, rounded to the nearest."""
    if rate == 3600:
        return seconds
    return (seconds * rate + 1800) // 3600
