"""What pins alone decide: the route of a shift that holds its pinned visits and nothing else."""

from __future__ import annotations

from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import price


def pinned_visits(problem: Problem, shift: Shift) -> list[Visit]:
    """Return the visits fixed to that shift."""
    return list(problem.pinned.get(shift.id, ()))


def pinned_sequence(problem: Problem, shift: Shift) -> tuple[int, ...]:
    """Order the pinned visits: by time where it is pinned too, the others where they harm least."""
    pinned = pinned_visits(problem, shift)
    timed = [(visit.pin.start, visit.id) for visit in pinned if visit.pin and _timed(visit)]
    sequence = [visit_id for _, visit_id in sorted(timed)]
    untimed = [visit for visit in pinned if not _timed(visit)]
    for visit in sorted(untimed, key=lambda visit: (_last_start(visit), visit.id)):
        orders = [
            [*sequence[:position], visit.id, *sequence[position:]]
            for position in range(len(sequence), -1, -1)
        ]
        sequence = min(orders, key=lambda order: price(problem, shift, order))
    return tuple(sequence)


def _timed(visit: Visit) -> bool:
    return visit.pin is not None and visit.pin.start is not None


def _last_start(visit: Visit) -> float:
    return max((window.end for window in visit.windows), default=float("inf"))
