"""All routes known, each set of visits of a group once, and which of them a price undercuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fieldservice.scheduling.search.legs import Array

Rows = tuple[int, ...]
Charge = tuple[tuple[int, ...], float]


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

    def reduced(self, prices: Array, use: Array, charges: Iterable[Charge] = ()) -> Array:
        """Return what each route costs above the prices of its visits and of its group.

        Each of `charges` is a cut, and what it charges the routes with two or more of its visits.
        """
        self._pack()
        sums = np.concatenate(([0.0], np.cumsum(prices[self._flat])))
        worth = sums[self._from[1:]] - sums[self._from[:-1]]
        reduced: Array = np.array(self.cost, float) - worth - use[np.array(self.group, np.int64)]
        for triple, charge in charges:
            inside = np.concatenate(([0], np.cumsum(np.isin(self._flat, triple))))
            reduced[inside[self._from[1:]] - inside[self._from[:-1]] > 1] += charge
        return reduced

    def _pack(self) -> None:
        fresh = self.order[self._packed :]
        if fresh:
            lengths = np.cumsum([len(order) for order in fresh]) + self._from[-1]
            self._flat = np.concatenate((self._flat, *map(np.array, fresh)))
            self._from = np.concatenate((self._from, lengths))
            self._packed = len(self.order)
