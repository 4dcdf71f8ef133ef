"""Where the visits of a bundle could go at a given time, on every route at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.between.agreeing import without_steps
from fieldservice.scheduling.problem import Problem, TimeWindow, Visit
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.offering import at_any_price, best_places
from fieldservice.scheduling.search.searching import Search


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """The best position on one route for one start, and the seconds of driving it adds."""

    cost: int
    shift_id: int
    position: int


class Openings:
    """A plan asked where visits that are on none of its routes could start when."""

    def __init__(
        self, problem: Problem, orders: Mapping[int, Sequence[int]], asked: Sequence[int]
    ) -> None:
        served = {visit_id for order in orders.values() for visit_id in order}
        visits = tuple(
            _anytime(visit) if visit.id in asked else visit
            for visit in problem.visits
            if visit.id in served or visit.id in asked
        )
        known = {visit.id for visit in visits}
        waivers = frozenset(one for one in problem.waivers if one.visit_id in known - set(asked))
        asking = replace(
            problem,
            visits=_priced([replace(visit, group=None, after=()) for visit in visits], asked),
            shifts=tuple(without_steps(shift) for shift in problem.shifts),
            waivers=waivers,
        )
        self._search = Search(asking, orders, seed=1)
        packed = self._search.packed
        self._row = {visit.id: row for row, visit in enumerate(packed.visits)}
        self._found = np.zeros((len(packed.shifts), 3), np.int64)

    def between(self, visit_id: int, window: TimeWindow) -> list[Opening]:
        """Return an opening on each route that can start the visit then, cheapest first."""
        packed, row = self._search.packed, self._row.get(visit_id)
        if row is None or self._search.is_trivial:
            return []
        visit = packed.visit[row]
        packed.window[visit[at.FIRST_WINDOW]] = window.start, window.end
        visit[at.EARLIEST], visit[at.LAST] = window.start, window.end
        best_places(packed.kernel, *self._search.routes_now, packed.longest, row, self._found)
        return sorted(
            Opening(int(cost), packed.shifts[k].id, int(position))
            for k, (cost, _, position) in enumerate(self._found)
            if position >= 0
        )


def _anytime(visit: Visit) -> Visit:
    """The visit with one window to be set for each question, bound by nothing else in time."""
    window = TimeWindow(0, 0)
    return replace(visit, windows=(window,), max_lateness=0)


def _priced(visits: Sequence[Visit], asked: Sequence[int]) -> tuple[Visit, ...]:
    """The visits with penalties so high that none bounds the answers."""
    priced = any(visit.penalty is not None for visit in visits if not visit.optional)
    return tuple(
        at_any_price(visit, priced=priced) if visit.id in asked else visit for visit in visits
    )
