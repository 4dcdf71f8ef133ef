"""What leaving a visit unserved costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldservice.scheduling.problem import Problem, Visit


@dataclass(frozen=True, slots=True)
class Penalties:
    """The penalties given or, with none given, `base` + `per_priority` · priority.

    An optional visit costs its own penalty, 0 without one, in both cases. `base` is above the
    cost of any plan, those penalties included, and `per_priority` above `base` times the number of
    visits, so that the sum of priorities decides first, then the number served, then the cost.
    """

    given: bool
    base: int
    per_priority: int

    @classmethod
    def of(cls, problem: Problem) -> Penalties:
        """Return the penalties that hold in that problem."""
        optional = sum(visit.penalty or 0 for visit in problem.visits if visit.optional)
        base = 1 + _dearest_plan(problem) + optional
        given = any(visit.penalty is not None for visit in problem.visits if not visit.optional)
        return cls(given, base, (len(problem.visits) + 1) * base)

    def cost(self, visit: Visit) -> int:
        """Return the cost, in seconds of driving, of leaving that visit out."""
        if visit.penalty is not None:
            return visit.penalty
        if visit.optional:
            return 0
        return self.base + self.per_priority * visit.priority


def _dearest_plan(problem: Problem) -> int:
    """Bound the cost of any plan from above: every leg the longest, every wish missed."""
    rate = max((shift.cost_per_hour for shift in problem.shifts), default=0)
    slowest = min((shift.speed_factor for shift in problem.shifts), default=1.0)
    longest = max(
        (int(matrix.durations.max(initial=0)) for matrix in problem.travel.values()), default=0
    )
    longest = math.ceil(longest / slowest)
    leg = 1 + longest * rate * problem.weights.travel // 3600
    visits = sum(
        leg + visit.max_lateness * visit.lateness_cost_per_second + visit.preference_cost
        for visit in problem.visits
    )
    shifts = sum(leg + 1 + shift.fixed_cost for shift in problem.shifts)
    overtime = sum(
        shift.overtime.max * shift.overtime.cost_per_second
        for shift in problem.shifts
        if shift.overtime
    )
    return visits + shifts + overtime + _dearest_between(problem)


def _dearest_between(problem: Problem) -> int:
    """Bound what routes cost between them: the longest day of all, every visit moved or apart."""
    weights, days = problem.weights, [0]
    for shift in problem.shifts:
        days.append(shift.latest_end - shift.window.start)
    apart = sum(len(visit.together) for visit in problem.visits)
    balance = weights.balance * (max(days) if weights.balance else 0)
    told = {visit.id for visit in problem.visits if visit.told is not None}
    changes = len(told | problem.reference.keys())
    return balance + weights.change * changes + weights.together * apart
