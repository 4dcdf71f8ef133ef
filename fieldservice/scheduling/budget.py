"""How long a search may take, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.errors import Refused

MOST_THREADS = 64

MIN_SECONDS = 0.05
"""The least that a share of a budget comes to."""


BOUND_SHARE = 0.3
"""Part of the time in which a bound is proven, where one is asked for."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search: wall seconds, or iterations for the same answer on any machine.

    Where it is `bounded`, part of that goes to proving how good the plan is.
    `threads` searches go on side by side; another number gives another answer.
    """

    seconds: float | None = None
    iterations: int | None = None
    bounded: bool = False
    threads: int = 1

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.iterations is None):
            raise Refused("Give either seconds or iterations.", "seconds")
        if self.seconds is not None and not 0 < self.seconds < float("inf"):
            raise Refused("The seconds must be more than 0.", "seconds")
        if self.iterations is not None and self.iterations < 1:
            raise Refused("The iterations must be at least 1.", "iterations")
        if not 1 <= self.threads <= MOST_THREADS:
            raise Refused(f"The threads are 1 to {MOST_THREADS}.", "threads")

    @property
    def searching(self) -> float:
        """The seconds that go to finding a plan; without end where iterations are counted."""
        if self.seconds is None:
            return float("inf")
        return self.seconds * (1 - BOUND_SHARE if self.bounded else 1)

    def share(self, part: float) -> Budget:
        """Return that part of what goes to finding a plan."""
        if self.iterations is None:
            return Budget(seconds=max(MIN_SECONDS, self.searching * part), threads=self.threads)
        iterations = max(1, round(self.iterations * part))
        return Budget(iterations=iterations, threads=self.threads)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come."""

    seconds: float
    cost: int
    unserved: int
