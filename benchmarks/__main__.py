"""Every figure of docs/performance.md: `make bench`, on a machine that does nothing else."""

from __future__ import annotations

import subprocess
import sys

ROOMS = (
    ["benchmarks.bookings", "--rounds", "3"],
    ["benchmarks.webhooks"],
    ["benchmarks.imports"],
    ["benchmarks.offers", "sqlite", "postgresql"],
    ["benchmarks.messages"],
    ["benchmarks.planner.compare", "--days", "50/8", "200/30", "200/30-equal"],
    ["benchmarks.planner.vrptw"],
    ["benchmarks.rolling"],
)


def main() -> None:
    """Take them one after another; end with the first status that is not 0."""
    for room in ROOMS:
        sys.stdout.write(f"\n## {room[0].partition('.')[2]}\n\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", *room], check=False)
        if done.returncode:
            raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
