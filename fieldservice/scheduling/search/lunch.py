"""The usual day, of at most one break with one window and nobody late: the same in fewer steps.

What `legs`, `labelling` and `placing` say of any day is said here of this one with two labels in
hand, *lunch to come* and *lunch over*, several times as fast. A shift without a break has had
it. A test holds both to the same answers.
"""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    CLOSES,
    COST,
    DRIVE_RATE,
    DRIVEN,
    DUE,
    EARLIEST,
    EASY,
    END,
    FREE,
    HOME,
    LAST,
    LATE,
    LENGTH,
    LUNCH_CLOSES,
    LUNCH_OPENS,
    LUNCH_TAKES,
    MORE,
    MORE_RATE,
    MOST_DRIVING,
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
    resets,
)


@inlined
def behind(visit: Array, window: Array, c: int, arrival: int, work: int) -> int:
    """When visit `c` is over after that arrival, else NEVER."""
    if arrival > visit[c, LAST]:
        return NEVER
    start = call_start(visit, window, c, arrival)
    return NEVER if start >= NEVER else start + work


@inlined
def fed(before: int, after: int, drive: int, opens: int, closes: int, takes: int) -> int:
    """The earliest arrival with lunch over, from the two times of leaving."""
    arrival = after + drive
    if before <= closes:
        return min(arrival, max(before + drive, opens) + takes)
    return arrival


@inlined
def leave_hungry(due: int, due_fed: int, drive: int, opens: int, closes: int, takes: int) -> int:
    """The last departure with lunch to come that meets either bound."""
    if opens + takes <= due_fed:
        return max(due - drive, min(closes, due_fed - takes - drive))
    return due - drive


