"""The usual day, of at most one break with one window and nobody late: the same in fewer steps.

What `legs` and `labelling` say of any day is said here of this one with two labels in hand, *lunch
to come* and *lunch over*, several times as fast. A shift without a break has had it. A test holds
both to the same answers.
"""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    CLOSES,
    COST,
    DRIVE_RATE,
    DRIVEN,
    END,
    FREE,
    HOME,
    LAST,
    LATE,
    LENGTH,
    LUNCH_CLOSES,
    LUNCH_OPENS,
    LUNCH_TAKES,
    MORE_RATE,
    NEVER,
    NOT_WISHED,
    OPENS,
    PLACE,
    RESTS,
    SERVICE_AT,
    START,
    TRAVEL_CLASS,
    USE_COST,
    WISH_COST,
)
from fieldservice.scheduling.search.compiling import compiled, inlined
from fieldservice.scheduling.search.legs import (
    Array,
    call_start,
    drive_cost,
    last_start,
    occupied,
)
from fieldservice.scheduling.search.rush import Pace, far, leave, reach
from fieldservice.scheduling.search.rush_legs import leave_hungry_at_speeds, over_with_lunch


@inlined
def behind(visit: Array, window: Array, c: int, arrival: int, work: int) -> int:
    """When visit `c` is over after that arrival, else NEVER."""
    if arrival > visit[c, LAST]:
        return NEVER
    start = call_start(visit, window, c, arrival)
    return NEVER if start >= NEVER else start + work


@inlined
def fed(
    pace: Pace, by: int, before: int, after: int, drive: int, opens: int, closes: int, takes: int
) -> int:
    """The earliest arrival with lunch over, from the two times of leaving."""
    arrival = reach(pace, by, after, far(pace, drive))
    if before <= closes:
        if pace is not None:
            return min(arrival, over_with_lunch(pace, by, before, drive, opens, takes))
        return min(arrival, max(before + drive, opens) + takes)
    return arrival


@inlined
def leave_hungry(
    pace: Pace, by: int, due: int, due_fed: int, drive: int, opens: int, closes: int, takes: int
) -> int:
    """The last departure with lunch to come that meets either bound."""
    if pace is not None:
        return leave_hungry_at_speeds(pace, by, due, due_fed, drive, opens, closes, takes)
    if opens + takes <= due_fed:
        return max(due - drive, min(closes, due_fed - takes - drive))
    return due - drive


@compiled
def lunch_ahead(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    fit: Array,
    nodes: Array,
    label: Array,
    total: Array,
    load: Array,
    loaded: Array,
    k: int,
) -> None:
    """Renew the labels from the start of route `k` and its totals."""
    by, length, last = shift[k, TRAVEL_CLASS], total[k, LENGTH], shift[k, RESTS]
    seconds = travel[by]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    hungry, over = NEVER, shift[k, OPENS]
    if last == 1:
        hungry, over = over, hungry
    label[k, 0, FREE, 0], label[k, 0, FREE, last] = hungry, over
    here, driven, wishes, at = shift[k, START], 0, 0, shift[k, SERVICE_AT]
    for good in range(loaded.shape[1]):
        loaded[k, good] = 0
    for p in range(length):
        c = nodes[k, p]
        place = visit[c, PLACE]
        drive, work = int(seconds[here, place]), occupied(visit, c, here, at)
        driven += drive
        if fit[c, k] == NOT_WISHED:
            wishes += visit[c, WISH_COST]
        for good in range(loaded.shape[1]):
            loaded[k, good] += load[c, good]
        arrival = fed(pace, by, hungry, over, drive, opens, closes, takes)
        hungry = behind(visit, window, c, reach(pace, by, hungry, far(pace, drive)), work)
        over = behind(visit, window, c, arrival, work)
        label[k, p + 1, FREE, 0], label[k, p + 1, FREE, last] = hungry, over
        here = place
    drive = int(seconds[here, shift[k, END]])
    driven += drive
    home = min(NEVER, fed(pace, by, hungry, over, drive, opens, closes, takes))
    total[k, DRIVEN], total[k, HOME], total[k, LATE], total[k, COST] = driven, home, 0, 0
    if length > 0:
        total[k, COST] = (
            shift[k, USE_COST]
            + drive_cost(driven, shift[k, DRIVE_RATE])
            + shift[k, MORE_RATE] * max(0, home - shift[k, CLOSES])
            + wishes
        )


@compiled
def lunch_back(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    nodes: Array,
    label: Array,
    total: Array,
    k: int,
    which: int,
    end_by: int,
) -> None:
    """Renew the labels from the end of route `k` that has to be over by `end_by`."""
    by, length, last = shift[k, TRAVEL_CLASS], total[k, LENGTH], shift[k, RESTS]
    seconds = travel[by]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    due, due_fed, there, at = -NEVER, end_by, shift[k, END], shift[k, SERVICE_AT]
    label[k, length, which, 0] = due
    label[k, length, which, last] = due_fed
    for p in range(length - 1, -1, -1):
        c = nodes[k, p]
        place = visit[c, PLACE]
        before = visit[nodes[k, p - 1], PLACE] if p > 0 else shift[k, START]
        work, drive = occupied(visit, c, before, at), int(seconds[place, there])
        leaving = leave_hungry(pace, by, due, due_fed, drive, opens, closes, takes)
        due = last_start(visit, window, c, max(-NEVER, leaving - work))
        due_fed = last_start(
            visit, window, c, max(-NEVER, leave(pace, by, due_fed, far(pace, drive)) - work)
        )
        label[k, p, which, 0] = due
        label[k, p, which, last] = due_fed
        there = place
