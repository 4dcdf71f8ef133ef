"""The planner's time: whole seconds from a local midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clockface:
    """Turns instants into the planner's seconds and back."""

    origin: datetime

    def seconds(self, moment: datetime) -> int:
        """Whole seconds from the origin; negative before it."""
        return int((moment - self.origin).total_seconds())

    def moment(self, seconds: int) -> datetime:
        """The instant so many seconds after the origin."""
        return self.origin + timedelta(seconds=seconds)