@compiled
def lunch_ahead(
    travel: Array,
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
    seconds, length, last = travel[shift[k, TRAVEL_CLASS]], total[k, LENGTH], shift[k, RESTS]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    hungry, over = NEVER, shift[k, OPENS]
    if last == 1:
        hungry, over = over, hungry
    label[k, 0, FREE, 0] = hungry
    label[k, 0, FREE, last] = over
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
        arrival = fed(hungry, over, drive, opens, closes, takes)
        hungry = behind(visit, window, c, hungry + drive, work)
        over = behind(visit, window, c, arrival, work)
        label[k, p + 1, FREE, 0] = hungry
        label[k, p + 1, FREE, last] = over
        here = place
    drive = int(seconds[here, shift[k, END]])
    driven += drive
    home = min(NEVER, fed(hungry, over, drive, opens, closes, takes))
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
    seconds, length, last = travel[shift[k, TRAVEL_CLASS]], total[k, LENGTH], shift[k, RESTS]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    due, due_fed, there, at = -NEVER, end_by, shift[k, END], shift[k, SERVICE_AT]
    label[k, length, which, 0] = due
    label[k, length, which, last] = due_fed
    for p in range(length - 1, -1, -1):
        c = nodes[k, p]
        place = visit[c, PLACE]
        before = visit[nodes[k, p - 1], PLACE] if p > 0 else shift[k, START]
        work, drive = occupied(visit, c, before, at), int(seconds[place, there])
        leave = leave_hungry(due, due_fed, drive, opens, closes, takes)
        due = last_start(visit, window, c, max(-NEVER, leave - work))
        due_fed = last_start(visit, window, c, max(-NEVER, due_fed - drive - work))
        label[k, p, which, 0] = due
        label[k, p, which, last] = due_fed
        there = place


@compiled
def lunch_home(
    travel: Array,
    visit: Array,
    window: Array,
    shift: Array,
    nodes: Array,
    label: Array,
    total: Array,
    k: int,
    p: int,
    c: int,
    hungry: int,
    over: int,
) -> int:
    """When route `k` ends with visit `c` put at `p`, left at these two times; NEVER if too late."""
    seconds, length, last = travel[shift[k, TRAVEL_CLASS]], total[k, LENGTH], shift[k, RESTS]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    here, at = visit[c, PLACE], shift[k, SERVICE_AT]
    for i in range(p, length):
        x = nodes[k, i]
        place = visit[x, PLACE]
        drive, work = int(seconds[here, place]), occupied(visit, x, here, at)
        arrival = fed(hungry, over, drive, opens, closes, takes)
        hungry = behind(visit, window, x, hungry + drive, work)
        over = behind(visit, window, x, arrival, work)
        if over == label[k, i + 1, FREE, last] and (
            last == 0 or hungry == label[k, i + 1, FREE, 0]
        ):
            return int(total[k, HOME])
        if over >= NEVER and hungry >= NEVER:
            return NEVER
        here = place
    drive = int(seconds[here, shift[k, END]])
    home = fed(hungry, over, drive, opens, closes, takes)
    return home if home <= shift[k, CLOSES] + shift[k, MORE] else NEVER


@compiled
def place_at_lunch(
    travel: Array,
    visit: Array,
    window: Array,
    shift: Array,
    fit: Array,
    nodes: Array,
    label: Array,
    total: Array,
    best: Array,
    k: int,
    c: int,
) -> None:
    """Offer every position of visit `c` on route `k` to `best`: cost, route, position."""
    length, seconds = total[k, LENGTH], travel[shift[k, TRAVEL_CLASS]]
    order, known, to_there = nodes[k], label[k], visit[c, PLACE]
    from_there = seconds[to_there]
    rate, last = shift[k, DRIVE_RATE], shift[k, RESTS]
    fixed = visit[c, WISH_COST] if fit[c, k] == NOT_WISHED else 0
    driven_now = total[k, DRIVEN] if length > 0 else 0
    fixed += shift[k, USE_COST] if length == 0 else 0
    to_beat = best[0]
    if fixed >= to_beat:
        return
    fixed -= drive_cost(driven_now, rate)
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    there, end, most_driving = visit[c, PLACE], shift[k, END], shift[k, MOST_DRIVING]
    over_now = max(0, total[k, HOME] - shift[k, CLOSES]) if length > 0 else 0
    at, latest, here = shift[k, SERVICE_AT], visit[c, LAST], shift[k, START]
    work, setup = visit[c, at], visit[c, at + 1]
    soonest = visit[c, EARLIEST] + work
    for p in range(length + 1):
        x = order[p] if p < length else -1
        onward, before = visit[x, PLACE] if p < length else end, here
        here = onward
        over = known[p, FREE, last]
        hungry = known[p, FREE, 0] if last == 1 else NEVER
        free = min(hungry, over)
        if free > latest:
            break
        drive = int(seconds[before, there])
        resettled = resets(visit, x, before, there, onward, at)
        if free + drive > latest or (soonest > known[p, DUE, last] and not resettled):
            continue
        drive_on = int(from_there[onward])
        driven = driven_now + drive + drive_on
        if length > 0:
            driven -= int(seconds[before, onward])
        added = fixed + drive_cost(driven, rate)
        if added >= to_beat or driven > most_driving:
            continue
        takes_here = work + (setup if before != there else 0)
        left = behind(visit, window, c, fed(hungry, over, drive, opens, closes, takes), takes_here)
        left_hungry = behind(visit, window, c, hungry + drive, takes_here)
        if not resettled:
            due_fed = known[p, DUE, last]
            due = known[p, DUE, 0] if last == 1 else -NEVER
            if left > due_fed - drive_on and left_hungry > leave_hungry(
                due, due_fed, drive_on, opens, closes, takes
            ):
                continue
            due_fed = known[p, EASY, last]
            due = known[p, EASY, 0] if last == 1 else -NEVER
        if (
            resettled
            or over_now > 0
            or (
                left > due_fed - drive_on
                and left_hungry > leave_hungry(due, due_fed, drive_on, opens, closes, takes)
            )
        ):
            home = lunch_home(
                travel, visit, window, shift, nodes, label, total, k, p, c, left_hungry, left
            )
            if home >= NEVER:
                continue
            added += (max(0, home - shift[k, CLOSES]) - over_now) * shift[k, MORE_RATE]
            if added >= to_beat:
                continue
        to_beat = added
        best[0], best[1], best[2] = added, k, p
