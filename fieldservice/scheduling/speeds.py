"""How fast roads are at each hour: a drive gets on at the speed of each second that it lasts.

Not all of it at the speed of the second in which it began: so whoever leaves later never arrives
sooner (Ichoua, Gendreau and Potvin 2003). All in whole numbers; way is counted in hundredths of
what one second at the usual speed, that of the travel matrix, gets on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldservice.errors import Refused

USUAL = 100
"""The speed of the travel matrix, in percent; every second at it gets on so much way."""

SLOWEST, FASTEST = 1, 500
FOR_EVER = 1 << 40
"""Seconds from any origin to where no day lies any more."""

Step = tuple[int, int]
"""The second from which a speed holds, and that speed in percent of the usual one."""

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Speeds:
    """The speed at every second: that of the last step before it, the usual one before the first.

    Steps that change nothing are left out, so that equal speeds are equal.
    """

    steps: tuple[Step, ...] = ()
    _rows: tuple[tuple[int, int, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(_changes(self.steps)))
        object.__setattr__(self, "_rows", tuple(_rows(self.steps)))

    @property
    def is_even(self) -> bool:
        """Whether every hour has the usual speed."""
        return not self.steps

    @property
    def rows(self) -> tuple[tuple[int, int, int], ...]:
        """For each step its second, its speed and the way got on since the first; the first row
        speaks of all the time before."""
        return self._rows

    def at_best(self) -> Speeds:
        """Return the fastest of these speeds at every hour."""
        best = max((speed for _, speed in self.steps), default=USUAL)
        return Speeds(((-FOR_EVER, max(best, USUAL)),))

    def reach(self, leaving: int, way: int) -> int:
        """Return the first second by which so much way is behind whoever leaves then."""
        if not self.steps:
            return leaving - (-way // USUAL)
        gone = self._gone(leaving) + way
        second, speed, before = self._row(2, gone - 1)
        return second - (before - gone) // speed

    def leave(self, arriving: int, way: int) -> int:
        """Return the last second at which to leave with so much way to go."""
        if not self.steps:
            return arriving + -way // USUAL
        gone = self._gone(arriving) - way
        second, speed, before = self._row(2, gone)
        return second + (gone - before) // speed

    def driven(self, since: int, until: int) -> int:
        """Return the way got on between these seconds."""
        if not self.steps:
            return USUAL * (until - since)
        return self._gone(until) - self._gone(since)

    def reach_all(self, leaving: Numbers, way: Numbers) -> Numbers:
        """Return when so much way is behind each of those who leave then, to the fraction."""
        if not self.steps:
            return leaving + way / USUAL
        seconds, gone = self._knots()
        return np.interp(np.interp(leaving, seconds, gone) + way, gone, seconds)

    def driven_by_all(self, since: Numbers, until: Numbers) -> Numbers:
        """Return the way each of them gets on between these instants."""
        if not self.steps:
            return USUAL * (until - since)
        seconds, gone = self._knots()
        way: Numbers = np.interp(until, seconds, gone) - np.interp(since, seconds, gone)
        return way

    def _gone(self, second: int) -> int:
        since, speed, before = self._row(0, second)
        return before + (second - since) * speed

    def _row(self, column: int, value: int) -> tuple[int, int, int]:
        """Return the last row of which that column is no more than the value, else the first."""
        place = bisect_right(self._rows, value, lo=1, key=lambda row: row[column])
        return self._rows[place - 1]

    def _knots(self) -> tuple[Numbers, Numbers]:
        ends = [-FOR_EVER, *(second for second, _ in self.steps), FOR_EVER]
        return np.array(ends, float), np.array([self._gone(second) for second in ends], float)


def _changes(steps: Iterable[Step]) -> Iterator[Step]:
    steps = tuple(steps)
    for (second, _), (following, _) in pairwise(steps):
        if following <= second:
            raise Refused(f"Speeds come by their seconds: {following} after {second}.", "speeds")
    speed_before = USUAL
    for second, speed in steps:
        if not SLOWEST <= speed <= FASTEST:
            sentence = f"A speed is {SLOWEST} to {FASTEST} percent of the usual one, not {speed}."
            raise Refused(sentence, "speeds")
        if abs(second) > FOR_EVER:
            raise Refused(f"Second {second} is further away than days are planned.", "speeds")
        if speed != speed_before:
            yield second, speed
        speed_before = speed


def _rows(steps: tuple[Step, ...]) -> Iterator[tuple[int, int, int]]:
    gone, since, speed_before = 0, steps[0][0] if steps else 0, USUAL
    yield since, USUAL, 0
    for second, speed in steps:
        gone += (second - since) * speed_before
        yield second, speed, gone
        since, speed_before = second, speed


AT_USUAL_SPEED = Speeds()
"""Whatever the hour."""
