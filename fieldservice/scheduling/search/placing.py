"""Where one more visit fits on a route, and what it adds: judged exactly from the labels.

Feasibility takes constant time at each position: the labels behind the position say when the
visit can be reached, those before the next stop by when it must be left. Where lateness and
overtime are paid for, the rest of the route is followed until its slack has absorbed the change.
"""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    CLOSES,
    DRIVE_RATE,
    DRIVEN,
    DUE,
    EARLIEST,
    END,
    FREE,
    HOME,
    LAST,
    LATE,
    LENGTH,
    MORE,
    MORE_RATE,
    MOST_BUSY,
    MOST_DRIVING,
    MOST_VISITS,
    NEVER,
    NOT_WISHED,
    PAID,
    PLACE,
    RESTS,
    SERVICE_AT,
    SOFT,
    START,
    TRAVEL_CLASS,
    USE_COST,
    WISH_COST,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.labelling import serve
from fieldservice.scheduling.search.legs import Array, arrive, depart, drive_cost, resets
from fieldservice.scheduling.search.reserving import busy
from fieldservice.scheduling.search.rush import Pace, far, reach


@compiled
def has_room(
    shift: Array,
    total: Array,
    load: Array,
    loaded: Array,
    capacity: Array,
    most: int,
    k: int,
    c: int,
) -> bool:
    """Tell whether route `k` may hold one visit more, and carry this one's load."""
    length = total[k, LENGTH]
    if length >= most or length >= shift[k, MOST_VISITS]:
        return False
    for good in range(loaded.shape[1]):
        if loaded[k, good] + load[c, good] > capacity[k, good]:
            return False
    return True


@compiled
def follow(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    nodes: Array,
    label: Array,
    total: Array,
    k: int,
    p: int,
    c: int,
    trial: Array,
    out: Array,
) -> None:
    """Follow route `k` from behind visit `c`, put at `p`; write its end and lateness to `out`.

    `trial[0, 0]` holds the labels behind `c`. `out[0, 0]` becomes NEVER where the route fails.
    """
    states, by, length = shift[k, RESTS] + 1, shift[k, TRAVEL_CLASS], total[k, LENGTH]
    here, row = visit[c, PLACE], 0
    for i in range(p, length):
        x = nodes[k, i]
        drive = int(travel[by, here, visit[x, PLACE]])
        arrive(pace, shift, rest, window, k, trial, 0, row, drive, out)
        row = 1 - row
        serve(visit, window, shift, k, x, here, out, trial, 0, row)
        here = visit[x, PLACE]
        same, alive = True, False
        for taken in range(states):
            free = trial[0, row, FREE, taken]
            alive = alive or free < NEVER
            if free != label[k, i + 1, FREE, taken] or (
                trial[0, row, PAID, taken] != label[k, i + 1, PAID, taken]
            ):
                same = False
        if same:
            out[0, 0], out[1, 0] = total[k, HOME], total[k, LATE]
            return
        if not alive:
            out[0, 0], out[1, 0] = NEVER, 0
            return
    arrive(pace, shift, rest, window, k, trial, 0, row, int(travel[by, here, shift[k, END]]), out)
    home, late = out[0, states - 1], out[1, states - 1]
    out[0, 0], out[1, 0] = home, late
    if home > shift[k, CLOSES] + shift[k, MORE]:
        out[0, 0] = NEVER


@compiled
def reachable(
    pace: Pace,
    visit: Array,
    shift: Array,
    label: Array,
    k: int,
    p: int,
    c: int,
    there: int,
    onward: int,
) -> bool:
    """Tell whether some label could reach visit `c` at `p` and some be reached from it.

    A quick test that lets nothing feasible go: most positions fail it.
    """
    soonest, latest, by = NEVER, -NEVER, shift[k, TRAVEL_CLASS]
    for taken in range(shift[k, RESTS] + 1):
        soonest = min(soonest, label[k, p, FREE, taken])
        latest = max(latest, label[k, p, DUE, taken])
    arrival = reach(pace, by, soonest, far(pace, there))
    if arrival > visit[c, LAST]:
        return False
    over = max(arrival, visit[c, EARLIEST]) + visit[c, shift[k, SERVICE_AT]]
    home: int = reach(pace, by, over, far(pace, onward))
    return home <= latest


@compiled
def place_on(
    travel: Array,
    pace: Pace,
    visit: Array,
    window: Array,
    shift: Array,
    rest: Array,
    fit: Array,
    nodes: Array,
    label: Array,
    total: Array,
    trial: Array,
    out: Array,
    best: Array,
    k: int,
    c: int,
) -> None:
    """Offer every position of visit `c` on route `k` to `best`: cost, route, position.

    `best[0]` comes in as the cost to beat.
    """
    length, seconds = total[k, LENGTH], travel[shift[k, TRAVEL_CLASS]]
    fixed, rate, driven_now = 0, shift[k, DRIVE_RATE], 0
    if fit[c, k] == NOT_WISHED:
        fixed += visit[c, WISH_COST]
    if length == 0:
        fixed += shift[k, USE_COST]
    else:
        driven_now = total[k, DRIVEN]
    if fixed >= best[0]:
        return
    fixed -= drive_cost(driven_now, rate)
    to_beat, most_driving = best[0], shift[k, MOST_DRIVING]
    states, there, end = shift[k, RESTS] + 1, visit[c, PLACE], shift[k, END]
    here, keeps = shift[k, START], shift[k, MOST_BUSY] < NEVER
    for p in range(length + 1):
        x = nodes[k, p] if p < length else -1
        onward = visit[x, PLACE] if p < length else end
        out_drive, home_drive = int(seconds[here, there]), int(seconds[there, onward])
        driven = driven_now + out_drive + home_drive
        if length > 0:
            driven -= int(seconds[here, onward])
        before, here = here, onward
        added = fixed + drive_cost(driven, rate)
        if added >= to_beat or driven > most_driving:
            continue
        resettled = resets(visit, x, before, there, onward, shift[k, SERVICE_AT])
        if not (resettled or reachable(pace, visit, shift, label, k, p, c, out_drive, home_drive)):
            continue
        if keeps and busy(travel, visit, shift, nodes, total, k, c, p) > shift[k, MOST_BUSY]:
            continue
        arrive(pace, shift, rest, window, k, label, k, p, out_drive, out)
        serve(visit, window, shift, k, c, before, out, trial, 0, 0)
        works = False
        for taken in range(states):
            free = trial[0, 0, FREE, taken]
            if free < NEVER and (
                resettled
                or free <= depart(pace, shift, rest, window, k, label, p, taken, home_drive)
            ):
                works = True
                break
        if not works:
            continue
        if shift[k, SOFT] == 1 or resettled:
            follow(
                travel, pace, visit, window, shift, rest, nodes, label, total, k, p, c, trial, out
            )
            if out[0, 0] >= NEVER:
                continue
            over = max(0, out[0, 0] - shift[k, CLOSES])
            if length > 0:
                over -= max(0, total[k, HOME] - shift[k, CLOSES])
                added -= total[k, LATE]
            added += over * shift[k, MORE_RATE] + out[1, 0]
            if added >= to_beat:
                continue
        to_beat = added
        best[0], best[1], best[2] = added, k, p
