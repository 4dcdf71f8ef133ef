"""How far work and drives stray from what was planned, each by itself and all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldservice.scheduling.guards import at_least, within

LARGEST_RATIO = 10.0
LARGEST_SIGMA = 2.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A log-normal factor on a planned duration: `ratio` is its mean, `sigma` that of its log."""

    ratio: float = 1.0
    sigma: float = 0.0

    def __post_init__(self) -> None:
        within("ratio", self.ratio, 0.0, LARGEST_RATIO, includes_least=False)
        within("sigma", self.sigma, 0.0, LARGEST_SIGMA)


@dataclass(frozen=True, slots=True)
class Weather:
    """Bad weather comes with that chance and then multiplies every drive of the day."""

    chance: float = 0.0
    factor: float = 1.0

    def __post_init__(self) -> None:
        within("chance", self.chance, 0.0, 1.0)
        within("factor", self.factor, 1.0, LARGEST_RATIO)


@dataclass(frozen=True, slots=True)
class LateStart:
    """A shift sets out late with that chance, by `mean` seconds on average (exponential)."""

    chance: float = 0.0
    mean: int = 0

    def __post_init__(self) -> None:
        within("chance", self.chance, 0.0, 1.0)
        at_least(0, mean=self.mean)


@dataclass(frozen=True, slots=True)
class Shocks:
    """What strikes several stops at once.

    `traffic` is the sigma of a log-normal factor of mean 1 on every drive of a day.
    """

    traffic: float = 0.0
    weather: Weather = Weather()
    late_start: LateStart = LateStart()

    def __post_init__(self) -> None:
        within("traffic", self.traffic, 0.0, LARGEST_SIGMA)


@dataclass(frozen=True, slots=True)
class Spreads:
    """All that is uncertain about a problem; ids without an entry take `work`, or no change."""

    work: Spread = Spread()
    travel: Spread = Spread()
    visits: Mapping[int, Spread] = field(default_factory=dict)
    """Of the work at single visits."""
    shift_ratios: Mapping[int, float] = field(default_factory=dict)
    """How much longer than usual, on average, work takes in single shifts."""
    elapsed: Mapping[int, int] = field(default_factory=dict)
    """Seconds since they began, of visits whose pinned start is a fact; they take no less.

    One with a sigma of 0 is over: it took what it took.
    """
    shocks: Shocks = Shocks()

    def __post_init__(self) -> None:
        for ratio in self.shift_ratios.values():
            within("ratio", ratio, 0.0, LARGEST_RATIO, includes_least=False)
        for seconds in self.elapsed.values():
            at_least(0, elapsed=seconds)

    def of_work(self, visit_id: int, shift_id: int) -> Spread:
        """The spread of that visit's work when that shift does it."""
        own = self.visits.get(visit_id, self.work)
        if own.sigma == 0 and visit_id in self.elapsed:
            return own
        ratio = own.ratio * self.shift_ratios.get(shift_id, 1.0)
        return Spread(min(ratio, LARGEST_RATIO), own.sigma)
