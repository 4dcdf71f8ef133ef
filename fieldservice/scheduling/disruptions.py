"""What goes wrong on a day under way, each as a change of the problem to be planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.guards import at_least
from fieldservice.scheduling.hours import from_then_on, without
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.travel import TravelMatrix

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


Disruption = Away | LeavesAt | Delayed | FinishedEarly | Snow | Emergency


def disrupted(
    problem: Problem, disruptions: Iterable[Disruption], begun: frozenset[int] = frozenset()
) -> Problem:
    """The problem after all of that; `begun` are the visits driven to, started or finished.

    What stood on a shift that is gone for good is free for others, but for what has begun
    there: that is history and leaves the problem.
    """
    for one in disruptions:
        problem = _disrupted(problem, one, begun)
    return problem


def last_begun(problem: Problem, shift_id: int, begun: frozenset[int]) -> Visit | None:
    """The visit this shift began last."""
    here = [
        (visit.pin.start, visit.id, visit)
        for visit in problem.visits
        if visit.id in begun
        and visit.pin is not None
        and visit.pin.shift_id == shift_id
        and visit.pin.start is not None
    ]
    return max(here)[2] if here else None


def _disrupted(problem: Problem, one: Disruption, begun: frozenset[int]) -> Problem:
    match one:
        case Away():
            shift = problem.shift(one.shift_id)
            return _with_shift(problem, shift, without(shift, one.gone, one.back), begun)
        case LeavesAt():
            shift = problem.shift(one.shift_id)
            left = without(shift, one.time, max(one.time, shift.latest_end) + 1)
            return _with_shift(problem, shift, left, begun)
        case Delayed():
            return _delayed(problem, one, begun)
        case FinishedEarly():
            return _with_visit(problem, one.visit_id, lambda visit: _over_at(visit, one.ended))
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


def _delayed(problem: Problem, one: Delayed, begun: frozenset[int]) -> Problem:
    last = last_begun(problem, one.shift_id, begun)
    if last is None:
        shift = problem.shift(one.shift_id)
        return _with_shift(problem, shift, from_then_on(shift, one.until), begun)
    return _with_visit(problem, last.id, lambda visit: _busy_until(visit, one.until))


def _busy_until(visit: Visit, until: int) -> Visit:
    assert visit.pin is not None
    start = visit.pin.start or 0
    return replace(visit, service=max(visit.service, until - start - visit.setup))


def _over_at(visit: Visit, ended: int) -> Visit:
    start = visit.pin.start if visit.pin is not None else None
    return visit if start is None else replace(visit, setup=0, service=max(0, ended - start))


def _snowed(problem: Problem, snow: Snow) -> Problem:
    at_least(0, factor=int(snow.factor))
    travel = {
        profile: TravelMatrix(_slowed(matrix.durations, snow))
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
            penalty=None if visit.penalty is None else 2 * dearest,
        )

    return _with_visit(problem, one.visit_id, raised)


def _with_visit(problem: Problem, visit_id: int, change: Callable[[Visit], Visit]) -> Problem:
    visits = (change(visit) if visit.id == visit_id else visit for visit in problem.visits)
    return replace(problem, visits=tuple(visits))
