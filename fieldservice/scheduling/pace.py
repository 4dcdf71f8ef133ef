"""How fast a search cools: by the clock, or by its steps for the same answer on any machine."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

CHUNK_SECONDS = 0.05
"""How long a search goes on before it looks at the clock and listens."""

CHUNK_STEPS = 500
"""The same where steps are counted: chunks must not depend on the machine."""

GROWTH = 4.0
"""By how much a chunk may change from one to the next."""


@dataclass(slots=True)
class Pace:
    """Deals out steps until `until` (on the monotonic clock) or until `most` have been made."""

    most: int
    until: float | None = None
    made: int = 0
    _began: float = field(default_factory=time.monotonic)
    _chunk: int = CHUNK_STEPS
    _seconds: float = CHUNK_SECONDS

    @property
    def done(self) -> float:
        """The part of the search that is over, from 0 to 1."""
        by_steps = self.made / self.most
        if self.until is None:
            return min(1.0, by_steps)
        span = max(self.until - self._began, 1e-9)
        return min(1.0, max(by_steps, (time.monotonic() - self._began) / span))

    @property
    def chunk(self) -> int:
        """How many steps to make next."""
        return max(1, min(self._chunk, self.most - self.made))

    @property
    def after(self) -> float:
        """The part of the search that will be over after the next chunk, as far as known."""
        by_steps = (self.made + self.chunk) / self.most
        if self.until is None:
            return min(1.0, by_steps)
        span = max(self.until - self._began, 1e-9)
        return min(1.0, max(by_steps, self.done + self._seconds / span))

    def note(self, steps: int, seconds: float) -> None:
        """Note that so many steps took so long."""
        self.made += steps
        if self.until is None:
            return
        left = max(self.until - time.monotonic(), 0.002)
        wanted = min(CHUNK_SECONDS, left) / max(seconds, 1e-6)
        self._chunk = max(20, int(steps * min(GROWTH, max(1 / GROWTH, wanted))))
        self._seconds = min(CHUNK_SECONDS, left)
