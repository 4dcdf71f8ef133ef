"""Labels: the states a route can be in after each stop, none beaten by another.

A label (Desrochers 1988) holds what was broken, what was paid and when the stop ended; there is
one list of them for every number of breaks already taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from fieldservice.scheduling.problem import Break, Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.speeds import USUAL, Speeds


class Label(NamedTuple):
    """The state after one stop: what was broken and paid so far, and when the stop ended."""

    faults: int
    cost: int
    time: int
    previous: Label | None = None
    visit: Visit | None = None
    rest: Break | None = None
    arrival: int = 0
    start: int = 0
    drive: int = 0
    lateness: int = 0


Driving = tuple[Label, int]
"""A label on its way, with what it still has to drive on this leg, as `speeds` counts way."""


class Along(NamedTuple):
    """A route followed so far: the states after its last stop, by breaks taken, and where it is."""

    labels: list[list[Label]]
    place: int | None


def begin(shift: Shift) -> Along:
    """Return the shift before its first stop."""
    labels: list[list[Label]] = [[] for _ in range(len(shift.breaks) + 1)]
    labels[0] = [Label(0, 0, shift.window.start)]
    return Along(labels, shift.start)


def onward(
    problem: Problem, shift: Shift, along: Along, visit: Visit, most_faults: float = math.inf
) -> Along | None:
    """Follow the route to one more visit; None when that breaks more than `most_faults` seconds."""
    labels, place = along
    speeds = problem.speeds(shift)
    drive = 0 if place is None else problem.durations(shift)[place][visit.location]
    setup = visit.setup_on(shift) if place != visit.location else 0
    occupied = visit.service_on(shift) + setup
    windows = problem.windows(visit)
    after = [
        _undominated(
            [
                label
                for way in ways
                for label in _serve(problem, speeds, way, visit, windows, occupied)
                if label.faults <= most_faults
            ]
        )
        for ways in _drive(shift, speeds, labels, drive)
    ]
    return Along(after, visit.location) if any(after) else None


def finish(problem: Problem, shift: Shift, along: Along) -> tuple[int, int, int]:
    """Return (faults, cost of lateness and overtime, end) of a route that now goes home."""
    return finished(problem, shift, best_way_home(problem, shift, along))


def best_way_home(problem: Problem, shift: Shift, along: Along) -> Driving:
    """Return the label to go home from: least broken, then least paid, then soonest."""
    drive = problem.travel_time(shift, along.place, shift.end)
    ways = _drive(shift, problem.speeds(shift), along.labels, drive)[-1]
    return min(ways, key=lambda way: finished(problem, shift, way))


def finished(problem: Problem, shift: Shift, way: Driving) -> tuple[int, int, int]:
    """Return (faults, cost of lateness and overtime, end) once that way is driven to its end."""
    label, remaining = way
    end = problem.speeds(shift).reach(label.time, remaining)
    rate = shift.overtime.cost_per_second if shift.overtime else 0
    faults = label.faults + max(0, end - shift.latest_end) + _overstayed(shift, label)
    return faults, label.cost + rate * max(0, end - shift.window.end), end


def _overstayed(shift: Shift, label: Label) -> int:
    """Return the seconds by which the last visit ends after the last departure."""
    if shift.last_departure is None:
        return 0
    last: Label | None = label
    while last is not None and last.visit is None:
        last = last.previous
    return max(0, last.time - shift.last_departure) if last else 0


def _drive(
    shift: Shift, speeds: Speeds, labels: list[list[Label]], seconds: int
) -> list[list[Driving]]:
    """Return the labels by breaks taken, each break taken or not on this leg, in their order."""
    drive = seconds * USUAL
    under_way: list[list[Driving]] = []
    rested: list[Driving] = []
    for taken, waiting in enumerate(labels):
        ways = [(label, drive) for label in waiting] + rested
        under_way.append(ways)
        if taken < len(shift.breaks):
            rest = shift.breaks[taken]
            rested = [after for way in ways for after in _rest(speeds, way, rest)]
    return under_way


def _rest(speeds: Speeds, way: Driving, rest: Break) -> Iterator[Driving]:
    """Take the break as soon as a window allows, driving on until then.

    At one speed the first window is the best. Where speeds change, resting through slow hours may
    be worth a later one.
    """
    label, remaining = way
    starts = [max(label.time, window.start) for window in rest.windows if label.time <= window.end]
    fault = 0 if starts else label.time - rest.windows[-1].end
    there = speeds.reach(label.time, remaining)
    for start in (starts[:1] if speeds.is_even else starts) or [label.time]:
        arrival = min(there, start)
        after = Label(
            faults=label.faults + fault,
            cost=label.cost,
            time=start + rest.duration,
            previous=label,
            rest=rest,
            arrival=arrival,
            start=start,
            drive=arrival - label.time,
        )
        yield after, max(0, remaining - speeds.driven(label.time, start))


def _serve(
    problem: Problem,
    speeds: Speeds,
    way: Driving,
    visit: Visit,
    windows: tuple[TimeWindow, ...],
    occupied: int,
) -> Iterator[Label]:
    label, remaining = way
    arrival = speeds.reach(label.time, remaining)
    timed = visit.pin and visit.pin.start is not None
    ready = arrival if timed else problem.ready(visit, arrival)
    for start, lateness, fault in _starts(label, ready, visit, windows):
        yield Label(
            label.faults + fault,
            label.cost + lateness * visit.lateness_cost_per_second,
            start + occupied,
            label,
            visit,
            None,
            min(arrival, start),
            start,
            arrival - label.time,
            lateness,
        )


def _starts(
    label: Label, arrival: int, visit: Visit, windows: tuple[TimeWindow, ...]
) -> Iterator[tuple[int, int, int]]:
    """Yield (start, lateness, fault) for each sensible start after arriving."""
    if visit.pin and visit.pin.start is not None:
        # What is pinned in time is a fact or a promise: the drive is squeezed, not the visit moved.
        first = label.previous is None
        start = visit.pin.start if first else max(visit.pin.start, label.time)
        yield start, 0, max(0, arrival - visit.pin.start)
        return
    if not windows or any(window.start <= arrival <= window.end for window in windows):
        yield arrival, 0, 0
        return
    passed = [window.end for window in windows if window.end < arrival]
    to_come = [window.start for window in windows if window.start > arrival]
    late = arrival - max(passed, default=arrival)
    if passed and late <= visit.max_lateness:
        yield arrival, late, 0
    if to_come:
        yield min(to_come), 0, 0
    elif late > visit.max_lateness:
        yield arrival, late, late - visit.max_lateness


def _undominated(labels: list[Label]) -> list[Label]:
    if len(labels) < 2:
        return labels
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: label[:3]):
        if not any(one.time <= label.time and one.cost <= label.cost for one in kept):
            kept.append(label)
    return kept
