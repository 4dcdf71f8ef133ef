"""Spreads learned from what was done: how long work and drives took against the plan.

Logarithms of real over planned are fitted in levels, kind, product and technician for the work,
day for the drives; see `effects`. What nobody has done yet is taken to go as planned, give or take
a third.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from fieldservice.scheduling.outlook.effects import Array, Effect, Level, fit
from fieldservice.scheduling.outlook.spreads import LARGEST_RATIO, LARGEST_SIGMA, Spread

USUAL_WORK = 0.35
USUAL_TRAVEL = 0.2
USUAL_TRAFFIC = 0.1
"""Sigmas before anything is seen."""
USUAL_DRIVE = Spread(1.0, USUAL_TRAVEL)
KINDS, PRODUCTS, TECHNICIANS = 0.15, 0.1, 0.1
"""By how much, in logarithms, groups usually differ."""
UNSURE = 0.2
"""How far durations as a whole may be off the plan before anything is seen."""
IMAGINED = 20
"""Visits that are imagined to stray as usual, beside those seen of a kind."""


@dataclass(frozen=True, slots=True)
class Work:
    """One finished visit: what it was, who did it, and its planned and real seconds."""

    kind: str
    product_id: int | None
    technician_id: int
    planned: float
    taken: float


@dataclass(frozen=True, slots=True)
class Drive:
    """One drive: on which day (any number that names it), planned and real seconds."""

    day: int
    planned: float
    taken: float


@dataclass(frozen=True, slots=True)
class Experience:
    """What was learned; without any, work and drives go as planned, give or take the usual."""

    centre: float = -(USUAL_WORK**2) / 2
    kinds: Mapping[str, Effect] = field(default_factory=dict)
    sigmas: Mapping[str, float] = field(default_factory=dict)
    products: Mapping[tuple[str, int | None], Effect] = field(default_factory=dict)
    technicians: Mapping[int, Effect] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    """How many finished visits of each kind it rests on."""
    travel: Spread = USUAL_DRIVE
    traffic: float = USUAL_TRAFFIC
    drives: int = 0

    def work(self, kind: str, product_id: int | None) -> Spread:
        """How far work of that kind at that product strays from its plan."""
        of_kind = self.kinds.get(kind, Effect(0.0, KINDS**2))
        of_product = self.products.get((kind, product_id), Effect(0.0, PRODUCTS**2))
        noise = self.sigmas.get(kind, USUAL_WORK)
        # What is not sure of the middle adds to what a single visit strays by.
        variance = noise**2 + of_kind.variance + of_product.variance
        return _spread(self.centre + of_kind.mean + of_product.mean, variance)

    def pace(self, technician_id: int) -> float:
        """By how much the same work takes longer, or less, with that technician."""
        own = self.technicians.get(technician_id)
        return math.exp(own.mean) if own else 1.0

    def usual_minutes(self, kind: str, product_id: int | None, planned: int) -> tuple[int, int]:
        """Between which minutes eight of ten such visits end, planned to take so many."""
        spread = self.work(kind, product_id)
        middle = planned * spread.ratio * math.exp(-(spread.sigma**2) / 2)
        away = math.exp(NormalDist().inv_cdf(0.9) * spread.sigma)
        return round(middle / away), round(middle * away)


def learn(works: Sequence[Work], drives: Sequence[Drive]) -> Experience:
    """Return what those visits and drives teach."""
    travel, traffic = _learn_travel(drives)
    if not works:
        return Experience(travel=travel, traffic=traffic, drives=len(drives))
    found = fit(
        [math.log(one.taken / one.planned) for one in works],
        [
            Level([one.kind for one in works], KINDS),
            Level([(one.kind, one.product_id) for one in works], PRODUCTS),
            Level([one.technician_id for one in works], TECHNICIANS),
        ],
        Effect(-(USUAL_WORK**2) / 2, UNSURE**2),
        USUAL_WORK,
    )
    kinds, products, technicians = found.groups
    return Experience(
        centre=found.centre,
        kinds={one.kind: kinds[one.kind] for one in works},
        sigmas=_noise_of_kinds([one.kind for one in works], found.left_over),
        products={(one.kind, one.product_id): products[one.kind, one.product_id] for one in works},
        technicians={one.technician_id: technicians[one.technician_id] for one in works},
        seen=Counter(one.kind for one in works),
        travel=travel,
        traffic=traffic,
        drives=len(drives),
    )


def _learn_travel(drives: Sequence[Drive]) -> tuple[Spread, float]:
    """Return the spread of single drives, and the sigma of what a day's drives share."""
    if not drives:
        return USUAL_DRIVE, USUAL_TRAFFIC
    found = fit(
        [math.log(one.taken / one.planned) for one in drives],
        [Level([one.day for one in drives], USUAL_TRAFFIC)],
        Effect(-(USUAL_TRAVEL**2 + USUAL_TRAFFIC**2) / 2, UNSURE**2),
        USUAL_TRAVEL,
    )
    traffic = min(found.sigmas[0], LARGEST_SIGMA)
    variance = _variance(found.left_over, USUAL_TRAVEL**2)
    return _spread(found.centre + traffic**2 / 2, variance), traffic


def _noise_of_kinds(kinds: Sequence[str], left_over: Array) -> dict[str, float]:
    """Return by how much single visits of each kind stray, few of them taken for all."""
    usual, named = _variance(left_over, USUAL_WORK**2), np.array(kinds)
    return {
        kind: math.sqrt(_variance(left_over[named == kind], usual)) for kind in sorted(set(kinds))
    }


def _variance(left_over: Array, usual: float) -> float:
    return (IMAGINED * usual + float(left_over @ left_over)) / (IMAGINED + len(left_over))


def _spread(middle: float, variance: float) -> Spread:
    """Return the spread of a factor whose logarithm has that mean and variance."""
    ratio = math.exp(min(middle + variance / 2, math.log(LARGEST_RATIO)))
    return Spread(min(ratio, LARGEST_RATIO), min(math.sqrt(variance), LARGEST_SIGMA))
