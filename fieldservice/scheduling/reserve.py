"""The reserve of a shift: hours that work which can be moved leaves free for work that cannot."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import travel_along


def can_move(visit: Visit) -> bool:
    """Tell whether it has to leave the reserve free: what people pinned has not."""
    return visit.movable and visit.pin is None


def reserve_taken(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> int:
    """Return the seconds of the reserve that these visits in this order take; 0 where none.

    Urgent visits are left aside: were they not there, the drive, the work and the breaks of the
    others would have to leave the reserve free of the hours. A pinned visit counts as any other.
    """
    lasting = [visit for visit in visits if not visit.urgent]
    if not any(can_move(visit) for visit in lasting):
        return 0
    places = [shift.start, *(visit.location for visit in lasting)]
    work = sum(
        visit.service_on(shift) + (visit.setup_on(shift) if visit.location != before else 0)
        for before, visit in zip(places, lasting, strict=False)
    )
    rests = sum(rest.duration for rest in shift.breaks)
    busy = travel_along(problem, shift, lasting) + work + rests
    return max(0, busy + shift.reserve - (shift.window.end - shift.window.start))
