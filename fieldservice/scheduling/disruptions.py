"""What goes wrong on a day under way, each as a change of the problem to be planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.guards import at_least
from fieldservice.scheduling.hours import from_then_on, without
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow, Visit

LONGEST_WAIT = 12 * 3600
URGENT = 100


@dataclass(frozen=True, slots=True)
class Away:
    """Nobody drives this shift from `gone` until `back`: ill, or the van is off the road."""

    shift_id: int
    gone: int
    back: int


@dataclass(frozen=True, slots=True)
class LeavesAt:
    """The technician has to be home by `time`, overtime or not."""

    shift_id: int
    time: int


@dataclass(frozen=True, slots=True)
class Delayed:
    """What this shift has begun keeps it busy until `until`; without any, it leaves then."""

    shift_id: int
    until: int


@dataclass(frozen=True, slots=True)
class FinishedEarly:
    """A visit that has begun was over at `ended`."""

    visit_id: int
    ended: int


@dataclass(frozen=True, slots=True)
class Snow:
    """Every drive from or to these places takes `factor` times as long; everywhere if None."""

    factor: float
    places: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """This visit comes before all others, and every second from `since` on counts."""

    visit_id: int
    since: int


OneByOne = Away | LeavesAt | FinishedEarly | Snow | Emergency
Disruption = OneByOne | Delayed


def disrupted(
    problem: Problem, disruptions: Iterable[Disruption], begun: frozenset[int] = frozenset()
) -> Problem:
    """The problem after all of that; `begun` are the visits driven to, started or finished.

    What stood on a shift that is gone for good is free for others, but for what has begun
    there: that is history and leaves the problem.
    """
    busy_until: dict[int, int] = {}
    for one in disruptions:
        if isinstance(one, Delayed):
            busy_until[one.shift_id] = max(one.until, busy_until.get(one.shift_id, one.until))
        else:
            problem = _disrupted(problem, one, begun)
    return _delayed(problem, busy_until, begun)


def begun_in_turn(problem: Problem, begun: frozenset[int]) -> dict[int, list[Visit]]:
    """What each shift has begun, in the order of the clock."""
    found: dict[int, list[tuple[int, int, Visit]]] = defaultdict(list)
    for visit in problem.visits:
        if visit.id in begun and visit.pin is not None and visit.pin.start is not None:
            found[visit.pin.shift_id].append((visit.pin.start, visit.id, visit))
    return {
        shift_id: [visit for _, _, visit in sorted(some, key=lambda one: one[:2])]
        for shift_id, some in found.items()
    }


def _disrupted(problem: Problem, one: OneByOne, begun: frozenset[int]) -> Problem:
    match one:
        case Away():
            shift = problem.shift(one.shift_id)
            return _with_shift(problem, shift, without(shift, one.gone, one.back), begun)
        case LeavesAt():
            shift = problem.shift(one.shift_id)
            left = without(shift, one.time, max(one.time, shift.latest_end) + 1)
            return _with_shift(problem, shift, left, begun)
        case FinishedEarly():
            return _with_visit(problem, one.visit_id, lambda visit: over_at(visit, one.ended))
        case Snow():
            return _snowed(problem, one)
        case Emergency():
            return _urgent(problem, one)


def _with_shift(
    problem: Problem, before: Shift, after: Shift | None, begun: frozenset[int]
) -> Problem:
    if after is not None:
        shifts = tuple(after if one.id == after.id else one for one in problem.shifts)
        return replace(problem, shifts=shifts)
    here = {v.id for v in problem.visits if v.pin is not None and v.pin.shift_id == before.id}
    history = here & begun
    visits = tuple(
        replace(visit, pin=None) if visit.id in here else visit
        for visit in problem.visits
        if visit.id not in history
    )
    waivers = frozenset(one for one in problem.waivers if one.visit_id not in history)
    shifts = tuple(one for one in problem.shifts if one.id != before.id)
    return replace(problem, visits=visits, shifts=shifts, waivers=waivers)


def _delayed(problem: Problem, busy_until: Mapping[int, int], begun: frozenset[int]) -> Problem:
    """All at once: on a day under way every shift has a moment before which it cannot leave."""
    in_turn = begun_in_turn(problem, begun)
    visits: dict[int, Visit] = {}
    shifts: dict[int, Shift] = {}
    for shift_id, until in busy_until.items():
        if not problem.has_shift(shift_id):
            continue
        if shift_id not in in_turn:
            shift = problem.shift(shift_id)
            left = from_then_on(shift, until)
            if left is None:
                problem = _with_shift(problem, shift, None, begun)
            else:
                shifts[shift_id] = left
        elif ends_at(problem, last := in_turn[shift_id][-1]) < until:
            visits[last.id] = over_at(last, until)
    return replace(
        problem,
        visits=tuple(visits.get(visit.id, visit) for visit in problem.visits),
        shifts=tuple(shifts.get(shift.id, shift) for shift in problem.shifts),
    )


def ends_at(problem: Problem, begun: Visit) -> int:
    """When a visit that is pinned with its start is over."""
    assert begun.pin is not None
    shift = problem.shift(begun.pin.shift_id)
    return (begun.pin.start or 0) + begun.setup_on(shift) + begun.service_on(shift)


def over_at(visit: Visit, ended: int) -> Visit:
    """The same for whoever does it: what has begun is done by one technician."""
    start = visit.pin.start if visit.pin is not None else None
    if start is None:
        return visit
    spent = max(0, ended - start)
    return replace(visit, setup=0, service=spent, setup_per_type={}, service_per_type={})


def _snowed(problem: Problem, snow: Snow) -> Problem:
    at_least(0, factor=int(snow.factor))
    travel = {
        profile: replace(matrix, durations=_slowed(matrix.durations, snow))
        for profile, matrix in problem.travel.items()
    }
    return replace(problem, travel=travel)


def _slowed(durations: np.ndarray, snow: Snow) -> np.ndarray:
    scaled = np.ceil(durations * snow.factor).astype(np.int64)
    if snow.places is None:
        return scaled
    touched = np.isin(np.arange(len(durations)), list(snow.places))
    return np.where(touched[:, None] | touched[None, :], scaled, durations)


def _urgent(problem: Problem, one: Emergency) -> Problem:
    dearest = max((visit.penalty or 0 for visit in problem.visits), default=0)

    def raised(visit: Visit) -> Visit:
        return replace(
            visit,
            windows=(TimeWindow(one.since, one.since),),
            max_lateness=LONGEST_WAIT,
            lateness_cost_per_second=1,
            priority=URGENT,
            urgent=True,
            movable=False,
            optional=False,
            penalty=None if visit.penalty is None else 2 * dearest,
        )

    return _with_visit(problem, one.visit_id, raised)


def _with_visit(problem: Problem, visit_id: int, change: Callable[[Visit], Visit]) -> Problem:
    visits = (change(visit) if visit.id == visit_id else visit for visit in problem.visits)
    return replace(problem, visits=tuple(visits))
