"""What is known of a route: its labels forward and backward, and its totals."""

from __future__ import annotations

from fieldservice.scheduling.search.columns import (
    CLOSES,
    COST,
    DRIVE_RATE,
    DRIVEN,
    DUE,
    EASY,
    END,
    FREE,
    HOME,
    LATE,
    LEAVES,
    LENGTH,
    LUNCH,
    MORE,
    MORE_RATE,
    NEVER,
    NOT_WISHED,
    OPENS,
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
from fieldservice.scheduling.search.legs import (
    Array,
    arrive,
    call_start,
    depart,
    drive_cost,
    last_start,
    late_cost,
    occupied,
)
from fieldservice.scheduling.search.lunch import lunch_ahead, lunch_back
from fieldservice.scheduling.search.rush import Pace


@compiled
def serve(
    visit: Array,
    window: Array,
    shift: Array,
    k: int,
    c: int,
    before: int,
    out: Array,
    label: Array,
    row: int,
    p: int,
) -> None:
    """Turn arrivals at visit `c` into the labels behind it, kept at `label[row, p]`."""
    work = occupied(visit, c, before, shift[k, SERVICE_AT])
    for taken in range(shift[k, RESTS] + 1):
        start = NEVER
        if out[0, taken] < NEVER:
            start = call_start(visit, window, c, out[0, taken])
        if start + work > shift[k, LEAVES]:
            label[row, p, FREE, taken] = NEVER
            label[row, p, PAID, taken] = 0
        else:
            label[row, p, FREE, taken] = start + work
            label[row, p, PAID, taken] = out[1, taken] + late_cost(visit, window, c, start)


@compiled
def look_ahead(
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
    load: Array,
    loaded: Array,
    k: int,
    out: Array,
) -> None:
    """Renew the labels from the start of route `k` and its totals."""
    states, by, length = shift[k, RESTS] + 1, shift[k, TRAVEL_CLASS], total[k, LENGTH]
    for taken in range(states):
        label[k, 0, FREE, taken] = NEVER
        label[k, 0, PAID, taken] = 0
    label[k, 0, FREE, 0] = shift[k, OPENS]
    here, driven, wishes = shift[k, START], 0, 0
    for good in range(loaded.shape[1]):
        loaded[k, good] = 0
    for p in range(length):
        c = nodes[k, p]
        drive = int(travel[by, here, visit[c, PLACE]])
        driven += drive
        if fit[c, k] == NOT_WISHED:
            wishes += visit[c, WISH_COST]
        for good in range(loaded.shape[1]):
            loaded[k, good] += load[c, good]
        arrive(pace, shift, rest, window, k, label, k, p, drive, out)
        serve(visit, window, shift, k, c, here, out, label, k, p + 1)
        here = visit[c, PLACE]
    drive = int(travel[by, here, shift[k, END]])
    arrive(pace, shift, rest, window, k, label, k, length, drive, out)
    home, late = out[0, states - 1], out[1, states - 1]
    total[k, DRIVEN], total[k, HOME] = driven + drive, home
    total[k, LATE], total[k, COST] = late, 0
    if length > 0:
        total[k, COST] = (
            shift[k, USE_COST]
            + drive_cost(driven + drive, shift[k, DRIVE_RATE])
            + shift[k, MORE_RATE] * max(0, home - shift[k, CLOSES])
            + late
            + wishes
        )


@compiled
def look_back(
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
) -> None:
    """Renew the labels from the end of route `k`."""
    states, by, length = shift[k, RESTS] + 1, shift[k, TRAVEL_CLASS], total[k, LENGTH]
    for taken in range(states):
        label[k, length, DUE, taken] = -NEVER
    label[k, length, DUE, states - 1] = shift[k, CLOSES] + shift[k, MORE]
    there = shift[k, END]
    for p in range(length - 1, -1, -1):
        c = nodes[k, p]
        place = visit[c, PLACE]
        before = visit[nodes[k, p - 1], PLACE] if p > 0 else shift[k, START]
        work = occupied(visit, c, before, shift[k, SERVICE_AT])
        drive = int(travel[by, place, there])
        for taken in range(states):
            leave = depart(pace, shift, rest, window, k, label, p + 1, taken, drive)
            leave = min(leave, shift[k, LEAVES])
            due = -NEVER
            if leave > -NEVER:
                due = last_start(visit, window, c, leave - work)
            label[k, p, DUE, taken] = due
        there = place


@compiled
def relabel(
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
    load: Array,
    loaded: Array,
    k: int,
    out: Array,
) -> None:
    """Renew all that is known of route `k` from the visits on it."""
    if shift[k, LUNCH] == 1:
        lunch_ahead(travel, pace, visit, window, shift, fit, nodes, label, total, load, loaded, k)
        close = shift[k, CLOSES]
        lunch_back(
            travel, pace, visit, window, shift, nodes, label, total, k, DUE, close + shift[k, MORE]
        )
        if shift[k, SOFT] == 1:
            lunch_back(travel, pace, visit, window, shift, nodes, label, total, k, EASY, close)
        else:
            for p in range(total[k, LENGTH] + 1):
                for taken in range(shift[k, RESTS] + 1):
                    label[k, p, EASY, taken] = label[k, p, DUE, taken]
        return
    look_ahead(
        travel, pace, visit, window, shift, rest, fit, nodes, label, total, load, loaded, k, out
    )
    look_back(travel, pace, visit, window, shift, rest, nodes, label, total, k)
