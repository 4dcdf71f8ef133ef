"""Pricing: the routes of one shift that cost less than the prices of the visits they serve.

Labelling over ng-routes (Baldacci, Mingozzi and Roberti 2011): a visit is remembered only as long
as the route stays near it, so that a route may come back to it after a long way round. Every
route that can be driven is among these, none costs more here than in truth, and so no answer is
too high. Labels that cannot come below zero any more are not kept (`ahead`).
"""

from __future__ import annotations

from fieldservice.scheduling.bound.dominance import keep
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
    PARITY,
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
def remembered(label: Array, here: int, c: int, ng: Array, bit: Array) -> int:
    """The memory behind visit `c` of a label that goes there."""
    node, memory, known = label[here, NODE], label[here, MEMORY], 0
    place = 0
    while memory >> place:
        if (memory >> place) & 1:
            at = int(bit[c, ng[node, place]])
            if at >= 0:
                known |= 1 << at
        place += 1
    return known | (1 << int(bit[c, c]))


@compiled
def label_routes(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    load: Array,
    capacity: Array,
    limits: Array,
    k: int,
    turn: Array,
    service: Array,
    setup: Array,
    last_over: int,
    most_leg: int,
    price: Array,
    first_cost: int,
    ng: Array,
    bit: Array,
    ahead: Array,
    lowest: Array,
    bits: int,
    cut_price: Array,
    cuts_of: Array,
    most_work: int,
    label: Array,
    heads: Array,
    queue: Array,
    best: Array,
    ways: Array,
) -> tuple[int, int, int]:
    """Fill `best[visit]` with (cost, label) of the cheapest route of shift `k` that ends there.

    `turn`, `ahead` and `lowest` are those of `look_home`, with slots of 2^`bits` seconds (none of
    them: -1); `service` and `setup` are what a visit takes there, `price` is what it is worth. Each
    is over by `last_over`, no drive takes longer than `most_leg`. Returns the labels made, the work
    done, and 1 where every route below zero has been met, else 0.
    """
    heads[:], queue[:], best[:, 0], best[:, 1] = NOBODY, NOBODY, DEAR, NOBODY
    opens, by = shift[k, OPENS], shift[k, TRAVEL_CLASS]
    slots, made, work = queue.shape[0], 1, 0
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
                if total < best[node, 0]:
                    best[node, 0], best[node, 1] = total, here
            if label[here, COUNT] >= shift[k, MOST_VISITS]:
                continue
            rest_at_least = -DEAR
            if bits >= 0:
                at = 0 if node < 0 else 1 + ((label[here, TIME] - opens) >> bits)
                rest_at_least = lowest[label[here, TAKEN], at]
            for c in turn[node + 1]:
                work += 1
                drive = int(travel[by, place, visit[c, PLACE]])
                beyond = drive * shift[k, DRIVE_RATE] - price[c]
                if label[here, COST] + beyond + rest_at_least >= 0:
                    break
                if node >= 0:
                    at = int(bit[node, c])
                    if c == node or (at >= 0 and (label[here, MEMORY] >> at) & 1):
                        continue
                if drive > most_leg or label[here, DRIVEN] + drive > shift[k, MOST_DRIVING]:
                    continue
                if not fits(load, capacity, k, label, here, c):
                    continue
                takes = service[c] + (setup[c] if place != visit[c, PLACE] else 0)
                base = label[here, COST] + beyond
                parity = label[here, PARITY] ^ cuts_of[c]
                even, cut = label[here, PARITY] & cuts_of[c], 0
                while even:
                    if even & 1:
                        base += cut_price[cut]
                    even >>= 1
                    cut += 1
                taken, time = label[here, TAKEN], label[here, TIME]
                last_start = last_over - takes
                count = ways_there(
                    pace, visit, window, shift, rest, k, c, taken, time, drive, last_start, ways
                )
                for way in range(count):
                    taken, over = ways[way, 0], ways[way, 1] + takes
                    cost = base + ways[way, 2]
                    if not can_come_below(ahead, bits, opens, taken, over, c, node, -cost):
                        continue
                    if made >= label.shape[0] or work > most_work:
                        return made, work, 0
                    follow(label, made, here, load, c, drive, taken)
                    label[made, TIME], label[made, COST] = over, cost
                    label[made, PARITY], label[made, MEMORY] = parity, 1 << int(bit[c, c])
                    if node >= 0:
                        label[made, MEMORY] = remembered(label, here, c, ng, bit)
                    at = min(slots - 1, (over - opens) // span)
                    looked = keep(label, heads, queue, made, at, limits, cut_price)
                    if looked > 0:
                        made += 1
                    work += abs(looked)
    return made, work, 1
