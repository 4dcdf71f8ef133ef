"""A problem packed into integer arrays, and which part of a plan the search may change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.eligibility import over_limit
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Rule, Shift, TimeWindow, Visit
from fieldservice.scheduling.reserve import can_move
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.fit import fit_of
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.nearness import most_driving, near, near_shifts, travel_by_class
from fieldservice.scheduling.search.rush import Pace, pace_of
from fieldservice.scheduling.timing import price

Orders = Mapping[int, Sequence[int]]

LONGEST_ROUTE = 400
"""Visits on one route; a route that could hold more is cut off here."""
MOST_WAYS = 64
"""Choices of one window for each break: where speeds change, all are tried on every drive."""
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
    pace: Pace
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
            *(self.fit, self.load, self.capacity, self.near, self.near_shifts, self.pace),
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
    classes, travel = travel_by_class(problem, shifts)
    nowhere = travel.shape[1] - 1
    service_at = _service_columns(visits, shifts)
    visit = _visits(problem, visits, windows, service_at)
    fit = fit_of(problem, visits, shifts)
    loads, capacities = [one.delivery for one in visits], [shift.capacity for shift in shifts]
    goods = max((len(amount) for amount in (*loads, *capacities)), default=0)
    return Packed(
        visits=visits,
        shifts=shifts,
        travel=travel,
        pace=_pace(problem, shifts, classes),
        visit=visit,
        window=np.array(windows.rows or [(0, 0)], np.int64),
        shift=_shifts(problem, shifts, visits, classes, service_at, nowhere),
        rest=np.array(rests or [(0, 0, 0)], np.int64),
        fit=fit,
        load=_amounts(loads, goods, 0),
        capacity=_amounts(capacities, goods, at.NEVER),
        near=near(travel[0], visit[:, at.PLACE]),
        near_shifts=near_shifts(travel, visit, shifts, classes, fit, nowhere),
        longest=_longest(shifts, visits),
    )


def _kept(problem: Problem, orders: Orders) -> set[int]:
    """Return the shifts left as they are: broken by what people decided, or under a waiver."""
    kept = set()
    for shift in problem.shifts:
        order = orders.get(shift.id, ())
        visits = [problem.visit(visit_id) for visit_id in order]
        odd = any(_oddly_waived(problem, visit) for visit in visits)
        odd = odd or _too_many_ways(problem, shift)
        if odd or price(problem, shift, order)[0] or over_limit(problem, shift, visits):
            kept.add(shift.id)
    return kept


def _too_many_ways(problem: Problem, shift: Shift) -> bool:
    """Whether its breaks can be taken in more ways on one drive than the kernels try."""
    ways = math.prod(len(rest.windows) for rest in shift.breaks)
    return ways > MOST_WAYS and not all(one.speeds.is_even for one in problem.travel.values())


def _oddly_waived(problem: Problem, visit: Visit) -> bool:
    return bool(problem.waivers) and any(
        waiver.visit_id == visit.id and waiver.rule not in ELIGIBLE_ANYWAY
        for waiver in problem.waivers
    )


def _pace(problem: Problem, shifts: Sequence[Shift], classes: Sequence[int]) -> Pace:
    speeds = {number: problem.speeds(one) for one, number in zip(shifts, classes, strict=True)}
    return pace_of([speeds[number] for number in sorted(speeds)])


class _Windows:
    """All windows in one list, each owner's in a row."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []

    def add(self, windows: Sequence[TimeWindow]) -> tuple[int, int]:
        first = len(self.rows)
        self.rows += [(window.start, window.end) for window in windows]
        return first, len(windows)


def _service_columns(visits: Sequence[Visit], shifts: Sequence[Shift]) -> dict[str, int]:
    """Return the column of the service by type, for types in which some visit takes its own time.

    What setting up takes stands in the next.
    """
    named = {name for v in visits for name in (*v.service_per_type, *v.setup_per_type)}
    types = sorted(named & {shift.type for shift in shifts})
    return {name: at.VISIT_COLUMNS + 2 * place for place, name in enumerate(types)}


