"""Ruin and recreate on exact times: take neighbouring visits out, put them back better.

After Schrimpf et al. (2000), with the blinks of Christiaens and Vanden Berghe (2020).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.problem import Problem, Visit

HOT, COLD = 600.0, 30.0
"""Seconds of driving by which a change for the worse is readily accepted, first and last."""


MOST_INSERTED = 30
"""Visits put back in one round; where more are unserved, other rounds take their turn."""

PATIENCE = 100
"""Rounds without a better plan, per visit, after which there is little hope of one."""


def polish(
    draft: Draft, seed: int, progress: Callable[[], float], improved: Callable[[], None]
) -> None:
    """Improve the draft until `progress` (0 to 1) reaches 1 or hope is gone.

    `improved` hears of each better one; the draft is left at its best.
    """
    chance = random.Random(seed)
    neighbours = _Neighbours(draft.problem)
    best_cost = cost = draft.cost
    best = orders = draft.snapshot()
    patience = PATIENCE * (len(neighbours.free) + 1)
    rounds = best_at = 0
    while (done := progress()) < 1 and rounds - best_at < patience:
        rounds += 1
        _ruin_and_recreate(draft, neighbours, chance)
        heat = HOT * (COLD / HOT) ** done
        if draft.cost < cost - heat * math.log(chance.random() or 1e-9):
            cost, orders = draft.cost, draft.snapshot()
        else:
            draft.restore(orders)
        if cost < best_cost:
            best_cost, best, best_at = cost, orders, rounds
            improved()
    draft.restore(best)


class _Neighbours:
    """For each visit the others that may move, nearest first."""

    def __init__(self, problem: Problem) -> None:
        self.free = [visit for visit in problem.visits if not visit.pin and problem.shifts]
        self._durations = problem.durations(problem.shifts[0]) if problem.shifts else []
        self._near: dict[int, list[Visit]] = {}

    def near(self, visit: Visit) -> list[Visit]:
        """Return at most 30 visits, itself first."""
        if visit.id not in self._near:
            row = self._durations[visit.location]
            by_distance = sorted(
                self.free, key=lambda other: (other is not visit, row[other.location])
            )
            self._near[visit.id] = by_distance[:30]
        return self._near[visit.id]


def _ruin_and_recreate(draft: Draft, neighbours: _Neighbours, chance: random.Random) -> None:
    if not neighbours.free:
        return
    near = neighbours.near(chance.choice(neighbours.free))
    count = chance.randint(1, min(10, len(near)))
    taken = [visit for visit in near if chance.random() < 0.7][:count]
    before = draft.snapshot()
    if not draft.remove(visit.id for visit in taken):
        draft.restore(before)
        return
    out = draft.unserved
    chance.shuffle(out)
    del out[MOST_INSERTED:]
    if chance.random() < 0.7:
        out.sort(key=lambda visit: -draft.penalties.cost(visit))
    draft.insert_all(out)
