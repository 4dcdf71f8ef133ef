"""Whether the clock is running: it leaves the time of its last beat in a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

LATE = timedelta(seconds=30)
"""A clock silent for longer is taken to have stopped."""


def mark(var_dir: Path, now: datetime) -> None:
    """Leave the time of this beat."""
    var_dir.mkdir(parents=True, exist_ok=True)
    fresh = var_dir / "clock.beat.new"
    fresh.write_text(now.isoformat(), encoding="ascii")
    fresh.replace(var_dir / "clock.beat")


def unmark(var_dir: Path) -> None:
    """Say that the clock has stopped on purpose."""
    (var_dir / "clock.beat").unlink(missing_ok=True)


def last_beat(var_dir: Path) -> datetime | None:
    """When the clock beat last; none where it was stopped or never started."""
    try:
        return datetime.fromisoformat((var_dir / "clock.beat").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def is_running(var_dir: Path, now: datetime) -> bool:
    """Whether the clock beat a moment ago."""
    beat = last_beat(var_dir)
    return beat is not None and abs(now - beat) < LATE
