"""Where one more visit fits into a plan, exactly, and what it adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.eligibility import drives_too_much, overload, refusal
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.timing import price, time_route


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position (visits before it) on a shift's route, and the cost it adds in seconds."""

    cost: int
    shift_id: int
    position: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a visit with the second at which service would start."""

    shift_id: int
    position: int
    start: int
    cost: int


def insertions(
    problem: Problem, sequences: Mapping[int, Sequence[int]], visit: Visit
) -> list[Insertion]:
    """Return every insertion that breaks nothing new, cheapest first."""
    found = []
    for place in sorted(places(problem, sequences, visit)):
        shift = problem.shift(place.shift_id)
        order = inserted(sequences.get(shift.id, ()), place.position, visit.id)
        stops = time_route(problem, shift, order).stops
        start = next(stop.start for stop in stops if stop.visit_id == visit.id)
        found.append(Insertion(place.shift_id, place.position, start, place.cost))
    return found


def places(
    problem: Problem, sequences: Mapping[int, Sequence[int]], visit: Visit
) -> Iterator[Place]:
    """Yield every place for the visit, shift by shift."""
    for shift in problem.shifts:
        yield from places_on(problem, shift, sequences.get(shift.id, ()), visit)


def places_on(
    problem: Problem,
    shift: Shift,
    sequence: Sequence[int],
    visit: Visit,
    priced: tuple[int, int] | None = None,
) -> Iterator[Place]:
    """Yield every place for the visit on that route; `priced` is its price, if known."""
    if refusal(problem, shift, visit):
        return
    present = [problem.visit(visit_id) for visit_id in sequence]
    if overload(problem, shift, [*present, visit]):
        return
    faults, cost = priced or price(problem, shift, sequence)
    for position in _positions_in_time(problem, shift, present, visit):
        order = inserted(sequence, position, visit.id)
        new_faults, new_cost = price(problem, shift, order)
        if new_faults > faults and not _has_waiver(problem, visit):
            continue
        if drives_too_much(problem, shift, [problem.visit(one) for one in order]):
            continue
        if new_faults and check_route(problem, time_route(problem, shift, order)).introduced:
            continue
        yield Place(new_cost - cost, shift.id, position)


def inserted(sequence: Sequence[int], position: int, visit_id: int) -> tuple[int, ...]:
    """Return the order with one more visit in it."""
    return (*sequence[:position], visit_id, *sequence[position:])


def _positions_in_time(
    problem: Problem, shift: Shift, present: Sequence[Visit], visit: Visit
) -> Iterator[int]:
    """Yield the positions not ruled out by bounds that ignore breaks."""
    if any(other.pin for other in present) or visit.pin or problem.waivers:
        yield from range(len(present) + 1)
        return
    free, due = _earliest_free(problem, shift, present), _latest_arrival(problem, shift, present)
    stops = [shift.start, *(other.location for other in present), shift.end]
    for position, (before, after) in enumerate(pairwise(stops)):
        arrival = free[position] + problem.travel_time(shift, before, visit.location)
        start = _start(visit, arrival)
        if start is None:
            continue
        end = start + visit.service + (visit.setup if before != visit.location else 0)
        if end + problem.travel_time(shift, visit.location, after) <= due[position]:
            yield position


def _earliest_free(problem: Problem, shift: Shift, present: Sequence[Visit]) -> list[int]:
    """Return, for the start and each visit, when it can be over at the earliest."""
    free, place = [shift.window.start], shift.start
    for visit in present:
        arrival = free[-1] + problem.travel_time(shift, place, visit.location)
        setup = visit.setup if place != visit.location else 0
        start = _start(visit, arrival)
        free.append((arrival if start is None else start) + setup + visit.service)
        place = visit.location
    return free


def _latest_arrival(problem: Problem, shift: Shift, present: Sequence[Visit]) -> list[int]:
    """Return, for each visit and the end, the last arrival from which the rest still works.

    Setting up is left out, as it may be skipped behind an inserted visit.
    """
    due, place = [shift.latest_end], shift.end
    for visit in reversed(present):
        last = due[-1] - problem.travel_time(shift, visit.location, place) - visit.service
        due.append(min(last, _last_start(visit, last)))
        place = visit.location
    return due[::-1]


def _start(visit: Visit, arrival: int) -> int | None:
    if not visit.windows:
        return arrival
    open_still = [w.start for w in visit.windows if arrival <= w.end + visit.max_lateness]
    return max(arrival, min(open_still)) if open_still else None


def _last_start(visit: Visit, last: int) -> int:
    return max((w.end + visit.max_lateness for w in visit.windows), default=last)


def _has_waiver(problem: Problem, visit: Visit) -> bool:
    return any(problem.waived(rule, visit.id) for rule in Rule)
