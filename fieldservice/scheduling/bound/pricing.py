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
    ahead: Array = field(init=False)
    lowest: Array = field(init=False)
    _turn: Array = field(init=False)
    ways: Array = field(init=False)
    _after: Array = field(init=False)

    def __post_init__(self) -> None:
        packed = self.day.packed
        visits, rests = len(packed.visits), int(packed.shift[:, at.RESTS].max(initial=0))
        self._label = np.zeros((MOST_LABELS, GOODS + packed.load.shape[1]), np.int64)
        self._heads = np.zeros((rests + 1, visits), np.int64)
        self._queue = np.zeros(SLOTS, np.int64)
        self._best = np.zeros((visits, 2), np.int64)
        self.ahead = np.zeros((1, 1, 1, 3), np.int64)
        self.lowest = np.zeros((1, 1), np.int64)
        self._turn = np.zeros((1, 0), np.int64)
        self._after = np.zeros((rests + 1, 2), np.int64)
        self.ways = np.zeros((2 * rests + 2, 3), np.int64)

    def price(self, group: Group, prices: Array, use: int, charges: Array) -> Priced:
        """Find routes of that group below zero, `use` being what its use is worth (0 or less).

        `charges` are those of the cuts.
        """
        worth = prices - group.wish_cost
        first, least = self.day.first_cost(group) - use, None
        self.take_turns(group, worth)
        if group.bits >= 0:
            least = min(0, self.look_home(group, worth) + first)
            if least == 0:
                return Priced(0, (), ())
        if self._label_routes(group, worth, first, charges):
            least = min(0, int(self._best[:, 0].min(initial=0)))
        return self._gathered(least, prices, use, charges)

    def rules(self, group: Group) -> tuple[Any, ...]:
        """Return what kernels ask of a group."""
        return (
            *(group.k, self._turn, group.service, group.setup),
            *(group.last_over, group.most_leg),
        )

    def take_turns(self, group: Group, worth: Array) -> None:
        """Put the visits in the order of what going there costs above what they are worth."""
        travel, _pace, visit, _window, shift, *_ = self.day.kernel
        row, places = shift[group.k], visit[group.calls, at.PLACE]
        legs = travel[row[at.TRAVEL_CLASS]]
        beyond = legs[np.ix_([row[at.START], *places], places)] * row[at.DRIVE_RATE]
        order = np.argsort(beyond - worth[group.calls], axis=1, kind="stable")
        self._turn = np.zeros((len(worth) + 1, len(group.calls)), np.int64)
        self._turn[[0, *(group.calls + 1)]] = group.calls[order]

    def look_home(self, group: Group, worth: Array) -> int:
        """Find the least any rest of a route can cost (`ahead`), and a whole one, use apart."""
        row = self.day.packed.shift[group.k]
        span = int(row[at.CLOSES] + row[at.MORE] - row[at.OPENS])
        shape = (int(row[at.RESTS]) + 1, (span >> group.bits) + 1, len(worth), 3)
        if self.ahead.shape != shape:
            self.ahead = np.zeros(shape, np.int64)
            self.lowest = np.zeros((shape[0], shape[1] + 1), np.int64)
        self.effort.spend(shape[0] * shape[1] * len(group.calls) ** 2)
        arguments: list[Any] = [*self.day.kernel[:6], *self.rules(group), worth, group.bits]
        arguments += [self.ahead, self.lowest, self._after]
        return look_home(*arguments)

    def _label_routes(self, group: Group, worth: Array, first: int, charges: Array) -> bool:
        rests = int(self.day.packed.shift[group.k, at.RESTS])
        arguments: list[Any] = [*self.day.kernel, *self.rules(group), worth, first]
        arguments += [self.day.ng, self.day.bit, self.ahead, self.lowest, group.bits]
        arguments += [charges, self.cuts.bits, self.effort.left]
        arguments += [self._label, self._heads[: rests + 1], self._queue, self._best, self.ways]
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


def _circles(order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield each way from a visit back to itself, that visit first."""
    seen: dict[int, int] = {}
    for place, node in enumerate(order):
        if node in seen:
            yield order[seen[node] : place]
        seen[node] = place
