"""What no plan can do: a visit that some shift could never serve, whatever else it did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit


def impossible(problem: Problem, shift: Shift, visit: Visit) -> Rule | None:
    """Return a rule that rules the pair out in every plan, None when there is no such proof."""
    return refusal(problem, shift, visit) or _never_in_time(problem, shift, visit)


def _never_in_time(problem: Problem, shift: Shift, visit: Visit) -> Rule | None:
    """Compare the hours with the quickest way there and back, over any other places."""
    there, back = _quickest(problem, shift, visit)
    first = shift.window.start + there
    last = shift.latest_end - back - visit.service
    if first > last:
        if there + back + visit.service > shift.latest_end - shift.window.start:
            return Rule.SHIFT_HOURS
        return Rule.WINDOW
    windows = problem.windows(visit)
    reachable = any(w.start <= last and first <= w.end + visit.max_lateness for w in windows)
    return None if reachable or not windows else Rule.WINDOW


def _quickest(problem: Problem, shift: Shift, visit: Visit) -> tuple[int, int]:
    there = back = 0
    durations = np.array(problem.durations(shift), dtype=np.int64)
    if shift.start is not None:
        there = int(_shortest(durations, shift.start)[visit.location])
    if shift.end is not None:
        back = int(_shortest(durations.T, shift.end)[visit.location])
    return there, back


def _shortest(
    durations: np.ndarray[tuple[int, ...], np.dtype[np.int64]], source: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the shortest seconds from `source` to every place (Dijkstra 1959, dense)."""
    seconds: NDArray[np.int64] = durations[source].copy()
    seconds[source] = 0
    settled = np.zeros(len(seconds), dtype=bool)
    for _ in range(len(seconds)):
        nearest = int(np.where(settled, np.iinfo(np.int64).max, seconds).argmin())
        settled[nearest] = True
        np.minimum(seconds, seconds[nearest] + durations[nearest], out=seconds)
    return seconds
