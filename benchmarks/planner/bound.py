"""How good plans are for certain: `python -m benchmarks.planner.bound`.

Each day is planned and bounded within the same time, on one thread; the gap is the part of the cost
by which the best possible plan may be below the one found.
"""

from __future__ import annotations

import argparse
import os
import time

from benchmarks.machine import machine
from benchmarks.planner.compare import a_sort
from benchmarks.planner.days import JUDGING, Sort, a_day
from fieldservice.scheduling.search.warm import warm
from fieldservice.scheduling.solve import Budget, solve


def main() -> None:
    """Print cost, bound and gap of each day, with the seconds of work and how busy it was."""
    asked = _arguments()
    warm()
    print(machine())
    print(
        "day           seed      cost     bound  unserved     gap  of served   wall    cpu   load"
    )
    for sort in asked.days:
        for seed in JUDGING[: asked.seeds]:
            _judge(sort, seed, asked.seconds)


def _judge(sort: Sort, seed: int, seconds: float) -> None:
    problem = a_day(sort, seed)
    wall, cpu = time.monotonic(), time.process_time()
    plan = solve(problem, Budget(seconds, bounded=True), seed)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    bound = "none" if plan.bound is None else str(plan.bound.cost)
    print(
        f"{sort!s:12}  {seed:4}  {plan.cost:8}  {bound:>8}  {len(plan.unassigned):8}"
        f"  {_percent(plan.gap):>6}  {_percent(plan.gap_served):>9}"
        f"  {wall:5.1f}  {cpu:5.1f}  {os.getloadavg()[0]:5.1f}",
        flush=True,
    )


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{part:.2%}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=a_sort, nargs="+", default=[Sort(50, 8), Sort(200, 30)])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
