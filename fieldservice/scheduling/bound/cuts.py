"""Subset-row cuts: of three visits a plan has at most one route with two or more of them.

Mixtures of routes break that by halves (Jepsen, Petersen, Spoorendonk and Pisinger 2008); what a
cut is worth, pricing charges every second visit of the three.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from fieldservice.scheduling.search.legs import Array

Triple = tuple[int, int, int]

MOST_CUTS = 60
"""Bits of a label's parity."""

AT_ONCE = 15
BROKEN = 0.05
"""By how much a mixture has to break a cut."""


@dataclass(slots=True)
class Cuts:
    """The cuts in force, at most so many, and at most so many new ones at once.

    `at[c]` are how many cuts visit `c` is in and their numbers, `bits[c]` the same as bits, of the
    first cuts that have one.
    """

    visits: int
    most: int = MOST_CUTS
    at_once: int = AT_ONCE
    triples: list[Triple] = field(default_factory=list)
    bits: Array = field(init=False)
    at: Array = field(init=False)

    def __post_init__(self) -> None:
        self.bits = np.zeros(self.visits, np.int64)
        self.at = np.zeros((self.visits, 1 + self.most), np.int64)
        given, self.triples = self.triples, []
        for triple in given:
            self.add(triple)

    def add(self, triple: Triple) -> None:
        """Put one more in force."""
        number, visits = len(self.triples), list(triple)
        if number < MOST_CUTS:
            self.bits[visits] |= 1 << number
        self.at[visits, 0] += 1
        self.at[visits, self.at[visits, 0]] = number
        self.triples.append(triple)

    def charging(self, order: Sequence[int]) -> list[int]:
        """Return the cuts of which that route serves two visits or more."""
        met = Counter[int]()
        for c in order:
            met.update(self.at[c, 1 : 1 + self.at[c, 0]].tolist())
        return [cut for cut, times in met.items() if times > 1]

    def charged(self, order: Sequence[int], charges: Array) -> int:
        """Return what the cuts charge that route."""
        return sum(int(charges[cut]) for cut in self.charging(order))

    def find(self, mixture: Sequence[tuple[Sequence[int], float]]) -> list[Triple]:
        """Return the cuts that a mixture of (visits, share) breaks most, new ones only."""
        room = min(self.at_once, self.most - len(self.triples))
        if room <= 0:
            return []
        broken = [
            (amount, triple)
            for triple, amount in _broken(self.visits, mixture)
            if triple not in self.triples
        ]
        broken.sort(key=lambda found: (-found[0], found[1]))
        return [triple for _amount, triple in broken[:room]]


def is_charged(triple: Triple, order: Iterable[int]) -> bool:
    """Tell whether a route serves two or more of the three."""
    return sum(c in triple for c in order) > 1


def _broken(
    visits: int, mixture: Sequence[tuple[Sequence[int], float]]
) -> Iterable[tuple[Triple, float]]:
    together = np.zeros((visits, visits))
    all_three: defaultdict[Triple, float] = defaultdict(float)
    for order, share in mixture:
        rows = np.unique(np.array(order, np.int64))
        together[np.ix_(rows, rows)] += share
        for triple in combinations(rows.tolist(), 3):
            all_three[triple] += share
    np.fill_diagonal(together, 0)
    for i in range(visits):
        near = np.flatnonzero(together[i, i + 1 :] > 0) + i + 1
        # Two of the three pairs share routes, or none of this is broken.
        others = np.flatnonzero((together[near] > 0).any(axis=0)) if len(near) else near
        others = np.union1d(near, others[others > i])
        inside = together[np.ix_(others, others)]
        amounts = inside + together[i, others][:, None] + together[i, others][None, :]
        for a, b in zip(*np.nonzero(np.triu(amounts > 1 + BROKEN, 1)), strict=True):
            triple = (i, int(others[a]), int(others[b]))
            amount = float(amounts[a, b]) - 2 * all_three[triple]
            if amount > 1 + BROKEN:
                yield triple, amount
