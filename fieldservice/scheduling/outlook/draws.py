"""Random numbers for simulated days, the same for a visit whatever plan it stands in.

Each visit, shift and day has a stream of its own (Philox: Salmon et al. 2011), so that two plans
are compared on the same days and a change of one visit leaves the luck of all others alone.
"""

from __future__ import annotations

import enum
import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread

Numbers = NDArray[np.floating]
"""One for each simulated day.

Factors are single floats: half the time, and exact to a millisecond of any drive.
"""

_WORD = 2**64 - 1


class Stream(enum.IntEnum):
    """What a stream of random numbers is for."""

    WORK = 1
    TRAVEL = 2
    HOME = 3
    START = 4
    DAY = 5


class Draws:
    """The luck of so many days, drawn from a seed."""

    def __init__(self, seed: int, days: int) -> None:
        self.days = days
        self._generator = partial(_generator, seed)

    def factor(self, stream: Stream, number: int, spread: Spread) -> Numbers:
        """Log-normal factors of mean `spread.ratio`."""
        if spread.sigma == 0:
            return np.full(self.days, spread.ratio)
        normal = self._generator(stream, number).standard_normal(self.days, np.float32)
        return _log_normal(spread, normal)

    def work_under_way(self, number: int, spread: Spread, planned: int, elapsed: int) -> Numbers:
        """Seconds a visit takes in all, given that so many have passed and it goes on."""
        if spread.sigma == 0 or planned == 0:
            return np.full(self.days, max(spread.ratio * planned, float(elapsed)))
        if elapsed == 0:
            return planned * self.factor(Stream.WORK, number, spread)
        least = math.log(elapsed / planned / spread.ratio) / spread.sigma + spread.sigma / 2
        uniform = self._generator(Stream.WORK, number).random(self.days)
        return planned * _log_normal(spread, _normal_above(least, uniform))

    def traffic(self, shocks: Shocks) -> Numbers:
        """What multiplies every drive of a day."""
        luck = self._generator(Stream.DAY, 0)
        bad = luck.random(self.days) < shocks.weather.chance
        traffic = _log_normal(
            Spread(1.0, shocks.traffic), luck.standard_normal(self.days, np.float32)
        )
        return traffic * np.where(bad, shocks.weather.factor, 1.0)

    def late_start(self, shift_id: int, late: LateStart) -> Numbers:
        """Seconds by which that shift sets out late."""
        luck = self._generator(Stream.START, shift_id)
        is_late = luck.random(self.days) < late.chance
        return np.where(is_late, luck.standard_exponential(self.days) * late.mean, 0.0)


def _generator(seed: int, stream: Stream, number: int) -> np.random.Generator:
    key = np.array([seed & _WORD, number & _WORD], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, int(stream)]))


def _log_normal(spread: Spread, normal: Numbers) -> Numbers:
    median = spread.ratio * math.exp(-(spread.sigma**2) / 2)
    factors: Numbers = median * np.exp(spread.sigma * normal)
    return factors


def _normal_above(least: float, uniform: Numbers) -> Numbers:
    """Standard normal numbers not below `least`, by the inverse of the tail's logarithm."""
    beyond = np.linspace(max(least, -8.0), max(least, -8.0) + 12.0, 600)
    # Far out the tail is too small for a float; there it falls as its bound does.
    tails = np.array([_log_tail(z) for z in beyond])
    wanted = tails[0] + np.log(np.maximum(1.0 - uniform, 1e-300))
    normal: Numbers = np.interp(-wanted, -tails, beyond)
    return normal


def _log_tail(z: float) -> float:
    """Return log P(Z > z) of a standard normal Z; beyond 30 by Mills' ratio."""
    if z < 30:
        return math.log(math.erfc(z / math.sqrt(2)) / 2)
    return -z * z / 2 - math.log(z * math.sqrt(2 * math.pi))
