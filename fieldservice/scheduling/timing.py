"""A route and its times: given who is visited in which order, when each thing happens.

Times follow from the order alone, by the labels of `labels.py`. An order that cannot work comes
out late, over time or with a squeezed drive, never overlapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fieldservice.scheduling.labels import Driving, Label, begin, best_way_home, finished, onward
from fieldservice.scheduling.problem import Problem, Shift, Visit


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

    `travel` are the seconds of its drives at the usual speed, for which it pays; how long it is
    on the road at the speeds of the day is `driving`.
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
    def driving(self) -> int:
        """Seconds on the road."""
        home = self.finish - self.stops[-1].end if self.stops else 0
        return sum(stop.travel_before for stop in self.stops) + home

    @property
    def visit_ids(self) -> tuple[int, ...]:
        """The visits in order, breaks left out."""
        return tuple(stop.visit_id for stop in self.stops if stop.visit_id is not None)


def time_route(problem: Problem, shift: Shift, visit_ids: Sequence[int]) -> Route:
    """Return the earliest schedule of that order, with the least broken and then least paid."""
    if not visit_ids:
        here = shift.window.start
        return Route(shift.id, (), here, here, 0, 0, 0, 0, 0, 0)
    visits = [problem.visit(visit_id) for visit_id in visit_ids]
    best = _best(problem, shift, visits)
    faults, paid, end = finished(problem, shift, best)
    stops = _stops(shift, best[0])
    departure, stops = _leave_late(problem, shift, stops)
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
    faults, paid, _ = finished(problem, shift, _best(problem, shift, visits))
    travel = travel_along(problem, shift, visits)
    return faults, paid + constant_cost(problem, shift, visits, travel)


def travel_along(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> int:
    """Return the seconds driven from the shift's start over these visits to its end."""
    return sum(legs_along(problem, shift, visits))


def legs_along(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> list[int]:
    """Return the seconds of each drive from the shift's start over these visits to its end."""
    places = [shift.start, *(visit.location for visit in visits), shift.end]
    return [problem.travel_time(shift, here, there) for here, there in pairwise(places)]


def travel_cost(problem: Problem, shift: Shift, seconds: int) -> int:
    """Return what that drive costs on that shift, rounded to the nearest second."""
    return (seconds * shift.cost_per_hour * problem.weights.travel + 1800) // 3600


def preference_cost(shift: Shift, visit: Visit) -> int:
    """Return what it costs that this shift, rather than a preferred one, serves the visit."""
    wished = not visit.preferred_shifts or shift.id in visit.preferred_shifts
    return 0 if wished else visit.preference_cost


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
    return best_way_home(problem, shift, along)


def _stops(shift: Shift, last: Label) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    label: Label | None = last
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
                setup=label.time - label.start - visit.service_on(shift) if visit else 0,
                lateness=label.lateness,
            )
        )
        label = label.previous
    return tuple(reversed(stops))


def _leave_late(
    problem: Problem, shift: Shift, stops: tuple[Stop, ...]
) -> tuple[int, tuple[Stop, ...]]:
    """Leave for the first visit only when needed, rather than wait at its door."""
    if not stops or stops[0].visit_id is None:
        return shift.window.start, stops
    first = stops[0]
    place = problem.visit(stops[0].visit_id).location
    leaving = problem.departure(shift, first.start, shift.start, place)
    arrival = problem.arrival(shift, leaving, shift.start, place)
    first = replace(first, arrival=arrival, travel_before=arrival - leaving)
    return leaving, (first, *stops[1:])
