"""Simulated days: each route of a plan lived through many times, its order kept.

A technician sets out as planned, or late, never begins before a window opens, and takes each
break where the plan has it, as soon as its windows allow.
Every stop is followed on all days at once (numpy), which needs no compiling, so that a web
request can ask; benchmarks/planner/chance.py says what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.outlook.draws import Draws, Numbers, Stream
from fieldservice.scheduling.outlook.spreads import Spreads
from fieldservice.scheduling.plan import Plan, Route, Stop
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.speeds import USUAL

DAYS = 5000
"""Enough to know a chance to within 1.4 points, 19 times of 20 (at 50 %; less further out)."""

Range = tuple[int, int, int]
"""Seconds not passed on 10, 50 and 90 % of days."""


@dataclass(frozen=True, slots=True)
class VisitOutlook:
    """How one visit may go; `chance` is that of starting inside its window."""

    visit_id: int
    shift_id: int
    chance: float
    arrival: Range


@dataclass(frozen=True, slots=True)
class RouteOutlook:
    """How one shift may go; `chance` is that of being over by its end, overtime not used."""

    shift_id: int
    chance: float
    finish: Range


@dataclass(frozen=True, slots=True)
class Outlook:
    """What simulated days say of a plan, by visit id and by shift id."""

    visits: Mapping[int, VisitOutlook]
    routes: Mapping[int, RouteOutlook]


def simulate(
    problem: Problem,
    plan: Plan,
    spreads: Spreads,
    *,
    promises: Mapping[int, TimeWindow] | None = None,
    now: int | None = None,
    seed: int = 1,
    days: int = DAYS,
) -> Outlook:
    """Return the chances of that plan; the same for the same seed.

    `promises` are the windows told, where they are not those of the problem; nobody sets out for
    what has not begun before `now`.
    """
    draws = Draws(seed, days)
    traffic = draws.traffic(spreads.shocks)
    simulation = _Simulation(problem, spreads, promises or {}, now, draws, traffic)
    visits: dict[int, VisitOutlook] = {}
    routes: dict[int, RouteOutlook] = {}
    for route in plan.routes:
        lived = simulation.live(route)
        visits |= {one.visit_id: one for one in lived[0]}
        routes[route.shift_id] = lived[1]
    return Outlook(visits, routes)


@dataclass(frozen=True, slots=True)
class _Simulation:
    problem: Problem
    spreads: Spreads
    promises: Mapping[int, TimeWindow]
    now: int | None
    draws: Draws
    traffic: Numbers

    def live(self, route: Route) -> tuple[list[VisitOutlook], RouteOutlook]:
        """Follow one route through all days."""
        shift = self.problem.shift(route.shift_id)
        time = route.departure + self.draws.late_start(shift.id, self.spreads.shocks.late_start)
        place, visits = shift.start, []
        legs = _legs(route.stops)
        for rests, stop in legs[:-1]:
            visit = self.problem.visit(stop.visit_id or 0)
            if self.now is not None and visit.id not in self.spreads.elapsed:
                time = np.maximum(time, self.now)
            drive = self.drive(shift, place, visit.location, Stream.TRAVEL, visit.id)
            arrival = self.arrive(shift, rests, time, drive)
            begun = self.begin(visit, arrival)
            visits.append(self.outlook(visit, shift, arrival, begun))
            time, place = begun + self.work(visit, shift, stop), visit.location
        drive = self.drive(shift, place, shift.end, Stream.HOME, shift.id)
        home = self.arrive(shift, legs[-1][0], time, drive)
        in_time = float(np.mean(home <= shift.window.end))
        return visits, RouteOutlook(shift.id, in_time, _range(home))

    def drive(
        self, shift: Shift, here: int | None, there: int | None, stream: Stream, number: int
    ) -> Numbers:
        """Seconds between two places at the usual speed of the hour."""
        seconds = self.problem.travel_time(shift, here, there)
        return seconds * self.traffic * self.draws.factor(stream, number, self.spreads.travel)

    def arrive(self, shift: Shift, rests: Sequence[Stop], time: Numbers, drive: Numbers) -> Numbers:
        """The arrivals after a drive that breaks may split, at the speeds of the day."""
        breaks = {rest.id: rest for rest in shift.breaks}
        speeds, way = self.problem.speeds(shift), drive * USUAL
        for stop in rests:
            rest = breaks[stop.break_id or 0]
            start = _opened(rest.windows, time)
            way = way - np.minimum(way, speeds.driven_by_all(time, start))
            time = start + rest.duration
        return speeds.reach_all(time, way)

    def begin(self, visit: Visit, arrival: Numbers) -> Numbers:
        """When the work begins after arriving then."""
        if visit.pin and visit.pin.start is not None:
            start = np.full(len(arrival), float(visit.pin.start))
            return start if visit.id in self.spreads.elapsed else np.maximum(start, arrival)
        return _opened(self.problem.windows(visit), arrival)

    def work(self, visit: Visit, shift: Shift, stop: Stop) -> Numbers:
        """Seconds spent there, setting up included."""
        planned = stop.setup + stop.service
        spread = self.spreads.of_work(visit.id, shift.id)
        elapsed = self.spreads.elapsed.get(visit.id, 0)
        return self.draws.work_under_way(visit.id, spread, planned, elapsed)

    def outlook(self, visit: Visit, shift: Shift, arrival: Numbers, begun: Numbers) -> VisitOutlook:
        """What the days say of one visit."""
        promised = self.promised(visit)
        kept = np.full(len(begun), not promised)
        for window in promised:
            kept |= (window.start <= begun) & (begun <= window.end)
        # Whoever has begun is there, whatever a drive of the past might have taken.
        arrival = begun if visit.id in self.spreads.elapsed else arrival
        return VisitOutlook(visit.id, shift.id, float(np.mean(kept)), _range(arrival))

    def promised(self, visit: Visit) -> Sequence[TimeWindow]:
        """The windows in which the visit was promised to start; none when at any time."""
        if visit.id in self.promises:
            return (self.promises[visit.id],)
        if visit.pin and visit.pin.start is not None:
            return (TimeWindow(visit.pin.start, visit.pin.start),)
        return self.problem.windows(visit)


def _legs(stops: Sequence[Stop]) -> list[tuple[list[Stop], Stop]]:
    """Return each visit with the breaks on the way to it; last the breaks on the way home."""
    legs: list[tuple[list[Stop], Stop]] = []
    rests: list[Stop] = []
    for stop in stops:
        if stop.visit_id is None:
            rests.append(stop)
        else:
            legs.append((rests, stop))
            rests = []
    return [*legs, (rests, stops[-1])]


def _opened(windows: Sequence[TimeWindow], time: Numbers) -> Numbers:
    """Return the first instants from `time` on inside a window; `time` where all are over."""
    start = time
    for window in reversed(windows):
        start = np.where(time <= window.end, np.maximum(time, window.start), start)
    return start


def _range(instants: Numbers) -> Range:
    ordered, days = np.sort(instants), len(instants)
    low, middle, high = (float(ordered[days * percent // 100]) for percent in (10, 50, 90))
    return round(low), round(middle), round(high)
