"""One call and the way home as pricing follows them: on time, late at a price, or not at all."""

from __future__ import annotations

from fieldservice.scheduling.bound.fields import DEAR, UNIT
from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    END,
    FIRST_REST,
    FIRST_WINDOW,
    MAX_LATE,
    MORE,
    MORE_RATE,
    NEVER,
    REST_DURATION,
    RESTS,
    TRAVEL_CLASS,
    WINDOWS,
)
from fieldservice.scheduling.search.compiling import inlined
from fieldservice.scheduling.search.legs import Array, rest_start


@inlined
def soonest(visit: Array, window: Array, c: int, arrival: int) -> int:
    """The first start of visit `c` after that arrival which is in time, else NEVER."""
    count = visit[c, WINDOWS]
    if count == 0:
        return arrival
    first = visit[c, FIRST_WINDOW]
    for w in range(first, first + count):
        if arrival <= window[w, 1]:
            start: int = max(arrival, window[w, 0])
            return start
    return NEVER


@inlined
def lateness(visit: Array, window: Array, c: int, arrival: int) -> int:
    """Seconds late when visit `c` starts at once, 0 where that is in time, NEVER if not allowed."""
    count, allowed = visit[c, WINDOWS], visit[c, MAX_LATE]
    if count == 0:
        return 0
    late, first = NEVER, visit[c, FIRST_WINDOW]
    for w in range(first, first + count):
        if window[w, 0] <= arrival <= window[w, 1]:
            return 0
        if window[w, 1] < arrival:
            late = min(late, arrival - window[w, 1])
    return late if late <= allowed else NEVER


@inlined
def home_cost(
    travel: Array,
    window: Array,
    shift: Array,
    rest: Array,
    k: int,
    place: int,
    taken: int,
    time: int,
) -> int:
    """What the way home costs from `place`, left at `time`, or DEAR where it ends too late."""
    drive = int(travel[shift[k, TRAVEL_CLASS], place, shift[k, END]])
    left, cost = drive, DEAR
    for r in range(shift[k, FIRST_REST] + taken, shift[k, FIRST_REST] + shift[k, RESTS]):
        start = rest_start(rest, window, r, time)
        left -= min(left, start - time)
        time = start + rest[r, REST_DURATION]
        if start >= NEVER:
            break
    late = time + left - shift[k, CLOSES]
    if late <= shift[k, MORE]:
        cost = drive * shift[k, DRIVE_RATE] + UNIT * shift[k, MORE_RATE] * max(0, late)
    return cost
