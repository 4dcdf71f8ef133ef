"""How good plans are for certain: `python -m benchmarks.planner.bound`.

Each day is planned and bounded within the same time, on one thread; the gap is the part of the cost
by which the best possible plan may be below the one found.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from datetime import UTC, datetime

from benchmarks.planner.days import Sort, a_day
from fieldservice.scheduling.search.warm import warm
from fieldservice.scheduling.solve import Budget, solve


def main() -> None:
    """Print cost, bound and gap of each day, with the seconds of work and how busy it was."""
    asked = _arguments()
    warm()
    print(f"{datetime.now(UTC):%Y-%m-%d} {platform.machine()} {asked}")
    print("seed      cost     bound  unserved     gap  gap of served   wall    cpu   load")
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        problem = a_day(Sort(asked.visits, asked.shifts, asked.equal), seed)
        wall, cpu = time.monotonic(), time.process_time()
        plan = solve(problem, Budget(asked.seconds, bounded=True), seed)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        bound = "none" if plan.bound is None else str(plan.bound.cost)
        print(
            f"{seed:4}  {plan.cost:8}  {bound:>8}  {len(plan.unassigned):8}"
            f"  {_percent(plan.gap):>6}  {_percent(plan.gap_served):>13}"
            f"  {wall:5.1f}  {cpu:5.1f}  {os.getloadavg()[0]:5.1f}",
            flush=True,
        )


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{part:.2%}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=50)
    parser.add_argument("--shifts", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--equal", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
