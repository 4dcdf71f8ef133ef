"""Searches side by side, one on each core, that now and then go on from the best plan of all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from fieldservice.scheduling.search.searching import Search

EXCHANGES = 12
"""How often in all the search that is furthest behind takes over the best plan."""


class Team:
    """Several searches of one problem from different seeds; the same for the same seeds.

    Threads suffice: the kernels hold no lock while they run.
    """

    def __init__(self, searches: Sequence[Search]) -> None:
        self.searches = searches

    @property
    def leader(self) -> Search:
        """The search with the best plan."""
        return min(self.searches, key=lambda search: search.cost)

    def run(self, steps: int, begin: float, end: float, *, gathers: bool) -> None:
        """Let each make that many steps of the cooling from `begin` to `end`."""
        for search in self.searches:
            search.gathers = gathers
        first, *others = self.searches
        with ThreadPoolExecutor(len(self.searches)) as threads:
            beside = [threads.submit(search.run, steps, begin, end) for search in others]
            first.run(steps, begin, end)
        for done in beside:
            done.result()
        if int(begin * EXCHANGES) < int(end * EXCHANGES):
            self._exchange()

    def _exchange(self) -> None:
        last = max(self.searches, key=lambda search: search.cost)
        if last.cost > self.leader.cost:
            last.go_on_from(self.leader.orders)
