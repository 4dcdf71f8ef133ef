"""A problem packed into integer arrays, and which part of a plan the search may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Rule, Shift, TimeWindow, Visit
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.fit import fit_of
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.timing import price

Orders = Mapping[int, Sequence[int]]

NEIGHBOURS = 100
NEAR_SHIFTS = 12
LONGEST_ROUTE = 400
"""Visits on one route; a route that could hold more is cut off here."""
ELIGIBLE_ANYWAY = (
    Rule.WINDOW,
    Rule.LATENESS,
    Rule.SKILL,
    Rule.ALLOWED_SHIFT,
    Rule.FORBIDDEN_SHIFT,
    Rule.AREA,
)
"""Rules whose waivers belong to the visit alone; any other waiver leaves it where it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """What the kernels know of a problem; rows follow `visits` and `shifts`."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Array
    visit: Array
    window: Array
    shift: Array
    rest: Array
    fit: Array
    load: Array
    capacity: Array
    near: Array
    near_shifts: Array
    longest: int

    @property
    def kernel(self) -> tuple[Array, ...]:
        """The arrays in the order in which the kernels unpack them."""
        return (
            *(self.travel, self.visit, self.window, self.shift, self.rest),
            *(self.fit, self.load, self.capacity, self.near, self.near_shifts),
        )


def pack(problem: Problem, orders: Orders) -> Packed:
    """Pack the shifts whose orders may change and the visits that may be on them."""
    kept = _kept(problem, orders)
    shifts = tuple(shift for shift in problem.shifts if shift.id not in kept)
    bound = {visit_id for shift_id in kept for visit_id in orders.get(shift_id, ())}
    visits = tuple(
        visit
        for visit in problem.visits
        if visit.id not in bound and not _oddly_waived(problem, visit)
    )
    windows = _Windows()
    rests = [
        (rest.duration, *windows.add(rest.windows)) for shift in shifts for rest in shift.breaks
    ]
    classes, travel = _travel(problem, shifts)
    nowhere = travel.shape[1] - 1
    visit = _visits(problem, visits, windows)
    fit = fit_of(problem, visits, shifts)
    loads, capacities = [one.delivery for one in visits], [shift.capacity for shift in shifts]
    goods = max((len(amount) for amount in (*loads, *capacities)), default=0)
    return Packed(
        visits=visits,
        shifts=shifts,
        travel=travel,
        visit=visit,
        window=np.array(windows.rows or [(0, 0)], np.int64),
        shift=_shifts(problem, shifts, visits, classes, nowhere),
        rest=np.array(rests or [(0, 0, 0)], np.int64),
        fit=fit,
        load=_amounts(loads, goods, 0),
        capacity=_amounts(capacities, goods, at.NEVER),
        near=_near(travel[0], visit[:, at.PLACE]),
        near_shifts=_near_shifts(travel, visit, shifts, classes, fit, nowhere),
        longest=_longest(shifts, visits),
    )


def _kept(problem: Problem, orders: Orders) -> set[int]:
    """Return the shifts left as they are: broken by what people decided, or under a waiver."""
    kept = set()
    for shift in problem.shifts:
        order = orders.get(shift.id, ())
        odd = any(_oddly_waived(problem, problem.visit(visit_id)) for visit_id in order)
        if odd or price(problem, shift, order)[0]:
            kept.add(shift.id)
    return kept


def _oddly_waived(problem: Problem, visit: Visit) -> bool:
    return bool(problem.waivers) and any(
        waiver.visit_id == visit.id and waiver.rule not in ELIGIBLE_ANYWAY
        for waiver in problem.waivers
    )


class _Windows:
    """All windows in one list, each owner's in a row."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []

    def add(self, windows: Sequence[TimeWindow]) -> tuple[int, int]:
        first = len(self.rows)
        self.rows += [(window.start, window.end) for window in windows]
        return first, len(windows)


def _visits(problem: Problem, visits: Sequence[Visit], windows: _Windows) -> Array:
    rows = np.zeros((len(visits), at.VISIT_COLUMNS), np.int64)
    penalties = Penalties.of(problem)
    for row, visit in zip(rows, visits, strict=True):
        allowed, late = problem.windows(visit), visit.max_lateness
        if visit.pin and visit.pin.start is not None:
            allowed, late = (TimeWindow(visit.pin.start, visit.pin.start),), 0
        row[at.PLACE], row[at.SERVICE], row[at.SETUP] = visit.location, visit.service, visit.setup
        row[at.FIRST_WINDOW], row[at.WINDOWS] = windows.add(allowed)
        row[at.MAX_LATE] = late if allowed else 0
        row[at.LATE_RATE] = visit.lateness_cost_per_second
        row[at.PENALTY], row[at.WISH_COST] = penalties.cost(visit), visit.preference_cost
        row[at.FIXED] = visit.pin is not None
        row[at.EARLIEST] = min((window.start for window in allowed), default=-at.NEVER)
        row[at.LAST] = max((window.end for window in allowed), default=at.NEVER) + late
    return rows


