"""Whether chances told came true: foretold against kept, band by band.

A forecast is calibrated when, of all promises given 80 %, eight of ten are kept (Murphy 1973).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
ENOUGH = 30
"""Promises below which a band shows nothing, unless what was told cannot be true."""
NEAR = 0.03
"""A share this close to what was told is true enough, however many promises there are."""
SURE = 1.96
"""Standard deviations on either side for 19 times of 20."""


class Verdict(enum.StrEnum):
    """What a band shows."""

    TOO_FEW = "too_few"
    AS_TOLD = "as_told"
    TOO_SURE = "too_sure"
    """Fewer were kept than was said."""
    TOO_CAREFUL = "too_careful"


@dataclass(frozen=True, slots=True)
class Told:
    """A chance told, and whether the promise was kept."""

    chance: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Band:
    """All promises whose chance was from `least` up to but not including `most` (1 included)."""

    least: float
    most: float
    count: int
    foretold: float
    kept: float
    """Shares: the mean of the chances told, and of the promises kept."""

    @property
    def likely(self) -> tuple[float, float]:
        """Between which shares the true one lies, 19 times of 20 (Wilson 1927)."""
        n, z = self.count, SURE
        if not n:
            return 0.0, 1.0
        middle = (self.kept + z * z / (2 * n)) / (1 + z * z / n)
        away = z * math.sqrt(self.kept * (1 - self.kept) / n + (z / (2 * n)) ** 2) / (1 + z * z / n)
        return max(0.0, middle - away), min(1.0, middle + away)

    @property
    def verdict(self) -> Verdict:
        """Whether what was told is among what can be true."""
        low, high = self.likely
        is_near = abs(self.foretold - self.kept) < NEAR
        if self.foretold > high and not is_near:
            return Verdict.TOO_SURE
        if self.foretold < low and not is_near:
            return Verdict.TOO_CAREFUL
        return Verdict.AS_TOLD if self.count >= ENOUGH else Verdict.TOO_FEW


@dataclass(frozen=True, slots=True)
class Reliability:
    """All bands, and the whole in two figures."""

    bands: tuple[Band, ...]
    count: int
    kept: float
    brier: float
    """Mean squared distance of the chance from what happened: 0 is perfect (Brier 1950)."""

    @property
    def brier_blindly(self) -> float:
        """The same for somebody who says of every promise the share that is kept."""
        return self.kept * (1 - self.kept)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough promises to say anything at all."""
        return self.count >= ENOUGH


def reliability(told: Sequence[Told]) -> Reliability:
    """Lay the chances told beside what came true."""
    bands = [
        _band(least, most, [one for one in told if _place(one.chance) == place])
        for place, (least, most) in enumerate(pairwise(EDGES))
    ]
    return Reliability(
        bands=tuple(bands),
        count=len(told),
        kept=_mean([float(one.kept) for one in told]),
        brier=_mean([(one.chance - one.kept) ** 2 for one in told]),
    )


def _place(chance: float) -> int:
    return max(place for place, least in enumerate(EDGES[:-1]) if chance >= least)


def _band(least: float, most: float, told: Sequence[Told]) -> Band:
    return Band(
        least,
        most,
        len(told),
        _mean([one.chance for one in told]),
        _mean([float(one.kept) for one in told]),
    )


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
