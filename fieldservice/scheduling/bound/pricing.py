"""Routes worth adding at given prices, and how far below the prices any route could be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fieldservice.scheduling.bound.completion import look_home
from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.day import Day, Group
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.fields import GOODS, NOBODY, NODE, PREVIOUS
from fieldservice.scheduling.bound.labelling import label_routes
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.legs import Array

MOST_LABELS = 300_000
SLOTS = 128
"""Slots of time in which labels wait for their turn."""

ROUTES_A_GROUP = 12
"""Routes taken from one labelling, each ending at another visit."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What labelling one group gave: `least` bounds every route from below, or is unknown.

    `routes` are (rows of visits in order, cost in units, prices apart); `circles` are the loops by
    which the cheapest come back to a visit.
    """

    least: int | None
    routes: tuple[tuple[tuple[int, ...], int], ...]
    circles: tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Pricing:
    """Prices groups one by one, in the same memory."""

    day: Day
    effort: Effort
    cuts: Cuts
    _label: Array = field(init=False)
    _heads: Array = field(init=False)
    _queue: Array = field(init=False)
    _best: Array = field(init=False)
    _ahead: Array = field(init=False)
    _after: Array = field(init=False)

    def __post_init__(self) -> None:
        packed = self.day.packed
        visits, rests = len(packed.visits), int(packed.shift[:, at.RESTS].max(initial=0))
        self._label = np.zeros((MOST_LABELS, GOODS + packed.load.shape[1]), np.int64)
        self._heads = np.zeros((rests + 1, visits), np.int64)
        self._queue = np.zeros(SLOTS, np.int64)
        self._best = np.zeros((visits, 2), np.int64)
        self._ahead = np.zeros((1, 1, 1, 3), np.int64)
        self._after = np.zeros((rests + 1, 2), np.int64)

    def price(self, group: Group, prices: Array, use: int, charges: Array) -> Priced:
        """Find routes of that group below zero, `use` being what its use is worth (0 or less).

        `charges` are those of the cuts.
        """
        worth = prices - group.wish_cost
        first, least = self.day.first_cost(group) - use, None
        if group.bits >= 0:
            least = min(0, self._look_home(group, worth) + first)
            if least == 0:
                return Priced(0, (), ())
        if self._label_routes(group, worth, first, charges):
            least = min(0, int(self._best[:, 0].min(initial=0)))
        return self._gathered(least, prices, use, charges)

    def _look_home(self, group: Group, worth: Array) -> int:
        row = self.day.packed.shift[group.k]
        span = int(row[at.CLOSES] + row[at.MORE] - row[at.OPENS])
        shape = (int(row[at.RESTS]) + 1, (span >> group.bits) + 1, len(worth), 3)
        if self._ahead.shape != shape:
            self._ahead = np.zeros(shape, np.int64)
        self.effort.spend(shape[0] * shape[1] * len(group.calls) ** 2)
        return look_home(
            *(*self.day.kernel[:5], *_rules(group), worth, group.bits, self._ahead, self._after)
        )

    def _label_routes(self, group: Group, worth: Array, first: int, charges: Array) -> bool:
        rests = int(self.day.packed.shift[group.k, at.RESTS])
        arguments: list[Any] = [*self.day.kernel, *_rules(group), worth, first]
        arguments += [self.day.ng, self.day.bit, self._ahead, group.bits]
        arguments += [charges, self.cuts.of_visit, self.effort.left]
        arguments += [self._label, self._heads[: rests + 1], self._queue, self._best]
        _made, work, complete = label_routes(*arguments)
        self.effort.spend(work)
        return bool(complete)

    def _gathered(self, least: int | None, prices: Array, use: int, charges: Array) -> Priced:
        routes, circles = [], []
        for end in np.argsort(self._best[:, 0], kind="stable")[:ROUTES_A_GROUP]:
            total, last = self._best[end]
            if total >= 0:
                break
            order = tuple(self._order(int(last)))[::-1]
            found = list(_circles(order))
            if found:
                circles += found
            else:
                priced = int(total) + use + int(prices[list(order)].sum())
                routes.append((order, priced - self.cuts.charged(order, charges)))
        return Priced(least, tuple(routes), tuple(circles))

    def _order(self, last: int) -> Iterator[int]:
        while self._label[last, NODE] != NOBODY:
            yield int(self._label[last, NODE])
            last = int(self._label[last, PREVIOUS])


def _rules(group: Group) -> tuple[Any, ...]:
    return (
        *(group.k, group.calls, group.service, group.setup),
        *(group.last_over, group.most_leg),
    )


def _circles(order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield each way from a visit back to itself, that visit first."""
    seen: dict[int, int] = {}
    for place, node in enumerate(order):
        if node in seen:
            yield order[seen[node] : place]
        seen[node] = place
