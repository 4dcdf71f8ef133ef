"""What one sender process is told before it starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Orders:
    """How a sender process lives, and where it dies."""

    offset_seconds: float = 0.0
    """How far its clock is moved."""
    point: int = 0
    """Where it dies: a crash point from 1 to 7, 0 at any moment, -1 not at all."""
    after: float = 0.0
    """How many seconds into its work, for 0; for how often it passes the point before, else."""
    naive: bool = False
    """Whether it sends again whatever it finds in hand and hears no reports: carelessly."""
    linger_seconds: float = 0.0
    """How long it goes on looking for work before it ends."""
