"""A shift whose rules people's decisions have broken: what it serves it still has to drive to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.timing import preference_cost

NEVER_HERE = (Rule.SKILL, Rule.ALLOWED_SHIFT, Rule.FORBIDDEN_SHIFT, Rule.PIN)
"""Rules of single visits, which one visit's waiver or pin never lifts for another."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One such shift; costs are in units."""

    problem: Problem
    shift: Shift
    drives: dict[int, int]

    @classmethod
    def of(cls, problem: Problem, shift: Shift) -> Aside:
        """Find the shortest drive to each visit, from the start or from another visit."""
        places = np.array([visit.location for visit in problem.visits], np.int64)
        seconds = problem.seconds(shift)
        among = seconds[np.ix_(places, places)].copy()
        np.fill_diagonal(among, np.iinfo(np.int64).max)
        first = np.zeros(len(places), np.int64) if shift.start is None else seconds[shift.start]
        first = first if shift.start is None else first[places]
        shortest = np.minimum(among.min(axis=0, initial=np.iinfo(np.int64).max), first)
        ids = [visit.id for visit in problem.visits]
        return cls(problem, shift, dict(zip(ids, shortest.tolist(), strict=True)))

    def may_serve(self, visit: Visit) -> bool:
        """Tell whether the visit might be on that shift, its other rules left out."""
        return refusal(self.problem, self.shift, visit) not in NEVER_HERE

    def least(self, visit: Visit) -> int:
        """Return the least that serving the visit can add."""
        rate = self.shift.cost_per_hour * self.problem.weights.travel
        return self.drives[visit.id] * rate + UNIT * preference_cost(self.shift, visit)

    @property
    def pinned_cost(self) -> int:
        """What the shift costs at least for the visits pinned to it."""
        pins = [v for v in self.problem.visits if v.pin and v.pin.shift_id == self.shift.id]
        use = UNIT * self.shift.fixed_cost if pins else 0
        # The drive of a whole shift is rounded once, downwards by less than half a second.
        rounding = UNIT // 2 if self.shift.cost_per_hour * self.problem.weights.travel % UNIT else 0
        return use + sum(self.least(visit) for visit in pins) - rounding
