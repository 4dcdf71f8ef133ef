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
    BEST,
    COST,
    COUNT,
    DEAR,
    DRIVEN,
    FOLLOWER,
    GOODS,
    MEMORY,
    NEXT,
    NOBODY,
    NODE,
    PARITY,
    PREVIOUS,
    QUEUE,
    SECOND,
    TAKEN,
    TIME,
    UNIT,
)
from fieldservice.scheduling.bound.moves import home_cost, lateness, soonest
from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    END,
    FIRST_REST,
    LATE_RATE,
    MAX_LATE,
    MORE,
    MOST_DRIVING,
    MOST_VISITS,
    NEVER,
    OPENS,
    PLACE,
    REST_DURATION,
    RESTS,
    START,
    TRAVEL_CLASS,
)
from fieldservice.scheduling.search.compiling import compiled, inlined
from fieldservice.scheduling.search.legs import Array, rest_start


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
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    load: Array,
    capacity: Array,
    limits: Array,
    k: int,
    calls: Array,
    service: Array,
    setup: Array,
    last_over: int,
    most_leg: int,
    price: Array,
    first_cost: int,
    ng: Array,
    bit: Array,
    ahead: Array,
    bits: int,
    cut_price: Array,
    cuts_of: Array,
    most_work: int,
    label: Array,
    heads: Array,
    queue: Array,
    best: Array,
) -> tuple[int, int, int]:
    """Fill `best[visit]` with (cost, label) of the cheapest route of shift `k` that ends there.

    `calls` are the visits it may serve, `service` and `setup` what each takes there, `price` what
    each is worth; every one is over by `last_over`, no drive takes longer than `most_leg`. 2^`bits`
    are the seconds of a slot of `ahead` (none of it: -1). Returns the labels made, the work done,
    and 1 where every route below zero has been met, else 0.
    """
    heads[:], queue[:], best[:, 0], best[:, 1] = NOBODY, NOBODY, DEAR, NOBODY
    opens, by = shift[k, OPENS], shift[k, TRAVEL_CLASS]
    slots, made, work, rests = queue.shape[0], 1, 0, shift[k, RESTS]
    span = max(1, (shift[k, CLOSES] + shift[k, MORE] - opens) // slots + 1)
    first_rest = shift[k, FIRST_REST]
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
                home = int(travel[by, place, shift[k, END]])
                if home <= most_leg and label[here, DRIVEN] + home <= shift[k, MOST_DRIVING]:
                    total = label[here, COST] + home_cost(
                        travel, window, shift, rest, k, place, label[here, TAKEN], label[here, TIME]
                    )
                    if total < best[node, 0]:
                        best[node, 0], best[node, 1] = total, here
            if label[here, COUNT] >= shift[k, MOST_VISITS]:
                continue
            for c in calls:
                work += 1
                if node >= 0:
                    at = int(bit[node, c])
                    if c == node or (at >= 0 and (label[here, MEMORY] >> at) & 1):
                        continue
                drive = int(travel[by, place, visit[c, PLACE]])
                driven = label[here, DRIVEN] + drive
                if drive > most_leg or driven > shift[k, MOST_DRIVING]:
                    continue
                fits = True
                for good in range(load.shape[1]):
                    if label[here, GOODS + good] + load[c, good] > capacity[k, good]:
                        fits = False
                if not fits:
                    continue
                takes = service[c] + (setup[c] if place != visit[c, PLACE] else 0)
                base = label[here, COST] + drive * shift[k, DRIVE_RATE] - price[c]
                parity = label[here, PARITY] ^ cuts_of[c]
                even, cut = label[here, PARITY] & cuts_of[c], 0
                while even:
                    if even & 1:
                        base += cut_price[cut]
                    even >>= 1
                    cut += 1
                time, left = label[here, TIME], drive
                for taken in range(label[here, TAKEN], rests + 1):
                    arrival = time + left
                    late = NEVER
                    if visit[c, MAX_LATE] > 0:
                        late = lateness(visit, window, c, arrival)
                    start = soonest(visit, window, c, arrival)
                    for way in range(2):
                        if way == 0:
                            if late == 0 or late >= NEVER:
                                continue
                            begin, cost = arrival, base + UNIT * late * visit[c, LATE_RATE]
                        else:
                            if start >= NEVER:
                                continue
                            begin, cost = start, base
                        over = begin + takes
                        if over > last_over:
                            continue
                        if bits >= 0:
                            at = (over - opens) >> bits
                            rest_cost = ahead[taken, at, c, BEST]
                            if ahead[taken, at, c, FOLLOWER] == node and node >= 0:
                                rest_cost = ahead[taken, at, c, SECOND]
                            if cost + rest_cost >= 0:
                                continue
                        if made >= label.shape[0] or work > most_work:
                            return made, work, 0
                        label[made, NODE], label[made, TAKEN] = c, taken
                        label[made, TIME], label[made, COST] = over, cost
                        label[made, MEMORY] = 1 << int(bit[c, c])
                        if node >= 0:
                            label[made, MEMORY] = remembered(label, here, c, ng, bit)
                        label[made, PREVIOUS], label[made, PARITY] = here, parity
                        label[made, COUNT] = label[here, COUNT] + 1
                        label[made, DRIVEN] = driven
                        for good in range(load.shape[1]):
                            label[made, GOODS + good] = label[here, GOODS + good] + load[c, good]
                        at = min(slots - 1, (over - opens) // span)
                        looked = keep(label, heads, queue, made, at, limits, cut_price)
                        if looked > 0:
                            made += 1
                        work += abs(looked)
                    if taken == rests:
                        break
                    r = first_rest + taken
                    begin = rest_start(rest, window, r, time)
                    if begin >= NEVER:
                        break
                    left -= min(left, begin - time)
                    time = begin + rest[r, REST_DURATION]
    return made, work, 1
