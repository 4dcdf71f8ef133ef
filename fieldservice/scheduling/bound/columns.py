"""All routes known, each set of visits of a group once, and which of them a price undercuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array

Rows = tuple[int, ...]


@compiled
def settle(
    flat: Array,
    begins: Array,
    group: Array,
    price: Array,
    use: Array,
    charge: Array,
    cuts_at: Array,
    met: Array,
    reduced: Array,
) -> None:
    """Take the prices off the costs in `reduced`, and add what cuts charge; `met` holds zeros.

    The visits of route `n` are `flat` from `begins[n]` to `begins[n + 1]`.
    """
    for n in range(reduced.shape[0]):
        reduced[n] -= use[group[n]]
        for i in range(begins[n], begins[n + 1]):
            c = flat[i]
            reduced[n] -= price[c]
            for at in range(1, cuts_at[c, 0] + 1):
                cut = cuts_at[c, at]
                met[cut] += 1
                if met[cut] == 2:
                    reduced[n] += charge[cut]
        for i in range(begins[n], begins[n + 1]):
            for at in range(1, cuts_at[flat[i], 0] + 1):
                met[cuts_at[flat[i], at]] = 0


@dataclass(slots=True)
class Columns:
    """Routes as (group, rows of visits in order, cost in units), numbered as they come."""

    group: list[int] = field(default_factory=list)
    order: list[Rows] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    _known: dict[tuple[int, frozenset[int]], int] = field(default_factory=dict)
    _flat: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    _from: Array = field(default_factory=lambda: np.zeros(1, np.int64))
    _packed: int = 0

    def add(self, group: int, order: Rows, cost: int) -> int | None:
        """Keep a route; its number where it is new, or cheaper than the same visits so far."""
        key = (group, frozenset(order))
        known = self._known.get(key)
        if known is not None and self.cost[known] <= cost:
            return None
        self._known[key] = len(self.cost)
        self.group.append(group)
        self.order.append(order)
        self.cost.append(cost)
        return len(self.cost) - 1

    def number(self, group: int, visits: Sequence[int]) -> int | None:
        """Return the number of the cheapest route of that group over those visits."""
        return self._known.get((group, frozenset(visits)))

    def only(self, numbers: Iterable[int]) -> Columns:
        """Return those routes alone."""
        kept = Columns()
        for number in numbers:
            kept.add(self.group[number], self.order[number], self.cost[number])
        return kept

    def reduced(self, prices: Prices, cuts: Cuts) -> Array:
        """Return what each route costs above the prices of its visits and of its group, cuts paid.

        Exact where prices are whole.
        """
        self._pack()
        reduced = np.array(self.cost, prices.visits.dtype)
        charges = prices.charged_by(len(cuts.triples)).astype(reduced.dtype, copy=False)
        met = np.zeros(len(cuts.triples), np.int64)
        group = np.array(self.group, np.int64)
        settle(
            self._flat, self._from, group, prices.visits, prices.use, charges, cuts.at, met, reduced
        )
        return reduced

    def _pack(self) -> None:
        fresh = self.order[self._packed :]
        if fresh:
            lengths = np.cumsum([len(order) for order in fresh]) + self._from[-1]
            visits = np.fromiter(chain.from_iterable(fresh), np.int64)
            self._flat = np.concatenate((self._flat, visits))
            self._from = np.concatenate((self._from, lengths))
            self._packed = len(self.order)
