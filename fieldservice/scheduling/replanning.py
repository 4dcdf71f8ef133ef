"""The rest of a day under way: what has happened or is about to stays, the present plan is kept.

Each shift starts from the visit it began last; what it began before is history, so that a drive
that was quicker or slower than any matrix says disturbs nobody.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from fieldservice.scheduling.disruptions import (
    Disruption,
    begun_in_turn,
    disrupted,
    ends_at,
    over_at,
)
from fieldservice.scheduling.orders import Orders
from fieldservice.scheduling.problem import Break, Pin, Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.timing import Route, Stop, time_route, travel_along

MOST_LATENESS = 4 * 3600
LATENESS_COST = 5
"""A promise may be broken on the day, at this many seconds of driving for each second."""
KEEPING_COST = 600
"""Seconds of driving that taking a visit from its technician on the day must save."""

WHENEVER = TimeWindow(0, 7 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A day at a moment; its shifts carry the present plan as `steps`."""

    problem: Problem
    now: int
    begun: frozenset[int] = frozenset()
    """Visits driven to, started or finished; each is pinned with its start."""
    freeze: int = 0
    """Stops that begin within so many seconds keep their technician and their time."""
    most_changes: int | None = None
    """How many customers may be told another time, besides those whose time is lost already.

    A visit without `told` counts when it goes to another technician or moves by 15 minutes.
    """


@dataclass(frozen=True, slots=True)
class RestOfDay:
    """What is left to plan, and what each shift has behind it."""

    problem: Problem
    """Its `steps` are the present plan as far as the day still allows it."""
    present: Orders
    """The present plan of the rest, whether it can still be done or not."""
    history: Mapping[int, tuple[int, ...]]
    frozen: frozenset[int]

    def whole(self, orders: Mapping[int, Sequence[int]]) -> Orders:
        """These orders of the rest with the history before them."""
        return {
            shift_id: (*self.history.get(shift_id, ()), *orders.get(shift_id, ()))
            for shift_id in orders.keys() | self.history.keys()
        }


def rest_of_day(day: UnderWay, disruptions: Iterable[Disruption] = ()) -> RestOfDay:
    """What is left of that day after these disruptions.

    Started and frozen stops are pinned, promises soft at a steep price, and it costs to take
    a visit from its technician.
    """
    problem = disrupted(day.problem, disruptions, day.begun)
    problem = _set_up(problem, day.begun)
    in_turn = begun_in_turn(problem, day.begun)
    history: Orders = {}
    present: Orders = {}
    frozen: dict[int, Pin] = {}
    to_be_told: set[int] = set()
    shifts: list[Shift] = []
    for shift in problem.shifts:
        here = in_turn.get(shift.id, [])
        rest = _rest_of_shift(problem, shift, here, day.begun)
        history[shift.id] = tuple(visit.id for visit in here[:-1])
        present[shift.id] = rest.steps
        stops = _waiting(problem, rest, day.begun)
        frozen |= _frozen(problem, rest, stops, day)
        lost = _lost(problem, rest, stops)
        to_be_told |= lost | _late(problem, stops)
        shifts.append(replace(rest, steps=tuple(one for one in rest.steps if one not in lost)))
    past = frozenset(visit_id for order in history.values() for visit_id in order)
    holder = {visit_id: shift.id for shift in shifts for visit_id in shift.steps}
    visits = (
        _kept(_soft(visit, day.now), holder.get(visit.id), frozen.get(visit.id))
        for visit in (_told(visit, to_be_told) for visit in problem.visits)
        if visit.id not in past
    )
    left = replace(
        problem,
        visits=tuple(visits),
        shifts=tuple(shifts),
        waivers=frozenset(one for one in problem.waivers if one.visit_id not in past),
        max_changes=day.most_changes,
    )
    return RestOfDay(left, present, history, frozenset(frozen))


def _set_up(problem: Problem, begun: frozenset[int]) -> Problem:
    """The same with the setting up of what has begun counted in, as its shift starts there."""
    visits = (
        over_at(visit, ends_at(problem, visit)) if visit.id in begun and visit.pin else visit
        for visit in problem.visits
    )
    return replace(problem, visits=tuple(visits))


def _rest_of_shift(
    problem: Problem, shift: Shift, here: Sequence[Visit], begun: frozenset[int]
) -> Shift:
    known = tuple(one for one in shift.steps if problem.has_visit(one) and one not in begun)
    if not here:
        return replace(shift, steps=known)
    *behind, last = here
    start = last.pin.start or 0 if last.pin else 0
    free = ends_at(problem, last)
    present = time_route(problem, shift, [*(visit.id for visit in here), *known])
    rest = replace(
        shift,
        start=last.location,
        window=TimeWindow(start, max(start, shift.window.end)),
        breaks=_breaks_left(shift, present, last.id, free),
        steps=(last.id, *known),
    )
    driven = travel_along(problem, replace(shift, end=None), here)
    return _less_used_up(rest, behind, driven)


