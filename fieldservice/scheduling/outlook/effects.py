"""Crossed groups of noisy numbers: what each group adds, shrunk towards nothing.

Empirical Bayes (Robbins 1956; Morris 1983): how far the groups of a level differ is itself taken
from the numbers, by the moments of a one-way analysis of variance; a group with few numbers is
then believed little. Levels are fitted in turn until they settle (backfitting).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDS = 12
PRIOR_GROUPS = 10.0
"""Groups that are imagined to differ by the prior spread, so that two or three prove nothing."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a group adds to the centre, and how uncertain that still is (a variance)."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Level:
    """One way of grouping the numbers, and how far groups differ before any are seen."""

    groups: Sequence[Hashable]
    prior_sigma: float


@dataclass(frozen=True, slots=True)
class Effects:
    """The centre, the groups of each level, how far they differ, and what is left over."""

    centre: float
    groups: tuple[Mapping[Hashable, Effect], ...]
    sigmas: tuple[float, ...]
    left_over: Array


def fit(numbers: Sequence[float], levels: Sequence[Level], centre: Effect, noise: float) -> Effects:
    """Return the effects of every level on the numbers.

    `centre` is what is believed of the centre before, `noise` the standard deviation of a single
    number before any are seen.
    """
    wanted = np.asarray(numbers, float)
    indices = [_numbered(level.groups) for level in levels]
    parts = [np.zeros(len(wanted)) for _ in levels]
    variances = [level.prior_sigma**2 for level in levels]
    found: list[list[Effect]] = [[] for _ in levels]
    middle, spread = centre.mean, noise**2
    for _ in range(ROUNDS):
        middle = _shrunk(wanted - sum(parts), centre.mean, spread / centre.variance)
        for place, (level, (_, index)) in enumerate(zip(levels, indices, strict=True)):
            rest = wanted - middle - sum(parts) + parts[place]
            variances[place] = _between(rest, index, level.prior_sigma)
            found[place] = _effects(rest, index, spread, variances[place])
            parts[place] = np.array([one.mean for one in found[place]])[index]
        left = wanted - middle - sum(parts)
        spread = (PRIOR_GROUPS * noise**2 + float(left @ left)) / (PRIOR_GROUPS + len(left))
    return Effects(
        centre=middle,
        groups=tuple(
            dict(zip(names, effects, strict=True))
            for (names, _), effects in zip(indices, found, strict=True)
        ),
        sigmas=tuple(float(np.sqrt(variance)) for variance in variances),
        left_over=wanted - middle - sum(parts),
    )


def _numbered(groups: Sequence[Hashable]) -> tuple[list[Hashable], NDArray[np.int64]]:
    names: dict[Hashable, int] = {}
    index = [names.setdefault(group, len(names)) for group in groups]
    return list(names), np.array(index, np.int64)


def _shrunk(numbers: Array, prior: float, weight: float) -> float:
    return float((numbers.sum() + weight * prior) / (len(numbers) + weight))


def _effects(rest: Array, index: NDArray[np.int64], spread: float, between: float) -> list[Effect]:
    counts = np.bincount(index)
    sums = np.bincount(index, rest)
    precision = counts / spread + 1 / max(between, 1e-9)
    return [
        Effect(float(total / spread / weight), float(1 / weight))
        for total, weight in zip(sums, precision, strict=True)
    ]


def _between(rest: Array, index: NDArray[np.int64], prior_sigma: float) -> float:
    """Return the variance between groups: of the moments, with some imagined groups."""
    counts = np.bincount(index).astype(float)
    groups, total = len(counts), float(counts.sum())
    imagined = PRIOR_GROUPS * prior_sigma**2
    if groups < 2 or total <= groups:
        return prior_sigma**2
    means = np.bincount(index, rest) / counts
    inside = float(((rest - means[index]) ** 2).sum()) / (total - groups)
    among = float((counts * (means - rest.mean()) ** 2).sum()) / (groups - 1)
    usual = (total - float((counts**2).sum()) / total) / (groups - 1)
    seen = max(0.0, (among - inside) / usual)
    return (imagined + (groups - 1) * seen) / (PRIOR_GROUPS + groups - 1)
