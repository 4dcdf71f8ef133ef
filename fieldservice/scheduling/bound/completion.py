"""How little the rest of a route can cost at given prices: what keeps labelling short.

Backwards over slots of time, each taken at its first second and with nothing remembered but the
visit before, so that no rest of a route is dearer here than in truth (completion bounds over
q-routes without cycles of two; Christofides, Mingozzi and Toth 1981).
"""

from __future__ import annotations

import numpy as np

from fieldservice.scheduling.bound.fields import BEST, DEAR, FOLLOWER, NOBODY, SECOND, UNIT
from fieldservice.scheduling.bound.moves import lateness, soonest
from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    END,
    FIRST_REST,
    LAST,
    LATE_RATE,
    MAX_LATE,
    MORE,
    MORE_RATE,
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
from fieldservice.scheduling.search.rush import Pace, far, fastest, got_on, reach
from fieldservice.scheduling.speeds import USUAL

MOST_SLOTS = 96
"""Into how many slots a day is cut at most."""

FINEST = 2000
"""With moves shorter than this part of a day there is nothing to be gained from slots."""


def slot_bits(kernel: tuple[Array, ...], k: int, calls: Array, service: Array) -> int:
    """Return of which power of 2 the seconds of a slot are for shift `k`; -1: moves too short.

    No move may end in the slot in which it began.
    """
    travel, pace, visit, _window, shift, *_ = kernel
    span = int(shift[k, CLOSES] + shift[k, MORE] - shift[k, OPENS]) + 1
    if len(calls) < 2 or span < 2:
        return -1
    places = visit[calls, PLACE]
    drives = travel[shift[k, TRAVEL_CLASS]][np.ix_(places, places)].astype(np.int64)
    moves = drives * USUAL // fastest(pace, shift[k, TRAVEL_CLASS]) + service[calls]
    np.fill_diagonal(moves, span)
    longest, wanted = int(moves.min()), span // MOST_SLOTS + 1
    if longest < max(1, span // FINEST):
        return -1
    return min((wanted - 1).bit_length(), longest.bit_length() - 1)


@inlined
def from_here(ahead: Array, taken: int, slot: int, c: int, before: int) -> int:
    """The least that follows visit `c` without going straight back to `before`."""
    best: int = ahead[taken, slot, c, BEST]
    if before != NOBODY and ahead[taken, slot, c, FOLLOWER] == before:
        best = ahead[taken, slot, c, SECOND]
    return best


@inlined
def next_call(
    visit: Array,
    window: Array,
    ahead: Array,
    opens: int,
    bits: int,
    before: int,
    c: int,
    taken: int,
    arrival: int,
    last_start: int,
    takes: int,
) -> int:
    """The least that the rest can cost once the shift is at visit `c`, its price apart."""
    least, start = DEAR, soonest(visit, window, c, arrival)
    if start <= last_start:
        slot = (start + takes - opens) >> bits
        least = from_here(ahead, taken, slot, c, before)
    if visit[c, MAX_LATE] > 0 and arrival <= last_start:
        late = lateness(visit, window, c, arrival)
        slot = (arrival + takes - opens) >> bits
        if 0 < late < NEVER:
            following = from_here(ahead, taken, slot, c, before)
            least = min(least, following + UNIT * late * visit[c, LATE_RATE])
    return least


@compiled
def rests_after(
    pace: Pace,
    shift: Array,
    rest: Array,
    window: Array,
    k: int,
    taken: int,
    time: int,
    after: Array,
) -> int:
    """Note what taking breaks from `time` on does to a drive; one more than the most breaks taken.

    With `m` of them taken so much is left of a way w from `after[m, 0]` on: w - `after[m, 1]`.
    """
    driven, by = 0, shift[k, TRAVEL_CLASS]
    after[taken, 0], after[taken, 1] = time, 0
    for m in range(taken, shift[k, RESTS]):
        r = shift[k, FIRST_REST] + m
        begin = rest_start(rest, window, r, time)
        if begin >= NEVER:
            return m + 1
        driven += got_on(pace, by, time, begin)
        time = begin + rest[r, REST_DURATION]
        after[m + 1, 0], after[m + 1, 1] = time, driven
    count: int = shift[k, RESTS] + 1
    return count


@compiled
def look_home(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    k: int,
    turn: Array,
    service: Array,
    setup: Array,
    last_over: int,
    most_leg: int,
    price: Array,
    bits: int,
    ahead: Array,
    lowest: Array,
    after: Array,
) -> int:
    """Fill `ahead` for shift `k` and return the least any route can cost, its use apart.

    `ahead[taken, slot, c]` speaks of leaving visit `c` behind in that slot of 2^`bits` seconds,
    `lowest[taken, slot]` of leaving any behind then or later. `turn[i + 1]` are the visits it may
    serve, in the order of what going there from visit `i` costs above their price; 0 is the start.
    """
    opens, by, end, rests = shift[k, OPENS], shift[k, TRAVEL_CLASS], shift[k, END], shift[k, RESTS]
    rate, latest = shift[k, DRIVE_RATE], shift[k, CLOSES] + shift[k, MORE]
    lowest[:, ahead.shape[1]] = DEAR
    for slot in range(ahead.shape[1] - 1, -2, -1):
        time = opens + (max(0, slot) << bits)
        for taken in range(ahead.shape[0] - 1 if slot >= 0 else 0, -1, -1):
            any_after = DEAR
            ways = rests_after(pace, shift, rest, window, k, taken, time, after)
            for i in turn[0] if slot >= 0 else turn[0, :1]:
                place, before = visit[i, PLACE], i
                best, second, follower = 2 * DEAR, 2 * DEAR, NOBODY
                if slot < 0:
                    place, before = shift[k, START], NOBODY
                elif ways == rests + 1:
                    drive = int(travel[by, place, end])
                    way = max(0, far(pace, drive) - after[rests, 1])
                    home = reach(pace, by, after[rests, 0], way)
                    if home <= latest and drive <= most_leg:
                        late = max(0, home - shift[k, CLOSES])
                        best = drive * rate + UNIT * shift[k, MORE_RATE] * late
                for c in turn[before + 1]:
                    drive = int(travel[by, place, visit[c, PLACE]])
                    beyond = drive * rate - price[c]
                    if beyond + lowest[taken, slot + 1] >= second:
                        break
                    if c == before or drive > most_leg:
                        continue
                    way = far(pace, drive)
                    if reach(pace, by, time, way) > visit[c, LAST]:
                        continue
                    takes, least = service[c], DEAR
                    if place != visit[c, PLACE]:
                        takes += setup[c]
                    for m in range(taken, ways):
                        left = max(0, way - after[m, 1])
                        arrival = reach(pace, by, after[m, 0], left)
                        following = next_call(
                            visit,
                            window,
                            ahead,
                            opens,
                            bits,
                            before,
                            c,
                            m,
                            arrival,
                            last_over - takes,
                            takes,
                        )
                        least = min(least, following)
                    least += beyond
                    if least < best:
                        best, second, follower = least, best, c
                    elif least < second:
                        second = least
                if slot < 0:
                    return best
                ahead[taken, slot, i, BEST], ahead[taken, slot, i, SECOND] = best, second
                ahead[taken, slot, i, FOLLOWER] = follower
                any_after = min(any_after, best)
            any_after = min(any_after, lowest[taken, slot + 1])
            if taken < ahead.shape[0] - 1:
                any_after = min(any_after, lowest[taken + 1, slot])
            lowest[taken, slot] = any_after
    return DEAR
