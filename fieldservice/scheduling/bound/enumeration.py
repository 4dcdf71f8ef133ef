"""The routes that a plan within the gap may have, all of them, while they are few enough.

A plan with a route that costs more above the prices than is left between bound and best plan is
no better than the best; of other routes none is missing here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fieldservice.scheduling.bound.columns import Columns, settle
from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.day import Group
from fieldservice.scheduling.bound.enumerating import enumerate_routes, read_routes
from fieldservice.scheduling.bound.fields import COUNT, GOODS, MEMORY, NOBODY
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.bound.pricing import SLOTS, Pricing
from fieldservice.scheduling.search.legs import Array

MOST_LABELS = 1 << 20
MOST_ROUTES = 150_000
"""Of all shifts together."""

BUCKETS = 1 << 20


@dataclass(slots=True)
class Enumeration:
    """Enumerates group by group, in the same memory; the group that was too much comes first."""

    pricing: Pricing
    _label: Array = field(init=False)
    _table: Array = field(init=False)
    _done: Array = field(init=False)
    _key: Array = field(init=False)
    _turns: list[int] = field(init=False)

    def __post_init__(self) -> None:
        day = self.pricing.day
        self._label = np.zeros((MOST_LABELS, GOODS + day.packed.load.shape[1]), np.int64)
        self._table = np.zeros(BUCKETS, np.int64)
        self._done = np.zeros((MOST_LABELS, 2), np.int64)
        chance = np.random.default_rng(len(day.packed.visits))
        self._key = chance.integers(0, 1 << 62, len(day.packed.visits))
        self._turns = list(range(len(day.groups)))

    def within(self, spare: int, prices: Prices, cuts: Cuts, routes: Columns) -> int | None:
        """Add all routes less than `spare` above whole prices; None where they are too many.

        Returns the bound these prices prove: a plan with any other route costs `spare` more.
        """
        day = self.pricing.day
        least = day.fixed + int(prices.visits.sum()) - int(prices.charges.sum())
        for number in tuple(self._turns):
            group, use = day.groups[number], int(prices.use[number])
            count = self._fill(group, prices, use, cuts, spare)
            if count is None or len(routes.cost) + count > MOST_ROUTES:
                self._turns.remove(number)
                self._turns.insert(0, number)
                return None
            lowest = int(self._done[:count, 0].min(initial=0))
            least += len(group.shifts) * (use + min(0, lowest))
            self._read(number, count, prices, cuts, routes)
        return least

    def _fill(self, group: Group, prices: Prices, use: int, cuts: Cuts, spare: int) -> int | None:
        """Fill the memory with the routes of that group; how many, None where not all."""
        pricing, day = self.pricing, self.pricing.day
        worth = prices.visits - group.wish_cost
        pricing.take_turns(group, worth)
        if group.bits >= 0:
            pricing.look_home(group, worth)
        charges = prices.charged_by(len(cuts.triples))
        zeros = [np.zeros(size, np.int64) for size in (SLOTS, len(worth), len(cuts.triples))]
        arguments: list[Any] = [
            *day.kernel,
            *pricing.rules(group),
            worth,
            day.first_cost(group) - use,
        ]
        arguments += [spare, self._key, pricing.ahead, pricing.lowest, group.bits, charges, cuts.at]
        arguments += [
            pricing.effort.left,
            self._label,
            self._table,
            *zeros,
            pricing.ways,
            self._done,
        ]
        count, work, complete = enumerate_routes(*arguments)
        pricing.effort.spend(work)
        if not complete:
            return None
        return self._each_once(count)

    def _each_once(self, count: int) -> int:
        """Leave of routes with the same visits only the cheapest, as far as they are neighbours."""
        done = self._done[:count]
        keys = self._label[done[:, 1], MEMORY]
        order = np.lexsort((done[:, 0], keys))
        orders = np.sort(self._orders(count)[order], axis=1)
        fresh = np.ones(count, bool)
        fresh[1:] = (orders[1:] != orders[:-1]).any(axis=1)
        kept = order[fresh]
        self._done[: len(kept)] = done[kept]
        return len(kept)

    def _orders(self, count: int) -> Array:
        longest = int(self._label[self._done[:count, 1], COUNT].max(initial=0))
        orders = np.full((count, longest), NOBODY, np.int64)
        read_routes(self._label, self._done, count, orders)
        return orders

    def _read(self, number: int, count: int, prices: Prices, cuts: Cuts, routes: Columns) -> None:
        orders, totals = self._orders(count), self._done[:count, 0]
        lengths = (orders != NOBODY).sum(axis=1)
        begins = np.concatenate(([0], np.cumsum(lengths)))
        # What prices and cuts make of a route that costs nothing is what they make of any.
        apart = np.zeros(count, np.int64)
        groups, met = np.full(count, number), np.zeros(len(cuts.triples), np.int64)
        charges = prices.charged_by(len(cuts.triples))
        visits = orders[orders != NOBODY]
        settle(visits, begins, groups, prices.visits, prices.use, charges, cuts.at, met, apart)
        costs = (totals - apart).tolist()
        for order, length, cost in zip(orders.tolist(), lengths.tolist(), costs, strict=True):
            routes.add(number, tuple(order[:length]), cost)
