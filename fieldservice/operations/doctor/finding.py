"""What the doctor finds: a broken promise and the record it is broken on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

GRACE = timedelta(minutes=15)
"""How late the clock may be before a promise counts as broken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise, in ids only."""

    promise: str
    """Its number, as in I1 to I8."""
    text: str
    record: str
    record_id: int

    def __str__(self) -> str:
        """As one line for the terminal."""
        return f"{self.promise}  {self.record} {self.record_id}: {self.text}"
