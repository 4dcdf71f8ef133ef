"""One call and the way home as pricing follows them: on time, late at a price, or not at all."""

from __future__ import annotations

from fieldservice.scheduling.bound.fields import (
    BEST,
    COST,
    COUNT,
    DEAR,
    DRIVEN,
    FOLLOWER,
    GOODS,
    NODE,
    PREVIOUS,
    SECOND,
    TAKEN,
    TIME,
    UNIT,
)
from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    END,
    FIRST_REST,
    FIRST_WINDOW,
    LATE_RATE,
    MAX_LATE,
    MORE,
    MORE_RATE,
    MOST_DRIVING,
    NEVER,
    PLACE,
    REST_DURATION,
    RESTS,
    TRAVEL_CLASS,
    WINDOWS,
)
from fieldservice.scheduling.search.compiling import inlined
from fieldservice.scheduling.search.legs import Array, rest_start
from fieldservice.scheduling.search.rush import Pace, far, got_on, reach


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
def ways_there(
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    k: int,
    c: int,
    taken: int,
    time: int,
    drive: int,
    last_start: int,
    ways: Array,
) -> int:
    """Fill `ways` with (breaks taken, start, what lateness costs) of visit `c`; how many.

    The drive there begins at `time` after `taken` breaks; the visit starts by `last_start`.
    """
    count, left, by = 0, far(pace, drive), shift[k, TRAVEL_CLASS]
    for m in range(taken, shift[k, RESTS] + 1):
        arrival = reach(pace, by, time, left)
        if visit[c, MAX_LATE] > 0 and arrival <= last_start:
            late = lateness(visit, window, c, arrival)
            if 0 < late < NEVER:
                ways[count, 0], ways[count, 1] = m, arrival
                ways[count, 2] = UNIT * late * visit[c, LATE_RATE]
                count += 1
        start = soonest(visit, window, c, arrival)
        if start <= last_start:
            ways[count, 0], ways[count, 1], ways[count, 2] = m, start, 0
            count += 1
        if m == shift[k, RESTS]:
            break
        r = shift[k, FIRST_REST] + m
        begin = rest_start(rest, window, r, time)
        if begin >= NEVER:
            break
        left -= min(left, got_on(pace, by, time, begin))
        time = begin + rest[r, REST_DURATION]
    return count


@inlined
def way_home(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    k: int,
    most_leg: int,
    label: Array,
    here: int,
) -> int:
    """What a route costs that goes home from label `here`, DEAR where it may not."""
    cost, place = DEAR, visit[label[here, NODE], PLACE]
    drive = int(travel[shift[k, TRAVEL_CLASS], place, shift[k, END]])
    if drive <= most_leg and label[here, DRIVEN] + drive <= shift[k, MOST_DRIVING]:
        cost = label[here, COST] + home_cost(
            travel, pace, window, shift, rest, k, place, label[here, TAKEN], label[here, TIME]
        )
    return cost


@inlined
def fits(load: Array, capacity: Array, k: int, label: Array, here: int, c: int) -> bool:
    """Whether the shift can carry what visit `c` needs besides what it carries."""
    enough = True
    for good in range(load.shape[1]):
        if label[here, GOODS + good] + load[c, good] > capacity[k, good]:
            enough = False
    return enough


@inlined
def follow(label: Array, made: int, here: int, load: Array, c: int, drive: int, taken: int) -> None:
    """Write into label `made` what going from label `here` to visit `c` always does."""
    label[made, NODE], label[made, TAKEN], label[made, PREVIOUS] = c, taken, here
    label[made, COUNT] = label[here, COUNT] + 1
    label[made, DRIVEN] = label[here, DRIVEN] + drive
    for good in range(load.shape[1]):
        label[made, GOODS + good] = label[here, GOODS + good] + load[c, good]


@inlined
def can_come_below(
    ahead: Array, bits: int, opens: int, taken: int, over: int, c: int, before: int, spare: int
) -> bool:
    """Whether the rest of a route, once visit `c` is over, can cost less than `spare`."""
    below = True
    if bits >= 0:
        slot = (over - opens) >> bits
        least = ahead[taken, slot, c, BEST]
        if before >= 0 and ahead[taken, slot, c, FOLLOWER] == before:
            least = ahead[taken, slot, c, SECOND]
        below = least < spare
    return below


@inlined
def home_cost(
    travel: Array,
    pace: Pace,
    window: Array,
    shift: Array,
    rest: Array,
    k: int,
    place: int,
    taken: int,
    time: int,
) -> int:
    """What the way home costs from `place`, left at `time`, or DEAR where it ends too late."""
    by = shift[k, TRAVEL_CLASS]
    drive = int(travel[by, place, shift[k, END]])
    left, cost = far(pace, drive), DEAR
    for r in range(shift[k, FIRST_REST] + taken, shift[k, FIRST_REST] + shift[k, RESTS]):
        start = rest_start(rest, window, r, time)
        left -= min(left, got_on(pace, by, time, start))
        time = start + rest[r, REST_DURATION]
        if start >= NEVER:
            break
    late = reach(pace, by, time, left) - shift[k, CLOSES]
    if late <= shift[k, MORE]:
        cost = drive * shift[k, DRIVE_RATE] + UNIT * shift[k, MORE_RATE] * max(0, late)
    return cost
