"""The same questions to the kernels: a plan packed once, with all that is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fieldservice.scheduling.explaining.swapping import Swap
from fieldservice.scheduling.insertion import Place
from fieldservice.scheduling.problem import Problem, TimeWindow
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.offering import best_places
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.search.swapping import best_swaps


class KernelPlaces:
    """Answers for the routes and visits the kernels take; the others are left to labels."""

    def __init__(self, problem: Problem, orders: Mapping[int, Sequence[int]]) -> None:
        self._search = Search(problem, orders, seed=1)
        packed = self._search.packed
        self._rows = {visit.id: c for c, visit in enumerate(packed.visits)}
        self._shifts = [shift.id for shift in packed.shifts]
        self._places = np.zeros((len(self._shifts), 3), np.int64)
        self._swaps = np.zeros((len(packed.visits), 3), np.int64)

    def shifts_known(self, visit_id: int) -> frozenset[int]:
        """Return the shifts whose places for that visit are all told."""
        return frozenset(self._shifts if visit_id in self._rows else ())

    def start_within(self, visit_id: int, window: TimeWindow) -> None:
        """From now on let that visit, which has one window, start within another one."""
        row = self._rows.get(visit_id)
        if row is not None:
            packed, visit = self._search.packed, self._search.packed.visit[row]
            packed.window[visit[at.FIRST_WINDOW]] = window.start, window.end
            visit[at.EARLIEST], visit[at.LAST] = window.start, window.end

    def places(self, visit_id: int) -> list[Place]:
        """Return the cheapest place on each route."""
        row = self._rows.get(visit_id)
        if row is None or not self._shifts:
            return []
        packed, routes = self._search.packed, self._search.routes_now
        best_places(packed.kernel, *routes, packed.longest, row, self._places)
        return [
            Place(cost, self._shifts[k], position)
            for cost, k, position in self._places.tolist()
            if position >= 0
        ]

    def swaps(self, visit_id: int) -> list[Swap]:
        """Return the cheapest place in the stead of each visit on a route."""
        row = self._rows.get(visit_id)
        if row is None or not self._shifts:
            return []
        packed, routes = self._search.packed, self._search.routes_now
        best_swaps(packed.kernel, *routes, packed.longest, row, self._swaps)
        return [
            Swap(cost, self._shifts[k], position, packed.visits[leaves].id)
            for leaves, (cost, k, position) in enumerate(self._swaps.tolist())
            if position >= 0
        ]