def _shifts(
    problem: Problem,
    shifts: Sequence[Shift],
    visits: Sequence[Visit],
    classes: Mapping[tuple[str, float], int],
    nowhere: int,
) -> Array:
    rows, rests = np.zeros((len(shifts), at.SHIFT_COLUMNS), np.int64), 0
    lateness = any(visit.max_lateness for visit in visits)
    for row, shift in zip(rows, shifts, strict=True):
        row[at.START] = nowhere if shift.start is None else shift.start
        row[at.END] = nowhere if shift.end is None else shift.end
        row[at.OPENS], row[at.CLOSES] = shift.window.start, shift.window.end
        if shift.overtime:
            row[at.MORE], row[at.MORE_RATE] = shift.overtime.max, shift.overtime.cost_per_second
        row[at.USE_COST] = shift.fixed_cost
        row[at.DRIVE_RATE] = shift.cost_per_hour * problem.weights.travel
        row[at.TRAVEL_CLASS] = classes[shift.profile, shift.speed_factor]
        row[at.FIRST_REST], row[at.RESTS] = rests, len(shift.breaks)
        row[at.MOST_VISITS] = at.NEVER if shift.max_tasks is None else shift.max_tasks
        row[at.MOST_DRIVING] = at.NEVER if shift.max_travel_time is None else shift.max_travel_time
        row[at.SOFT] = lateness or (row[at.MORE] > 0 and row[at.MORE_RATE] > 0)
        row[at.LUNCH] = not lateness and _has_plain_breaks(shift)
        for rest in shift.breaks[:1]:
            row[at.LUNCH_OPENS], row[at.LUNCH_CLOSES] = rest.windows[0].start, rest.windows[0].end
            row[at.LUNCH_TAKES] = rest.duration
        rests += len(shift.breaks)
    return rows


def _has_plain_breaks(shift: Shift) -> bool:
    return not shift.breaks or (len(shift.breaks) == 1 and len(shift.breaks[0].windows) == 1)


def _travel(
    problem: Problem, shifts: Sequence[Shift]
) -> tuple[dict[tuple[str, float], int], Array]:
    """Return travel seconds by class; behind the last place comes one that is nowhere."""
    classes: dict[tuple[str, float], int] = {}
    tables = []
    # Where nobody works there still are places.
    size = max((len(matrix) for matrix in problem.travel.values()), default=0) + 1
    for shift in shifts:
        key = (shift.profile, shift.speed_factor)
        if key not in classes:
            classes[key] = len(classes)
            tables.append(problem.seconds(shift))
    travel = np.zeros((max(1, len(tables)), size, size), np.int32)
    for number, table in enumerate(tables):
        travel[number, : len(table), : len(table)] = np.minimum(table, 2**31 - 1)
    return classes, travel


def _amounts(amounts: Sequence[tuple[int, ...]], goods: int, otherwise: int) -> Array:
    table = np.full((len(amounts), goods), otherwise, np.int64)
    for row, amount in zip(table, amounts, strict=True):
        if amount:
            row[:] = amount
    return table


def _near(travel: Array, places: Array) -> Array:
    """Return for each visit the nearest others, itself first, both ways counted."""
    count = min(len(places), NEIGHBOURS)
    near = np.zeros((len(places), count), np.int32)
    for i, place in enumerate(places):
        both = travel[place, places].astype(np.int64) + travel[places, place]
        both[i] = -1
        some = np.argpartition(both, count - 1)[:count]
        near[i] = some[np.lexsort((some, both[some]))]
    return near


def _near_shifts(
    travel: Array,
    visit: Array,
    shifts: Sequence[Shift],
    classes: Mapping[tuple[str, float], int],
    fit: Array,
    nowhere: int,
) -> Array:
    """Return for each visit the nearest shifts that may serve it, -1 behind the last."""
    near = np.full((len(visit), NEAR_SHIFTS), -1, np.int32)
    if not shifts:
        return near
    by = np.array([classes[shift.profile, shift.speed_factor] for shift in shifts])
    ends = np.array([[_place(one, nowhere) for one in (s.start, s.end)] for s in shifts])
    for i, row in enumerate(visit):
        seconds = travel[by, ends[:, 0], row[at.PLACE]] + travel[
            by, row[at.PLACE], ends[:, 1]
        ].astype(np.int64)
        able = np.flatnonzero(fit[i] != at.NOT_FIT)
        closest = able[np.argsort(seconds[able], kind="stable")[:NEAR_SHIFTS]]
        near[i, : len(closest)] = closest
    return near


def _place(index: int | None, nowhere: int) -> int:
    return nowhere if index is None else index


def _longest(shifts: Sequence[Shift], visits: Sequence[Visit]) -> int:
    """Bound how many visits any route can hold, from its hours and the shortest visits."""
    least = np.cumsum(sorted(visit.service for visit in visits))
    span = max((shift.latest_end - shift.window.start for shift in shifts), default=0)
    count = int(np.searchsorted(least, span, side="right")) + 1
    return max(1, min(count, len(visits), LONGEST_ROUTE))
