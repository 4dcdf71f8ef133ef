"""Putting absent visits back, in an order drawn anew for each step."""

from __future__ import annotations

from fieldservice.scheduling.search.chance import below, draw
from fieldservice.scheduling.search.columns import (
    EARLIEST,
    LAST,
    LENGTH,
    MEMO_COST,
    MEMO_POSITION,
    MEMO_VERSION,
    PENALTY,
    PLACE,
    SERVICE,
    VERSION,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array

NEAREST = 40
"""Of how many neighbours the routes are tried."""


@compiled
def order_absent(
    travel: Array,
    visit: Array,
    hub: int,
    absences: Array,
    absent: Array,
    count: int,
    key: Array,
    rng: Array,
) -> None:
    """Sort the absent visits by one of eight measures, with a little chance in each."""
    measure = below(rng, 20)
    for i in range(count):
        c, chance = absent[i], draw(rng)
        if measure < 4:
            key[i] = chance
        elif measure < 8:
            key[i] = -float(visit[c, PENALTY]) * (1.0 + 0.2 * chance)
        elif measure < 10:
            key[i] = -float(visit[c, SERVICE]) + chance
        elif measure < 12:
            key[i] = float(visit[c, LAST] - visit[c, EARLIEST]) + chance
        elif measure < 13:
            key[i] = float(travel[0, hub, visit[c, PLACE]]) + chance
        elif measure < 15:
            key[i] = -float(travel[0, hub, visit[c, PLACE]]) + chance
        elif measure < 17:
            key[i] = float(visit[c, LAST]) + chance
        elif measure < 19:
            key[i] = -float(visit[c, PENALTY]) / float(visit[c, SERVICE] + 1200) * (1 + chance)
        else:
            key[i] = -float(absences[c]) + chance
    sort_by(key, absent, count)


@compiled
def sort_by(key: Array, absent: Array, count: int) -> None:
    """Sort the first visits by their keys, by insertion: there are few but once."""
    for i in range(1, count):
        mine, worth, j = absent[i], key[i], i - 1
        while j >= 0 and key[j] > worth:
            key[j + 1] = key[j]
            absent[j + 1] = absent[j]
            j -= 1
        key[j + 1] = worth
        absent[j + 1] = mine


@compiled
def candidates(
    near: Array,
    near_shifts: Array,
    total: Array,
    where: Array,
    touched: Array,
    touched_count: int,
    seen: Array,
    mark: int,
    found: Array,
    c: int,
    everywhere: bool,
    only_touched: bool,
) -> int:
    """Collect the routes to try for visit `c` into `found`, each once; return how many."""
    count = 0
    for i in range(touched_count):
        seen[touched[i]] = mark
        found[count] = touched[i]
        count += 1
    if only_touched:
        return count
    if everywhere:
        for k in range(total.shape[0]):
            if seen[k] != mark:
                found[count] = k
                count += 1
        return count
    for i in range(min(near.shape[1], NEAREST)):
        k = where[near[c, i]]
        if k >= 0 and seen[k] != mark:
            seen[k] = mark
            found[count] = k
            count += 1
    for i in range(near_shifts.shape[1]):
        k = near_shifts[c, i]
        if k >= 0 and seen[k] != mark:
            seen[k] = mark
            found[count] = k
            count += 1
    return count


@compiled
def recall(
    total: Array,
    memo: Array,
    found: Array,
    routes: int,
    rng: Array,
    blink: float,
    c: int,
    to_beat: int,
) -> tuple[int, int, int]:
    """Return cost, route and position of the best place remembered for visit `c`, else -1.

    The candidates judged in another version come first in `found`, their number behind all.
    """
    route, position, unknown = -1, -1, 0
    for i in range(routes):
        k = found[i]
        if memo[c, k, MEMO_VERSION] != total[k, VERSION]:
            found[unknown] = k
            unknown += 1
        elif memo[c, k, MEMO_COST] < to_beat and draw(rng) >= blink:
            to_beat, route, position = memo[c, k, MEMO_COST], k, memo[c, k, MEMO_POSITION]
    found[routes] = unknown
    return to_beat, route, position


@compiled
def put(nodes: Array, total: Array, where: Array, k: int, p: int, c: int) -> None:
    """Put visit `c` at position `p` of route `k`."""
    for i in range(total[k, LENGTH], p, -1):
        nodes[k, i] = nodes[k, i - 1]
    nodes[k, p] = c
    total[k, LENGTH] += 1
    where[c] = k
