"""A route and its times: given who is visited in which order, when each thing happens.

Times follow from the order alone, by labels (Desrochers 1988): for every number of breaks already
taken, the states that no other beats in broken rules, cost and time together. An order that cannot
work comes out late, over time or with a squeezed drive, never overlapping.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from fieldservice.scheduling.problem import Break, Problem, Shift, TimeWindow, Visit


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit or a break placed on a route; `travel_before` is the drive since the stop before."""

    visit_id: int | None
    break_id: int | None
    arrival: int
    start: int
    end: int
    travel_before: int
    setup: int = 0
    lateness: int = 0

    @property
    def waiting(self) -> int:
        """Seconds between arriving and starting."""
        return self.start - self.arrival

    @property
    def service(self) -> int:
        """Seconds at work (or at rest), without setting up."""
        return self.end - self.start - self.setup


@dataclass(frozen=True, slots=True)
class Route:
    """One shift's day; all amounts in seconds, `service` includes setting up.

    `faults` sums the seconds by which windows, pins, breaks and hours are broken: 0 when sound.
    """

    shift_id: int
    stops: tuple[Stop, ...]
    departure: int
    finish: int
    travel: int
    service: int
    waiting: int
    lateness: int
    overtime: int
    cost: int
    faults: int = 0

    @property
    def visit_ids(self) -> tuple[int, ...]:
        """The visits in order, breaks left out."""
        return tuple(stop.visit_id for stop in self.stops if stop.visit_id is not None)


class _Label(NamedTuple):
    """The state after one stop: what was broken and paid so far, and when the stop ended."""

    faults: int
    cost: int
    time: int
    previous: _Label | None = None
    visit: Visit | None = None
    rest: Break | None = None
    arrival: int = 0
    start: int = 0
    drive: int = 0
    lateness: int = 0


Driving = tuple[_Label, int]
"""A label on its way, with the seconds it still has to drive on this leg."""


def time_route(problem: Problem, shift: Shift, visit_ids: Sequence[int]) -> Route:
    """Return the earliest schedule of that order, with the least broken and then least paid."""
    if not visit_ids:
        here = shift.window.start
        return Route(shift.id, (), here, here, 0, 0, 0, 0, 0, 0)
    visits = [problem.visit(visit_id) for visit_id in visit_ids]
    best = _best(problem, shift, visits)
    faults, paid, end = _finished(shift, best)
    stops = _stops(best[0])
    departure, stops = _leave_late(shift, stops)
    travel = travel_along(problem, shift, visits)
    return Route(
        shift_id=shift.id,
        stops=stops,
        departure=departure,
        finish=end,
        travel=travel,
        service=sum(stop.end - stop.start for stop in stops if stop.visit_id is not None),
        waiting=sum(stop.waiting for stop in stops),
        lateness=sum(stop.lateness for stop in stops),
        overtime=max(0, end - shift.window.end),
        cost=paid + constant_cost(problem, shift, visits, travel),
        faults=faults,
    )


def price(problem: Problem, shift: Shift, visit_ids: Sequence[int]) -> tuple[int, int]:
    """Return (faults, cost) of that order; the same figures as `time_route`, sooner."""
    if not visit_ids:
        return 0, 0
    visits = [problem.visit(visit_id) for visit_id in visit_ids]
    faults, paid, _ = _finished(shift, _best(problem, shift, visits))
    travel = travel_along(problem, shift, visits)
    return faults, paid + constant_cost(problem, shift, visits, travel)


