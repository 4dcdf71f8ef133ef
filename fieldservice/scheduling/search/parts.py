"""A large plan searched by parts, each on its own for a while, then divided otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np

from fieldservice.scheduling.pace import Pace
from fieldservice.scheduling.search.packing import Orders, Packed
from fieldservice.scheduling.search.parting import Part, divide, joined
from fieldservice.scheduling.search.searching import Search

ROUNDS = 10
"""How often the plan is divided anew."""

LISTEN_SECONDS = 0.1


class Parts:
    """Cools a plan down in rounds; `threads` parts are searched at a time.

    It goes on from the plans of the moment and keeps the best. With `steps` in place of a clock
    the answer is the same for the same seed, whatever the threads.
    """

    def __init__(self, packed: Packed, orders: Orders, seed: int, threads: int) -> None:
        self.packed, self.orders, self.threads = packed, orders, threads
        self.cost = Search.on(packed, orders, seed).cost
        self._now, self._seed = orders, seed
        self._chance = np.random.default_rng(seed)
        self._halted = threading.Event()

    def cool(
        self,
        until: float | None,
        steps: int,
        stopped: Callable[[], bool],
        report: Callable[[], None],
    ) -> None:
        """Make all rounds until that second of the monotonic clock, or after that many steps."""
        for number in range(ROUNDS):
            if self._halted.is_set():
                return
            end = None
            if until is not None:
                end = time.monotonic() + (until - time.monotonic()) / (ROUNDS - number)
            self._round(number, end, steps, stopped)
            report()

    def _round(
        self, number: int, until: float | None, steps: int, stopped: Callable[[], bool]
    ) -> None:
        parts = list(divide(self.packed, self._now, self._chance))
        seconds = None
        if until is not None:
            seconds = max(0.0, until - time.monotonic()) * self.threads / len(parts)
        found: list[Future[Search]] = []
        with ThreadPoolExecutor(self.threads) as threads:
            for place, part in enumerate(parts):
                share = len(part.packed.visits) / len(self.packed.visits)
                most = 1 + int(steps * share / ROUNDS)
                seed = self._seed + 1000 * number + place
                found.append(threads.submit(self._search, part, seed, number, seconds, most))
            while wait(found, LISTEN_SECONDS).not_done:
                if stopped():
                    self._halted.set()
        self._take([one.result() for one in found])

    def _search(
        self, part: Part, seed: int, number: int, seconds: float | None, most: int
    ) -> Search:
        began = time.monotonic()
        search = Search.on(part.packed, part.orders, seed)
        pace = Pace(most, None if seconds is None else began + seconds)
        while not search.is_trivial and pace.done < 1 and not self._halted.is_set():
            steps, chunk = pace.chunk, time.monotonic()
            search.run(steps, (number + pace.done) / ROUNDS, (number + pace.after) / ROUNDS)
            pace.note(steps, time.monotonic() - chunk)
        return search

    def _take(self, searches: list[Search]) -> None:
        """Keep the best plan, and the one to go on from."""
        cost = sum(search.cost for search in searches)
        best = joined(self.orders, [search.orders for search in searches])
        if cost < self.cost:
            self.orders, self.cost = best, cost
        self._now = joined(self.orders, [search.orders_now for search in searches])