def _breaks_left(shift: Shift, present: Route, last_id: int, free: int) -> tuple[Break, ...]:
    """The breaks not taken yet; one that is due is taken as soon as the work allows."""
    ids = [stop.visit_id for stop in present.stops]
    taken = {stop.break_id for stop in present.stops[: ids.index(last_id)]}
    return tuple(_still_due(rest, free) for rest in shift.breaks if rest.id not in taken)


def _still_due(rest: Break, free: int) -> Break:
    last = rest.windows[-1]
    if last.end >= free:
        return rest
    return replace(rest, windows=(*rest.windows[:-1], TimeWindow(last.start, free)))


def _less_used_up(shift: Shift, behind: Sequence[Visit], driven: int) -> Shift:
    """The shift with what its history has used up of its load, its tasks and its driving."""
    loads = [visit.delivery for visit in behind if visit.delivery]
    left = (
        max(0, most - sum(load[goods] for load in loads))
        for goods, most in enumerate(shift.capacity)
    )
    tasks, travel = shift.max_tasks, shift.max_travel_time
    return replace(
        shift,
        capacity=tuple(left),
        max_tasks=None if tasks is None else max(1, tasks - len(behind)),
        max_travel_time=None if travel is None else max(0, travel - driven),
    )


def _waiting(problem: Problem, rest: Shift, begun: frozenset[int]) -> list[Stop]:
    """The visits still to begin, at the times the present plan has by now."""
    timed = time_route(problem, rest, rest.steps).stops
    return [stop for stop in timed if stop.visit_id is not None and stop.visit_id not in begun]


def _lost(problem: Problem, rest: Shift, stops: Iterable[Stop]) -> set[int]:
    """The visits the shift has no hours for any more: they are free for anybody."""
    return {stop.visit_id or 0 for stop in stops if not _home_in_time(problem, rest, stop)}


def _late(problem: Problem, stops: Iterable[Stop]) -> set[int]:
    """The visits whose customers have to be told another time as things stand."""
    timed = ((problem.visit(stop.visit_id or 0), stop.start) for stop in stops)
    return {visit.id for visit, start in timed if visit.told and start not in visit.told}


def _told(visit: Visit, to_be_told: Container[int]) -> Visit:
    """The visit without a time its customer counts on, where that is lost."""
    return replace(visit, told=WHENEVER) if visit.id in to_be_told else visit


def _frozen(problem: Problem, rest: Shift, stops: Iterable[Stop], day: UnderWay) -> dict[int, Pin]:
    """The next stops within the horizon at the times they have by now."""
    near = takewhile(lambda stop: stop.start < day.now + day.freeze, stops)
    return {
        stop.visit_id: Pin(rest.id, stop.start)
        for stop in near
        if stop.visit_id is not None and day.freeze and _can_stay(problem, rest, stop)
    }


def _can_stay(problem: Problem, shift: Shift, stop: Stop) -> bool:
    visit = problem.visit(stop.visit_id or 0)
    in_time = stop.lateness <= max(visit.max_lateness, MOST_LATENESS)
    timed = visit.pin is not None and visit.pin.start is not None
    return in_time and not timed and _home_in_time(problem, shift, stop)


def _home_in_time(problem: Problem, shift: Shift, stop: Stop) -> bool:
    place = problem.visit(stop.visit_id or 0).location
    return problem.arrival(shift, stop.end, place, shift.end) <= shift.latest_end


def _soft(visit: Visit, now: int) -> Visit:
    """The visit with its promise soft, and nothing of it in the past."""
    if visit.pin is not None and visit.pin.start is not None:
        return visit
    left = tuple(
        TimeWindow(max(window.start, now), max(window.end, now))
        for window in visit.windows
        if window.end >= now or window is visit.windows[-1]
    )
    return replace(
        visit,
        windows=left or (TimeWindow(now, now + 2 * 24 * 3600),),
        max_lateness=max(visit.max_lateness, MOST_LATENESS),
        lateness_cost_per_second=visit.lateness_cost_per_second
        if visit.max_lateness
        else LATENESS_COST,
    )


def _kept(visit: Visit, holder: int | None, frozen: Pin | None) -> Visit:
    if frozen is not None:
        return replace(visit, pin=frozen)
    if holder is None or visit.pin is not None or visit.preferred_shifts:
        return visit
    return replace(visit, preferred_shifts=frozenset({holder}), preference_cost=KEEPING_COST)