def travel_along(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> int:
    """Return the seconds driven from the shift's start over these visits to its end."""
    places = [shift.start, *(visit.location for visit in visits), shift.end]
    return sum(problem.travel_time(shift, here, there) for here, there in pairwise(places))


def travel_cost(problem: Problem, shift: Shift, seconds: int) -> int:
    """Return what that drive costs on that shift, rounded to the nearest second."""
    return (seconds * shift.cost_per_hour * problem.weights.travel + 1800) // 3600


def preference_cost(shift: Shift, visit: Visit) -> int:
    """Return what it costs that this shift, rather than a preferred one, serves the visit."""
    wished = not visit.preferred_shifts or shift.id in visit.preferred_shifts
    return 0 if wished else visit.preference_cost


class Along(NamedTuple):
    """A route followed so far: the states after its last stop, by breaks taken, and where it is."""

    labels: list[list[_Label]]
    place: int | None


def begin(shift: Shift) -> Along:
    """Return the shift before its first stop."""
    labels: list[list[_Label]] = [[] for _ in range(len(shift.breaks) + 1)]
    labels[0] = [_Label(0, 0, shift.window.start)]
    return Along(labels, shift.start)


def onward(
    problem: Problem, shift: Shift, along: Along, visit: Visit, most_faults: float = math.inf
) -> Along | None:
    """Follow the route to one more visit; None when that breaks more than `most_faults` seconds."""
    labels, place = along
    drive = 0 if place is None else problem.durations(shift)[place][visit.location]
    occupied = visit.service + (visit.setup if place != visit.location else 0)
    windows = problem.windows(visit)
    after = [
        _undominated(
            [
                label
                for way in ways
                for label in _serve(way, visit, windows, occupied)
                if label.faults <= most_faults
            ]
        )
        for ways in _drive(shift, labels, drive)
    ]
    return Along(after, visit.location) if any(after) else None


def finish(problem: Problem, shift: Shift, along: Along) -> tuple[int, int, int]:
    """Return (faults, cost of lateness and overtime, end) of a route that now goes home."""
    return _finished(shift, _best_way_home(problem, shift, along))


def constant_cost(problem: Problem, shift: Shift, visits: Sequence[Visit], travel: int) -> int:
    """Return the part of a used route's cost that its times do not change."""
    wishes = sum(preference_cost(shift, visit) for visit in visits)
    return shift.fixed_cost + travel_cost(problem, shift, travel) + wishes


def _best(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> Driving:
    along = begin(shift)
    for visit in visits:
        following = onward(problem, shift, along, visit)
        assert following is not None
        along = following
    return _best_way_home(problem, shift, along)


def _best_way_home(problem: Problem, shift: Shift, along: Along) -> Driving:
    drive = problem.travel_time(shift, along.place, shift.end)
    ways = _drive(shift, along.labels, drive)[-1]
    return min(ways, key=lambda way: _finished(shift, way))


def _finished(shift: Shift, way: Driving) -> tuple[int, int, int]:
    label, remaining = way
    end = label.time + remaining
    rate = shift.overtime.cost_per_second if shift.overtime else 0
    faults = label.faults + max(0, end - shift.latest_end)
    return faults, label.cost + rate * max(0, end - shift.window.end), end


def _drive(shift: Shift, labels: list[list[_Label]], seconds: int) -> list[list[Driving]]:
    """Return the labels by breaks taken, each break taken or not on this leg, in their order."""
    under_way: list[list[Driving]] = []
    rested: list[Driving] = []
    for taken, waiting in enumerate(labels):
        ways = [(label, seconds) for label in waiting] + rested
        under_way.append(ways)
        if taken < len(shift.breaks):
            rested = [_rest(way, shift.breaks[taken]) for way in ways]
    return under_way


def _rest(way: Driving, rest: Break) -> Driving:
    """Take the break as soon as its windows allow, driving on until then."""
    label, remaining = way
    start, fault = label.time, 0
    for window in rest.windows:
        if label.time <= window.end:
            start = max(label.time, window.start)
            break
    else:
        fault = label.time - max(window.end for window in rest.windows)
    drive = min(remaining, start - label.time)
    after = _Label(
        faults=label.faults + fault,
        cost=label.cost,
        time=start + rest.duration,
        previous=label,
        rest=rest,
        arrival=label.time + drive,
        start=start,
        drive=drive,
    )
    return after, remaining - drive


def _serve(
    way: Driving, visit: Visit, windows: tuple[TimeWindow, ...], occupied: int
) -> Iterator[_Label]:
    label, remaining = way
    arrival = label.time + remaining
    for start, lateness, fault in _starts(label, arrival, visit, windows):
        yield _Label(
            label.faults + fault,
            label.cost + lateness * visit.lateness_cost_per_second,
            start + occupied,
            label,
            visit,
            None,
            min(arrival, start),
            start,
            remaining,
            lateness,
        )


def _starts(
    label: _Label, arrival: int, visit: Visit, windows: tuple[TimeWindow, ...]
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


def _undominated(labels: list[_Label]) -> list[_Label]:
    if len(labels) < 2:
        return labels
    kept: list[_Label] = []
    for label in sorted(labels, key=lambda label: label[:3]):
        if not any(one.time <= label.time and one.cost <= label.cost for one in kept):
            kept.append(label)
    return kept


def _stops(last: _Label) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    label: _Label | None = last
    while label is not None and label.previous is not None:
        visit, rest = label.visit, label.rest
        stops.append(
            Stop(
                visit_id=visit.id if visit else None,
                break_id=rest.id if rest else None,
                arrival=label.arrival,
                start=label.start,
                end=label.time,
                travel_before=label.drive,
                setup=label.time - label.start - visit.service if visit else 0,
                lateness=label.lateness,
            )
        )
        label = label.previous
    return tuple(reversed(stops))


def _leave_late(shift: Shift, stops: tuple[Stop, ...]) -> tuple[int, tuple[Stop, ...]]:
    """Leave for the first visit only when needed, rather than wait at its door."""
    if not stops or stops[0].visit_id is None:
        return shift.window.start, stops
    first = stops[0]
    return first.start - first.travel_before, (replace(first, arrival=first.start), *stops[1:])
