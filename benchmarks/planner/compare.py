"""Ours and others on the same days, judged alike: `python -m benchmarks.planner.compare`.

Every answer is timed by `plan`, what breaks a rule is taken out of it, and what it left out is
inserted where that pays (*repaired*), so that nobody suffers for rules they cannot express.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from datetime import UTC, datetime

from benchmarks.planner.days import Sort, a_day
from benchmarks.planner.peers import PEERS, Planner
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search.warm import warm


def main() -> None:
    """Print cost and unserved visits of every planner on every day, and the medians."""
    asked = _arguments()
    warm()
    sort = Sort(asked.visits, asked.shifts, asked.equal)
    print(f"{datetime.now(UTC):%Y-%m-%d} {platform.machine()} {asked}")
    print("seed  planner             cost  unserved  seconds  against ours")
    ratios: dict[str, list[float]] = {}
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        problem = a_day(sort, seed)
        own = 0
        for name, planner in PEERS.items():
            plan, seconds = _judged(problem, planner, asked.seconds, seed)
            own = own or plan.cost
            ratios.setdefault(name, []).append(plan.cost / own)
            left_out = len(plan.unassigned)
            print(
                f"{seed:4}  {name:16} {plan.cost:8}  {left_out:8}  {seconds:7.1f}"
                f"  {plan.cost / own - 1:+.1%}",
                flush=True,
            )
    for name, found in ratios.items():
        print(f"median {name}: {statistics.median(found) - 1:+.1%}")


def _judged(problem: Problem, planner: Planner, seconds: float, seed: int) -> tuple[Plan, float]:
    began = time.monotonic()
    orders = planner(problem, seconds, seed)
    took = time.monotonic() - began
    draft = Draft(problem)
    draft.adopt(orders)
    draft.insert_all(sorted(draft.unserved, key=lambda visit: -(visit.penalty or 0)))
    plan = build_plan(problem, draft.orders)
    assert not check(problem, plan).introduced
    return plan, took


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--shifts", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--equal", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
