"""A search in progress: its plan of the moment, the best one, and the pool of routes met."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.anneal import anneal, construct, remember
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.packing import Orders, Packed, pack
from fieldservice.scheduling.search.pool import new_pool
from fieldservice.scheduling.search.step import BEST, CURRENT, TALLIES, WAITING, renew

BLINK = 0.01
"""How often a route is overlooked that could take a visit."""
DEARER_THAN_ANY = 1 << 62
HOT_LEGS, COLD_LEGS = 4.0, 0.15
"""The heat at first and at last, in mean legs of the plan."""


class Search:
    """Improves orders step by step, the same way for the same seed.

    Shifts that people's decisions have broken stay as they are; what is left out of the search
    keeps its place in `orders`.
    """

    def __init__(self, problem: Problem, orders: Orders, seed: int, pooled: int = 0) -> None:
        self._begin(pack(problem, orders), orders, seed, pooled)

    @classmethod
    def on(cls, packed: Packed, orders: Orders, seed: int, pooled: int = 0) -> Search:
        """Return a search of a problem, or of a part of one, that is packed already."""
        search = cls.__new__(cls)
        search._begin(packed, orders, seed, pooled)
        return search

    def _begin(self, packed: Packed, orders: Orders, seed: int, pooled: int) -> None:
        self.packed = packed
        self._given = {shift_id: tuple(order) for shift_id, order in orders.items()}
        self._make_room()
        self._rng = np.array([_state(seed)], np.uint64)
        self.pool = new_pool(
            len(packed.visits), len(packed.shifts), packed.longest, max(1, pooled), seed
        )
        self.gathers = pooled > 0
        self._load(orders)

    @property
    def cost(self) -> int:
        """The cost of the best orders so far, of the shifts searched and the visits unserved."""
        return int(self._tally[BEST])

    @property
    def unserved(self) -> int:
        """How many of the visits searched are on no route of the best orders."""
        return len(self.packed.visits) - int(self._best[1].sum())

    @property
    def orders(self) -> dict[int, tuple[int, ...]]:
        """The best orders so far, those of shifts left alone included."""
        return {**self._given, **self._named(*self._best[:2])}

    @property
    def orders_now(self) -> dict[int, tuple[int, ...]]:
        """The same of the moment: while it is hot, a better place to go on from than the best."""
        return {**self._given, **self._named(self._state[0], self._state[2][:, at.LENGTH])}

    def _named(self, orders: Array, lengths: Array) -> dict[int, tuple[int, ...]]:
        visits = self.packed.visits
        return {
            shift.id: tuple(visits[c].id for c in nodes[:length])
            for shift, nodes, length in zip(self.packed.shifts, orders, lengths, strict=True)
        }

    def go_on_from(self, orders: Orders) -> None:
        """Leave the plan of the moment for another one; the best stays the best."""
        self._load(orders)

    @property
    def is_trivial(self) -> bool:
        """Whether there is nothing to decide."""
        return not self.packed.shifts or not self.packed.visits

    def construct(self) -> None:
        """Insert every waiting visit once, wherever that beats leaving it out."""
        construct(
            self.packed.kernel,
            self._state,
            self._kept,
            self._work,
            self._waiting,
            self._waiting_at,
            self._best,
            self._tally,
            self._rng,
            self.packed.longest,
        )
        self._leg = self._mean_leg()

    def run(self, steps: int, begin: float, end: float) -> None:
        """Make that many steps while the cooling goes from `begin` to `end` (0 hot, 1 cold)."""
        cooling = COLD_LEGS / HOT_LEGS
        hot, cold = (HOT_LEGS * self._leg * cooling**done for done in (begin, end))
        anneal(
            self.packed.kernel,
            self._state,
            self._kept,
            self._work,
            self._waiting,
            self._waiting_at,
            self._best,
            self.pool,
            self._tally,
            self._rng,
            steps,
            hot,
            cold,
            BLINK,
            self.packed.longest,
            self.gathers,
        )

    @property
    def routes_now(self) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The routes of the moment as kernels take them: state and work."""
        return self._state, self._work

    def best_routes(self) -> list[tuple[int, tuple[int, ...], int]]:
        """Return the routes of the best orders in the same form as `routes`."""
        return [
            (k, tuple(nodes[:length].tolist()), int(cost))
            for k, (nodes, length, cost) in enumerate(zip(*self._best, strict=True))
            if length
        ]

    def routes(self) -> Iterator[tuple[int, tuple[int, ...], int]]:
        """Yield the routes in the pool: row of the shift, rows of its visits, cost."""
        count, _table, _keys, facts, orders, *_ = self.pool
        for (k, length, cost), order in zip(facts[: count[0]], orders, strict=False):
            yield int(k), tuple(order[:length].tolist()), int(cost)

    def named_routes(self) -> Iterator[tuple[int, tuple[int, ...], int]]:
        """Yield the same by ids, as the problem names them."""
        visits, shifts = self.packed.visits, self.packed.shifts
        for k, order, cost in self.routes():
            yield shifts[k].id, tuple(visits[c].id for c in order), cost

    def _make_room(self) -> None:
        packed = self.packed
        visits, shifts, longest = len(packed.visits), len(packed.shifts), packed.longest
        rests = max((len(shift.breaks) for shift in packed.shifts), default=0)
        goods = packed.load.shape[1]

        def routes() -> tuple[Array, ...]:
            return (
                np.zeros((shifts, longest + 1), np.int32),
                np.zeros((shifts, longest + 1, at.LABELS, rests + 1), np.int64),
                np.zeros((shifts, at.TOTALS), np.int64),
                np.zeros((shifts, goods), np.int64),
            )

        def numbers(size: int, value: int = 0) -> Array:
            return np.full(size, value, np.int64)

        self._state = (*routes(), numbers(visits, -1))
        self._kept = (*routes(), numbers(shifts), numbers(shifts))
        self._work = (
            *(numbers(2 * visits), np.zeros(2 * visits), numbers(visits)),
            *(numbers(shifts), numbers(shifts + 1), np.zeros((2, rests + 1), np.int64)),
            *(np.zeros((1, 2, at.LABELS, rests + 1), np.int64), numbers(3), numbers(visits)),
            np.zeros((visits, shifts, at.MEMOS), np.int64),
        )
        self._waiting, self._waiting_at = numbers(visits), numbers(visits, -1)
        self._best = (
            np.zeros((shifts, longest + 1), np.int32),
            numbers(shifts),
            numbers(shifts),
        )
        self._tally = numbers(TALLIES)
        self._tally[BEST] = DEARER_THAN_ANY
        self._leg = 1.0

    def _load(self, orders: Orders) -> None:
        """Take the orders over as the plan of the moment."""
        row = {visit.id: c for c, visit in enumerate(self.packed.visits)}
        nodes, _label, total, _loaded, where = self._state
        where[:], self._waiting_at[:] = -1, -1
        for k, shift in enumerate(self.packed.shifts):
            order = [row[visit_id] for visit_id in orders.get(shift.id, ())]
            nodes[k, : len(order)], total[k, at.LENGTH] = order, len(order)
            where[order] = k
            renew(self.packed.kernel, self._state, self._tally, self._work[5], k)
        waiting = np.flatnonzero(where < 0)
        self._waiting[: len(waiting)] = waiting
        self._waiting_at[waiting] = np.arange(len(waiting))
        penalties = int(self.packed.visit[waiting, at.PENALTY].sum())
        self._tally[WAITING] = len(waiting)
        self._tally[CURRENT] = int(total[:, at.COST].sum()) + penalties
        if self._tally[CURRENT] < self._tally[BEST]:
            self._tally[BEST] = self._tally[CURRENT]
            remember(nodes, total, self._best)
        self._leg = self._mean_leg()

    def _mean_leg(self) -> float:
        total = self._state[2]
        legs = int((total[:, at.LENGTH] + (total[:, at.LENGTH] > 0)).sum())
        return max(1.0, int(total[:, at.DRIVEN].sum()) / max(1, legs))


def _state(seed: int) -> int:
    """Spread a seed over 64 bits, never 0 (splitmix64, Steele et al. 2014)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
    return (mixed ^ (mixed >> 31)) or 1
