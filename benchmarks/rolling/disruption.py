"""What becomes of a planned day: who is sick, what takes longer, who calls in need."""

from __future__ import annotations

from benchmarks.planner.days import HOUR
from benchmarks.rolling.calls import Call, World
from benchmarks.rolling.diary import Day, visit_of
from benchmarks.rolling.measures import Measures
from fieldservice.scheduling.insertion import Place, places_on
from fieldservice.scheduling.problem import Problem, TimeWindow
from fieldservice.scheduling.timing import Route, time_route

SICK = 0.02
WORK_SPREAD, DRIVE_SPREAD = 0.2, 0.12
"""Standard deviations of the logarithms of how long work and drives take."""

END_OF_DAY = 17 * HOUR


def take_in(world: World, day: Day) -> list[Call]:
    """Put the day's emergencies behind what has begun; return those nobody has room for."""
    missed = []
    for call in world.emergencies(day.number):
        place = _place_now(day, call)
        if place is None:
            missed.append(call)
        else:
            day.promise(call, _rest_of_day(call))
            day.place(call.id, place)
    return missed


def happen(world: World, day: Day, measures: Measures) -> None:
    """Let the day run with its real drives and durations, and write down what came of it."""
    for shift in day.problem.shifts:
        order = day.orders.get(shift.id, ())
        if order:
            _drive(world, day.problem, time_route(day.problem, shift, order), measures)
    for visit_id in [one for order in day.orders.values() for one in order]:
        call = day.called[visit_id]
        if call.id % 1000 < 900:
            measures.waited.append(day.number - call.day)


def _drive(world: World, problem: Problem, route: Route, measures: Measures) -> None:
    clock = route.departure
    for stop in route.stops:
        clock += round(stop.travel_before * world.lasts(_key(stop.visit_id), DRIVE_SPREAD))
        clock = max(clock, stop.start if stop.visit_id is None else 0)
        if stop.visit_id is not None:
            visit = problem.visit(stop.visit_id)
            clock = max(clock, visit.windows[0].start)
            measures.arrived(clock <= visit.windows[0].end)
            clock += round(visit.service * world.lasts(visit.id, WORK_SPREAD))
        else:
            clock += stop.service
    home = route.travel - sum(stop.travel_before for stop in route.stops)
    measures.driving += route.travel
    measures.overtime += max(0, clock + home - problem.shift(route.shift_id).window.end)


def _key(visit_id: int | None) -> int:
    return 10**9 + (visit_id or 0)


def _place_now(day: Day, call: Call) -> Place | None:
    visit = visit_of(call, _rest_of_day(call))
    found = [
        place
        for standing in day.standings()
        for place in places_on(day.problem, standing, visit)
        if place.position >= _begun(day, place.shift_id, call.second)
    ]
    return min(found, default=None)


def _begun(day: Day, shift_id: int, second: int) -> int:
    """How many stops of a route have begun by then, or are being driven to."""
    shift = day.problem.shift(shift_id)
    stops = time_route(day.problem, shift, day.orders.get(shift_id, ())).stops
    return sum(
        stop.visit_id is not None and stop.arrival - stop.travel_before <= second for stop in stops
    )


def _rest_of_day(call: Call) -> TimeWindow:
    return TimeWindow(call.second, END_OF_DAY)
