"""Demand: where visits usually come from, and how near the next one will be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldservice.errors import Refused
from fieldservice.scheduling.guards import at_least

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Demand:
    """A place from which so many visits come on a usual day."""

    location: int
    per_day: float

    def __post_init__(self) -> None:
        at_least(0, location=self.location)
        if not 0 < self.per_day <= 1000:
            raise Refused(
                f"Visits per day are more than 0 and at most 1000, not {self.per_day:g}.", "per_day"
            )


class Neighbours:
    """The demand of a usual day as seen from one place."""

    def __init__(self, drives: Numbers, per_day: Numbers) -> None:
        """Take the seconds from here to each place, and the visits a day from there."""
        order = np.argsort(drives, kind="stable")
        self._reach = np.concatenate([[0.0], drives[order]])
        self._nearer = np.concatenate([[0.0], np.cumsum(per_day[order])])

    @property
    def a_day(self) -> float:
        """Visits on a usual day, from all places together."""
        return float(self._nearer[-1])

    def detours(self, extra: Numbers, to_come: float) -> Numbers:
        """Return the seconds of driving to expect where `extra` seconds are added now.

        A visit beside another one adds the drive between the two. With `to_come` more visits on
        that day, of which W(t) within a drive of t seconds, the nearest is farther than t with
        the chance e^-W(t); the expectation of min(extra, nearest) is the integral of that chance
        from 0 to `extra`. What is on the way already stays so.
        """
        if not to_come or not self.a_day:
            return extra
        alone = np.exp(-self._nearer * (to_come / self.a_day))
        until = np.concatenate([[0.0], np.cumsum(np.diff(self._reach) * alone[:-1])])
        beyond = np.maximum(0.0, extra - self._reach[-1]) * alone[-1]
        return np.where(extra < 0, extra, np.interp(extra, self._reach, until) + beyond)
