"""The rules of one route, each tested on the claimed stops: one rule, one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fieldservice.scheduling.problem import Break, Problem, Rule, Shift, TimeWindow, Visit
from fieldservice.scheduling.skills import in_words, lacking
from fieldservice.scheduling.speeds import USUAL, Speeds
from fieldservice.scheduling.timing import Route, Stop


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule; `amount` says by how much, in seconds or pieces."""

    rule: Rule
    shift_id: int | None
    visit_id: int | None
    text: str
    amount: int = 1


def route_violations(problem: Problem, route: Route) -> Iterator[Violation]:
    """Yield what a route of known stops on a known shift breaks, measures apart."""
    for rule in (
        _order,
        _travel,
        _way_home,
        _durations,
        _windows,
        _pins,
        _breaks,
        _hours,
        _skills,
        _wanted_shifts,
        _capacity,
        _max_tasks,
        _max_travel_time,
        _max_leg_time,
        _last_departure,
        _area,
        _reserve,
    ):
        yield from rule(problem, problem.shift(route.shift_id), route)


def legs(problem: Problem, shift: Shift, route: Route) -> list[int]:
    """Return the travel seconds to each visit of the route in turn, then home, at usual speed."""
    places = [shift.start, *(problem.visit(i).location for i in route.visit_ids), shift.end]
    return [problem.travel_time(shift, here, there) for here, there in pairwise(places)]


def lateness(windows: tuple[TimeWindow, ...], start: int) -> int | None:
    """Return seconds past the latest window end before `start`; None when before every window."""
    if not windows or any(start in window for window in windows):
        return 0
    passed = [start - window.end for window in windows if window.end < start]
    return min(passed) if passed else None


def _visits(problem: Problem, route: Route) -> Iterator[tuple[Stop, Visit]]:
    for stop in route.stops:
        if stop.visit_id is not None:
            yield stop, problem.visit(stop.visit_id)


