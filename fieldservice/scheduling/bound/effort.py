"""How long proving goes on: by the clock, or by counted work for the same bound on any machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

WORK_PER_SECOND = 100_000_000
"""Steps of pricing in about a second."""


@dataclass(slots=True)
class Effort:
    """Lasts until `until` on the monotonic clock or while `work` is left, or until stopped."""

    until: float | None = None
    work: int | None = None
    stopped: Callable[[], bool] = lambda: False

    @property
    def is_over(self) -> bool:
        """Whether to end with the bound reached."""
        if self.work is not None and self.work <= 0:
            return True
        return self.seconds <= 0 or self.stopped()

    @property
    def left(self) -> int:
        """How much work may be done in one go."""
        if self.work is not None:
            return max(0, self.work)
        return int(min(self.seconds * WORK_PER_SECOND, 1 << 40))

    @property
    def seconds(self) -> float:
        """How long it may go on by the clock."""
        return float("inf") if self.until is None else max(0.0, self.until - time.monotonic())

    def spend(self, work: int) -> None:
        """Note that so much work was done."""
        if self.work is not None:
            self.work -= work
