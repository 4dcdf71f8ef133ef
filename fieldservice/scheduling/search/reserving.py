"""The reserve of a shift, as `reserve` of the house counts it, for a route in the making."""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    END,
    LENGTH,
    MOVABLE,
    MOVES,
    NEVER,
    PLACE,
    SERVICE_AT,
    START,
    TRAVEL_CLASS,
    URGENT,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array, occupied


@compiled
def busy(
    travel: Array,
    visit: Array,
    shift: Array,
    nodes: Array,
    total: Array,
    k: int,
    c: int,
    p: int,
) -> int:
    """Seconds of driving and work on route `k` with visit `c` put at `p`, urgent visits left aside.

    -NEVER where nothing on it can be moved; at `p` -1 the route is taken as it is.
    """
    by, at = shift[k, TRAVEL_CLASS], shift[k, SERVICE_AT]
    here, seconds, movable = shift[k, START], 0, False
    count = total[k, LENGTH] + (1 if p >= 0 else 0)
    for i in range(count):
        x = c if i == p else nodes[k, i - 1 if 0 <= p < i else i]
        if visit[x, MOVES] == URGENT:
            continue
        movable = movable or visit[x, MOVES] == MOVABLE
        place = visit[x, PLACE]
        seconds += int(travel[by, here, place]) + occupied(visit, x, here, at)
        here = place
    return seconds + int(travel[by, here, shift[k, END]]) if movable else -NEVER
