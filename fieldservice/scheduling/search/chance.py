"""Random numbers for kernels: xorshift (Marsaglia 2003), the same on every machine."""

from __future__ import annotations

import numpy as np

from fieldservice.scheduling.search.compiling import inlined
from fieldservice.scheduling.search.legs import Array


@inlined
def draw(rng: Array) -> float:
    """A number from 0 up to but not including 1; `rng[0]` is the state, never 0."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def below(rng: Array, count: int) -> int:
    """A whole number from 0 up to but not including `count`."""
    return int(draw(rng) * count)