def _order(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    free = route.departure
    for stop in route.stops:
        backwards = max(free - stop.start, stop.arrival - stop.start, stop.start - stop.end)
        if backwards > 0:
            text = f"{_name(stop)} starts {backwards} s before shift {shift.id} is free for it."
            yield Violation(Rule.OVERLAP, shift.id, stop.visit_id, text, backwards)
        free = stop.end


def driven_on(speeds: Speeds, way: int, stop: Stop) -> tuple[int, int]:
    """Follow the drive up to a stop, so much way being left: how much is left then.

    Behind it the seconds by which the drive goes on although the way is over.
    """
    leaving = stop.arrival - stop.travel_before
    over = speeds.reach(leaving, way)
    return max(0, way - speeds.driven(leaving, stop.arrival)), max(0, stop.arrival - over)


def way_home(problem: Problem, shift: Shift, route: Route) -> tuple[int, int]:
    """Return the way that is left behind the last stop, and the seconds driven too much."""
    speeds, way, wasted = problem.speeds(shift), legs(problem, shift, route)[-1] * USUAL, 0
    last = max((n for n, stop in enumerate(route.stops) if stop.visit_id is not None), default=-1)
    for stop in route.stops[last + 1 :]:
        way, more = driven_on(speeds, way, stop)
        wasted += more
    return way, wasted


def _travel(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    """Each drive ends where its stop begins to wait, and gets on at the speeds of its seconds."""
    speeds, needed = problem.speeds(shift), iter(legs(problem, shift, route))
    free, way, wasted = route.departure, next(needed) * USUAL, 0
    for stop in route.stops:
        short = free + stop.travel_before - stop.arrival
        if short > 0 or stop.travel_before < 0:
            text = f"The drive to {_name(stop)} on shift {shift.id} is {short} s too short."
            yield Violation(Rule.TRAVEL, shift.id, stop.visit_id, text, abs(short))
        free, leaving, before = stop.end, stop.arrival - stop.travel_before, way
        way, more = driven_on(speeds, way, stop)
        wasted += more
        if stop.visit_id is not None:
            missing = max(0, speeds.reach(leaving, before) - stop.arrival) - wasted
            if missing:
                text = f"The drive to {_name(stop)} on shift {shift.id} lacks {missing} s."
                yield Violation(Rule.TRAVEL, shift.id, stop.visit_id, text, abs(missing))
            way, wasted = next(needed) * USUAL, 0


def _way_home(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    way, wasted = way_home(problem, shift, route)
    free = route.stops[-1].end if route.stops else route.departure
    short = problem.speeds(shift).reach(free, way) - route.finish
    if route.stops and (short > 0 or wasted):
        text = f"The drive home of shift {shift.id} is {short} s too short."
        yield Violation(Rule.TRAVEL, shift.id, None, text, max(short, wasted))


def _durations(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    place = shift.start
    for stop, visit in _visits(problem, route):
        needed = visit.service_on(shift) + (0 if visit.location == place else visit.setup_on(shift))
        off = abs(stop.end - stop.start - needed)
        if off:
            text = f"Visit {visit.id} takes {needed} s, not {stop.end - stop.start} s."
            yield Violation(Rule.DURATION, shift.id, visit.id, text, off)
        place = visit.location


def _windows(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for stop, visit in _visits(problem, route):
        late = lateness(visit.windows, stop.start)
        if late is None:
            early = visit.windows[0].start - stop.start
            text = f"Visit {visit.id} starts {early} s before its window."
            yield Violation(Rule.WINDOW, shift.id, visit.id, text, early)
        elif late > visit.max_lateness:
            rule = Rule.LATENESS if visit.max_lateness else Rule.WINDOW
            text = f"Visit {visit.id} starts {late} s after its window."
            yield Violation(rule, shift.id, visit.id, text, late - visit.max_lateness)


def _pins(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for stop, visit in _visits(problem, route):
        if visit.pin and visit.pin.start is not None and stop.start != visit.pin.start:
            off = abs(stop.start - visit.pin.start)
            text = f"Visit {visit.id} starts {off} s away from the time it is pinned to."
            yield Violation(Rule.PIN, shift.id, visit.id, text, off)


def _breaks(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    taken = Counter(stop.break_id for stop in route.stops if stop.visit_id is None)
    rests = {rest.id: rest for rest in shift.breaks}
    for rest in shift.breaks:
        if taken[rest.id] != 1:
            text = f"Shift {shift.id} takes break {rest.id} {taken[rest.id]} times, not once."
            yield Violation(Rule.BREAK, shift.id, None, text, max(1, rest.duration))
    for stop in route.stops:
        if stop.visit_id is None and stop.break_id is not None:
            yield from _break(shift, rests[stop.break_id], stop)


def _break(shift: Shift, rest: Break, stop: Stop) -> Iterator[Violation]:
    off = lateness(rest.windows, stop.start)
    if off is None:
        off = rest.windows[0].start - stop.start
    if off:
        text = f"Break {rest.id} of shift {shift.id} starts {off} s outside its window."
        yield Violation(Rule.BREAK, shift.id, None, text, off)
    short = abs(stop.end - stop.start - rest.duration)
    if short:
        text = f"Break {rest.id} of shift {shift.id} does not last {rest.duration} s."
        yield Violation(Rule.BREAK, shift.id, None, text, short)


def _hours(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    early = shift.window.start - route.departure
    if early > 0:
        text = f"Shift {shift.id} leaves {early} s before it begins."
        yield Violation(Rule.SHIFT_HOURS, shift.id, None, text, early)
    allowed = shift.overtime.max if shift.overtime else 0
    late = route.finish - shift.window.end - allowed
    if late > 0:
        rule = Rule.OVERTIME if shift.overtime else Rule.SHIFT_HOURS
        text = f"Shift {shift.id} ends {late} s after the latest end allowed."
        yield Violation(rule, shift.id, None, text, late)


def _skills(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for _, visit in _visits(problem, route):
        lacks = lacking(visit, shift)
        if lacks:
            text = f"Shift {shift.id} lacks {in_words(lacks)} for visit {visit.id}."
            yield Violation(Rule.SKILL, shift.id, visit.id, text, len(lacks))


def _wanted_shifts(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for _, visit in _visits(problem, route):
        if visit.allowed_shifts is not None and shift.id not in visit.allowed_shifts:
            text = f"Visit {visit.id} does not allow shift {shift.id}."
            yield Violation(Rule.ALLOWED_SHIFT, shift.id, visit.id, text)
        if shift.id in visit.forbidden_shifts:
            text = f"Visit {visit.id} forbids shift {shift.id}."
            yield Violation(Rule.FORBIDDEN_SHIFT, shift.id, visit.id, text)


def _capacity(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for good, capacity in enumerate(shift.capacity):
        loaded = sum(v.delivery[good] for _, v in _visits(problem, route) if v.delivery)
        if loaded > capacity:
            text = f"Shift {shift.id} carries {loaded} of good {good}, {capacity} at most."
            yield Violation(Rule.CAPACITY, shift.id, None, text, loaded - capacity)


def _max_tasks(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    count = len(route.visit_ids)
    if shift.max_tasks is not None and count > shift.max_tasks:
        text = f"Shift {shift.id} makes {count} visits, {shift.max_tasks} at most."
        yield Violation(Rule.MAX_TASKS, shift.id, None, text, count - shift.max_tasks)


def _max_travel_time(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    driven = sum(legs(problem, shift, route))
    if shift.max_travel_time is not None and driven > shift.max_travel_time:
        text = f"Shift {shift.id} drives {driven} s, {shift.max_travel_time} at most."
        yield Violation(Rule.MAX_TRAVEL_TIME, shift.id, None, text, driven - shift.max_travel_time)


def _max_leg_time(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    longest = max(legs(problem, shift, route))
    if shift.max_leg_time is not None and route.visit_ids and longest > shift.max_leg_time:
        text = f"Shift {shift.id} drives {longest} s at a stretch, {shift.max_leg_time} at most."
        yield Violation(Rule.MAX_LEG_TIME, shift.id, None, text, longest - shift.max_leg_time)


def _last_departure(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    left = max((stop.end for stop, _ in _visits(problem, route)), default=0)
    if shift.last_departure is not None and left > shift.last_departure:
        late = left - shift.last_departure
        text = f"Shift {shift.id} leaves its last visit {late} s after its last departure."
        yield Violation(Rule.LAST_DEPARTURE, shift.id, None, text, late)


def _area(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    for _, visit in _visits(problem, route):
        place = problem.place(visit.location)
        if shift.area and not any(place and polygon.holds(place) for polygon in shift.area):
            text = f"Visit {visit.id} lies outside the area of shift {shift.id}."
            yield Violation(Rule.AREA, shift.id, visit.id, text)


def _reserve(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    """The reserve is free where the urgent visits are left aside, or nothing on it can be moved."""
    lasting = [visit for _, visit in _visits(problem, route) if not visit.urgent]
    if not shift.reserve or not any(visit.movable and not visit.pin for visit in lasting):
        return
    busy, place = sum(rest.duration for rest in shift.breaks), shift.start
    for visit in lasting:
        busy += problem.travel_time(shift, place, visit.location) + visit.service_on(shift)
        busy += 0 if visit.location == place else visit.setup_on(shift)
        place = visit.location
    busy += problem.travel_time(shift, place, shift.end)
    taken = busy + shift.reserve - (shift.window.end - shift.window.start)
    if taken > 0:
        text = f"Visits that can be moved take {taken} s of the reserve of shift {shift.id}."
        yield Violation(Rule.RESERVE, shift.id, None, text, taken)


def _name(stop: Stop) -> str:
    return f"break {stop.break_id}" if stop.visit_id is None else f"visit {stop.visit_id}"
