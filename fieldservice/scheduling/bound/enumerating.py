"""Every route of one shift that costs less above the prices of its visits than a plan may spend.

Labels as in `labelling`, but no visit is served twice and nothing is forgotten: of labels that
served the same visits and are at the same one, those that are no better in anything are dropped.
What is left is few enough once prices are good (route enumeration; Baldacci, Christofides and
Mingozzi 2008).
"""

from __future__ import annotations

from fieldservice.scheduling.bound.fields import (
    BEATEN,
    COST,
    COUNT,
    DEAR,
    DRIVEN,
    MEMORY,
    NEXT,
    NOBODY,
    NODE,
    PREVIOUS,
    QUEUE,
    TAKEN,
    TIME,
)
from fieldservice.scheduling.bound.moves import (
    can_come_below,
    fits,
    follow,
    way_home,
    ways_there,
)
from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    MORE,
    MOST_DRIVING,
    MOST_VISITS,
    OPENS,
    PLACE,
    START,
    TRAVEL_CLASS,
)
from fieldservice.scheduling.search.compiling import compiled, inlined
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.rush import Pace


@inlined
def mark(label: Array, here: int, cuts_at: Array, on_route: Array, met: Array, by: int) -> None:
    """Count the visits of a label's route and those of each cut (`by` 1), or no longer (-1)."""
    while label[here, NODE] != NOBODY:
        c = label[here, NODE]
        on_route[c] += by
        for at in range(1, cuts_at[c, 0] + 1):
            met[cuts_at[c, at]] += by
        here = label[here, PREVIOUS]


@inlined
def same_visits(label: Array, a: int, on_route: Array) -> bool:
    """Whether the route of label `a` before its last visit only has visits that are counted."""
    same, here = True, label[a, PREVIOUS]
    while same and label[here, NODE] != NOBODY:
        same = on_route[label[here, NODE]] > 0
        here = label[here, PREVIOUS]
    return same


@compiled
def keep_best(label: Array, table: Array, on_route: Array, new: int) -> bool:
    """Take a new label in unless one with the same visits is as good; those it beats are out.

    `table` holds the first label of each key, NEXT the next one.
    """
    slot = (label[new, MEMORY] ^ (label[new, NODE] * 0x9E3779B97F4A7C1)) & (table.shape[0] - 1)
    before, other = NOBODY, table[slot]
    while other != NOBODY:
        following = label[other, NEXT]
        if (
            label[other, MEMORY] == label[new, MEMORY]
            and label[other, NODE] == label[new, NODE]
            and label[other, COUNT] == label[new, COUNT]
            and same_visits(label, other, on_route)
        ):
            if (
                label[other, TAKEN] >= label[new, TAKEN]
                and label[other, TIME] <= label[new, TIME]
                and label[other, COST] <= label[new, COST]
                and label[other, DRIVEN] <= label[new, DRIVEN]
            ):
                return False
            if (
                label[other, TAKEN] <= label[new, TAKEN]
                and label[other, TIME] >= label[new, TIME]
                and label[other, COST] >= label[new, COST]
                and label[other, DRIVEN] >= label[new, DRIVEN]
            ):
                if before == NOBODY:
                    table[slot] = following
                else:
                    label[before, NEXT] = following
                label[other, NEXT] = BEATEN
                other = following
                continue
        before, other = other, following
    label[new, NEXT] = table[slot]
    table[slot] = new
    return True


