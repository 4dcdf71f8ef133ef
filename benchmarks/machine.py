"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """Day, processor, cores, memory and how busy it was: a figure means nothing without."""
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, {_memory()} GB, "
        f"Python {platform.python_version()}, {_commit()}, load before {load:.1f}"
    )


def processor_seconds(pid: int) -> float:
    """What a process and its children have used by now; busy neighbours hardly change it."""
    ticks = sum(_ticks(Path(f"/proc/{one}/stat")) for one in [pid, *_children(pid)])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in listed]


def _ticks(stat: Path) -> int:
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _commit() -> str:
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return f"commit {found.stdout.strip() or 'unknown'}"
