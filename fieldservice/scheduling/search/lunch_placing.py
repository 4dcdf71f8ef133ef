"""Where one more visit fits on a usual day, and what it adds: `placing` in fewer steps."""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    DRIVEN,
    DUE,
    EARLIEST,
    EASY,
    END,
    FREE,
    HOME,
    LAST,
    LENGTH,
    LUNCH_CLOSES,
    LUNCH_OPENS,
    LUNCH_TAKES,
    MORE,
    MORE_RATE,
    MOST_DRIVING,
    NEVER,
    NOT_WISHED,
    PLACE,
    RESTS,
    SERVICE_AT,
    START,
    TRAVEL_CLASS,
    USE_COST,
    WISH_COST,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array, drive_cost, occupied, resets
from fieldservice.scheduling.search.lunch import behind, fed, leave_hungry
from fieldservice.scheduling.search.rush import Pace, far, leave, reach


@compiled
def lunch_home(
    travel: Array,
    pace: Pace,
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
    by, length, last = shift[k, TRAVEL_CLASS], total[k, LENGTH], shift[k, RESTS]
    seconds = travel[by]
    opens, closes, takes = shift[k, LUNCH_OPENS], shift[k, LUNCH_CLOSES], shift[k, LUNCH_TAKES]
    here, at = visit[c, PLACE], shift[k, SERVICE_AT]
    for i in range(p, length):
        x = nodes[k, i]
        place = visit[x, PLACE]
        drive, work = int(seconds[here, place]), occupied(visit, x, here, at)
        arrival = fed(pace, by, hungry, over, drive, opens, closes, takes)
        hungry = behind(visit, window, x, reach(pace, by, hungry, far(pace, drive)), work)
        over = behind(visit, window, x, arrival, work)
        if over == label[k, i + 1, FREE, last] and (
            last == 0 or hungry == label[k, i + 1, FREE, 0]
        ):
            return int(total[k, HOME])
        if over >= NEVER and hungry >= NEVER:
            return NEVER
        here = place
    drive = int(seconds[here, shift[k, END]])
    home = fed(pace, by, hungry, over, drive, opens, closes, takes)
    return home if home <= shift[k, CLOSES] + shift[k, MORE] else NEVER


@compiled
def place_at_lunch(
    travel: Array,
    pace: Pace,
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
    length, by = total[k, LENGTH], shift[k, TRAVEL_CLASS]
    seconds = travel[by]
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
        way = far(pace, drive)
        resettled = resets(visit, x, before, there, onward, at)
        if reach(pace, by, free, way) > latest or (soonest > known[p, DUE, last] and not resettled):
            continue
        drive_on = int(from_there[onward])
        way_on = far(pace, drive_on)
        driven = driven_now + drive + drive_on
        if length > 0:
            driven -= int(seconds[before, onward])
        added = fixed + drive_cost(driven, rate)
        if added >= to_beat or driven > most_driving:
            continue
        takes_here = work + (setup if before != there else 0)
        left = behind(
            visit, window, c, fed(pace, by, hungry, over, drive, opens, closes, takes), takes_here
        )
        left_hungry = behind(visit, window, c, reach(pace, by, hungry, way), takes_here)
        if not resettled:
            due_fed = known[p, DUE, last]
            due = known[p, DUE, 0] if last == 1 else -NEVER
            if left > leave(pace, by, due_fed, way_on) and left_hungry > leave_hungry(
                pace, by, due, due_fed, drive_on, opens, closes, takes
            ):
                continue
            due_fed = known[p, EASY, last]
            due = known[p, EASY, 0] if last == 1 else -NEVER
        if (
            resettled
            or over_now > 0
            or (
                left > leave(pace, by, due_fed, way_on)
                and left_hungry
                > leave_hungry(pace, by, due, due_fed, drive_on, opens, closes, takes)
            )
        ):
            home = lunch_home(
                travel, pace, visit, window, shift, nodes, label, total, k, p, c, left_hungry, left
            )
            if home >= NEVER:
                continue
            added += (max(0, home - shift[k, CLOSES]) - over_now) * shift[k, MORE_RATE]
            if added >= to_beat:
                continue
        to_beat = added
        best[0], best[1], best[2] = added, k, p