@compiled
def enumerate_routes(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    load: Array,
    capacity: Array,
    _limits: Array,
    k: int,
    turn: Array,
    service: Array,
    setup: Array,
    last_over: int,
    most_leg: int,
    price: Array,
    first_cost: int,
    most: int,
    key: Array,
    ahead: Array,
    lowest: Array,
    bits: int,
    cut_price: Array,
    cuts_at: Array,
    most_work: int,
    label: Array,
    table: Array,
    queue: Array,
    on_route: Array,
    met: Array,
    ways: Array,
    done: Array,
) -> tuple[int, int, int]:
    """Fill `done` with (cost, label) of the routes of shift `k` that cost less than `most`.

    `key` tells visits apart, `cuts_at[c]` are how many cuts visit `c` is in and which, the rest is
    as in `label_routes`; `on_route` and `met` hold zeros. Returns the routes, the work done, and
    1 where all have been met, else 0.
    """
    table[:], queue[:] = NOBODY, NOBODY
    opens, by = shift[k, OPENS], shift[k, TRAVEL_CLASS]
    slots, made, work, routes = queue.shape[0], 1, 0, 0
    span = max(1, (shift[k, CLOSES] + shift[k, MORE] - opens) // slots + 1)
    label[0, :] = 0
    label[0, NODE], label[0, TIME], label[0, COST] = NOBODY, opens, first_cost
    label[0, PREVIOUS], label[0, NEXT], label[0, QUEUE] = NOBODY, NOBODY, NOBODY
    queue[0] = 0
    for slot in range(slots):
        while queue[slot] != NOBODY:
            here = queue[slot]
            queue[slot] = label[here, QUEUE]
            if label[here, NEXT] == BEATEN:
                continue
            node = label[here, NODE]
            place = shift[k, START] if node < 0 else visit[node, PLACE]
            if node >= 0:
                total = way_home(travel, pace, visit, window, shift, rest, k, most_leg, label, here)
                if total < most:
                    if routes >= done.shape[0]:
                        return routes, work, 0
                    done[routes, 0], done[routes, 1] = total, here
                    routes += 1
            if label[here, COUNT] >= shift[k, MOST_VISITS]:
                continue
            mark(label, here, cuts_at, on_route, met, 1)
            rest_at_least = -DEAR
            if bits >= 0:
                at = 0 if node < 0 else 1 + ((label[here, TIME] - opens) >> bits)
                rest_at_least = lowest[label[here, TAKEN], at]
            for c in turn[node + 1]:
                work += 1
                drive = int(travel[by, place, visit[c, PLACE]])
                beyond = drive * shift[k, DRIVE_RATE] - price[c]
                if label[here, COST] + beyond + rest_at_least >= most:
                    break
                if drive > most_leg or label[here, DRIVEN] + drive > shift[k, MOST_DRIVING]:
                    continue
                if on_route[c] or not fits(load, capacity, k, label, here, c):
                    continue
                takes = service[c] + (setup[c] if place != visit[c, PLACE] else 0)
                base = label[here, COST] + beyond
                for at in range(1, cuts_at[c, 0] + 1):
                    if met[cuts_at[c, at]] == 1:
                        base += cut_price[cuts_at[c, at]]
                taken, time = label[here, TAKEN], label[here, TIME]
                last_start = last_over - takes
                count = ways_there(
                    pace, visit, window, shift, rest, k, c, taken, time, drive, last_start, ways
                )
                for way in range(count):
                    taken, over = ways[way, 0], ways[way, 1] + takes
                    cost = base + ways[way, 2]
                    if not can_come_below(ahead, bits, opens, taken, over, c, node, most - cost):
                        continue
                    if made >= label.shape[0] or work > most_work:
                        mark(label, here, cuts_at, on_route, met, -1)
                        return routes, work, 0
                    follow(label, made, here, load, c, drive, taken)
                    label[made, TIME], label[made, COST] = over, cost
                    label[made, MEMORY] = label[here, MEMORY] ^ key[c]
                    work += 4
                    if keep_best(label, table, on_route, made):
                        at = min(slots - 1, (over - opens) // span)
                        label[made, QUEUE] = queue[at]
                        queue[at] = made
                        made += 1
            mark(label, here, cuts_at, on_route, met, -1)
    return routes, work, 1


@compiled
def read_routes(label: Array, done: Array, count: int, orders: Array) -> None:
    """Write the visits of each route into a row of `orders`, which holds NOBODY."""
    for route in range(count):
        here = done[route, 1]
        while label[here, NODE] != NOBODY:
            orders[route, label[here, COUNT] - 1] = label[here, NODE]
            here = label[here, PREVIOUS]
