"""What no plan can do: a visit that some shift could never serve, whatever else it did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.speeds import USUAL


class Proofs:
    """Proofs for one problem; the quickest ways are worked out once for each place."""

    def __init__(self, problem: Problem, unhurried: Callable[[], bool]) -> None:
        self.problem, self.unhurried = problem, unhurried
        self._ways: dict[tuple[str, float, int, bool], NDArray[np.int64]] = {}

    def impossible(self, shift: Shift, visit: Visit) -> Rule | None:
        """Return a rule that rules the pair out in every plan, None when there is no proof.

        In a hurry only what needs no search for quicker ways is proved.
        """
        return refusal(self.problem, shift, visit) or self._never_in_time(shift, visit)

    def _never_in_time(self, shift: Shift, visit: Visit) -> Rule | None:
        there = self._quickest(shift, shift.start, visit, back=False)
        back = self._quickest(shift, shift.end, visit, back=True)
        speeds = self.problem.speeds(shift)
        first = speeds.reach(shift.window.start, there * USUAL)
        leave = speeds.leave(shift.latest_end, back * USUAL)
        if shift.last_departure is not None:
            leave = min(leave, shift.last_departure)
        last = leave - visit.service_on(shift)
        if first > last:
            return Rule.SHIFT_HOURS
        windows = self.problem.windows(visit)
        reachable = any(w.start <= last and first <= w.end + visit.max_lateness for w in windows)
        return None if reachable or not windows else Rule.WINDOW

    def _quickest(self, shift: Shift, place: int | None, visit: Visit, *, back: bool) -> int:
        """Return seconds between place and visit over any other places, at the usual speed.

        0 where unknown.
        """
        if place is None:
            return 0
        key = (shift.profile, shift.speed_factor, place, back)
        if key not in self._ways:
            if not self.unhurried():
                return 0
            durations = np.array(self.problem.durations(shift), dtype=np.int64)
            self._ways[key] = _shortest(durations.T if back else durations, place)
        return int(self._ways[key][visit.location])


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