def _visits(
    problem: Problem, visits: Sequence[Visit], windows: _Windows, service_at: Mapping[str, int]
) -> Array:
    rows = np.zeros((len(visits), at.VISIT_COLUMNS + 2 * len(service_at)), np.int64)
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
        row[at.MOVES] = at.URGENT if visit.urgent else at.MOVABLE * can_move(visit)
        for name, column in service_at.items():
            row[column] = visit.service_per_type.get(name, visit.service)
            row[column + 1] = visit.setup_per_type.get(name, visit.setup)
        row[at.EARLIEST] = min((window.start for window in allowed), default=-at.NEVER)
        row[at.LAST] = max((window.end for window in allowed), default=at.NEVER) + late
    return rows


def _shifts(
    problem: Problem,
    shifts: Sequence[Shift],
    visits: Sequence[Visit],
    classes: Sequence[int],
    service_at: Mapping[str, int],
    nowhere: int,
) -> Array:
    rows, rests = np.zeros((len(shifts), at.SHIFT_COLUMNS), np.int64), 0
    lateness = any(visit.max_lateness for visit in visits)
    movable = any(can_move(visit) for visit in visits)
    for row, shift, travel_class in zip(rows, shifts, classes, strict=True):
        row[at.START] = nowhere if shift.start is None else shift.start
        row[at.END] = nowhere if shift.end is None else shift.end
        row[at.OPENS], row[at.CLOSES] = shift.window.start, shift.window.end
        if shift.overtime:
            row[at.MORE], row[at.MORE_RATE] = shift.overtime.max, shift.overtime.cost_per_second
        row[at.USE_COST] = shift.fixed_cost
        row[at.DRIVE_RATE] = shift.cost_per_hour * problem.weights.travel
        row[at.TRAVEL_CLASS] = travel_class
        row[at.FIRST_REST], row[at.RESTS] = rests, len(shift.breaks)
        row[at.MOST_VISITS] = _or_never(shift.max_tasks)
        row[at.MOST_DRIVING] = most_driving(shift)
        row[at.SERVICE_AT] = service_at.get(shift.type, at.SERVICE)
        row[at.LEAVES] = _or_never(shift.last_departure)
        row[at.MOST_BUSY] = _most_busy(shift) if movable and shift.reserve else at.NEVER
        row[at.SOFT] = lateness or (row[at.MORE] > 0 and row[at.MORE_RATE] > 0)
        unbound = row[at.LEAVES] == row[at.MOST_BUSY] == at.NEVER
        row[at.LUNCH] = not lateness and unbound and _has_plain_breaks(shift)
        for rest in shift.breaks[:1]:
            row[at.LUNCH_OPENS], row[at.LUNCH_CLOSES] = rest.windows[0].start, rest.windows[0].end
            row[at.LUNCH_TAKES] = rest.duration
        rests += len(shift.breaks)
    return rows


def _has_plain_breaks(shift: Shift) -> bool:
    return not shift.breaks or (len(shift.breaks) == 1 and len(shift.breaks[0].windows) == 1)


def _or_never(bound: int | None) -> int:
    return at.NEVER if bound is None else bound


def _most_busy(shift: Shift) -> int:
    rests = sum(rest.duration for rest in shift.breaks)
    return shift.window.end - shift.window.start - shift.reserve - rests


def _amounts(amounts: Sequence[tuple[int, ...]], goods: int, otherwise: int) -> Array:
    table = np.full((len(amounts), goods), otherwise, np.int64)
    for row, amount in zip(table, amounts, strict=True):
        if amount:
            row[:] = amount
    return table


def _longest(shifts: Sequence[Shift], visits: Sequence[Visit]) -> int:
    """Bound how many visits any route can hold, from its hours and the shortest visits."""
    least = np.cumsum(
        sorted(min((visit.service, *visit.service_per_type.values())) for visit in visits)
    )
    span = max((shift.latest_end - shift.window.start for shift in shifts), default=0)
    count = int(np.searchsorted(least, span, side="right")) + 1
    return max(1, min(count, len(visits), LONGEST_ROUTE))
