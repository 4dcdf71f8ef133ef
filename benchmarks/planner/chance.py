"""How long simulated days take: `python -m benchmarks.planner.chance`."""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks.planner.days import Sort, a_day
from fieldservice.scheduling.outlook.simulate import DAYS, simulate
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads, Weather
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.solve import Budget, solve

ROUNDS = 20
SPREADS = Spreads(
    work=Spread(1.05, 0.35),
    travel=Spread(1.05, 0.2),
    shocks=Shocks(0.1, Weather(0.1, 1.3), LateStart(0.1, 900)),
)


def main() -> None:
    """Print the milliseconds of processor time of some rounds for three sizes of day."""
    sys.stdout.write(f"{DAYS} simulated days\n\n| visits | routes | median ms | worst ms |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for sort in (Sort(50, 8), Sort(120, 18), Sort(500, 75)):
        problem = a_day(sort, seed=1)
        plan = solve(problem, Budget(iterations=20))
        taken = _milliseconds(problem, plan)
        served = sum(len(route.visit_ids) for route in plan.routes)
        row = (served, len(plan.routes), f"{statistics.median(taken):.0f}", f"{max(taken):.0f}")
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")


def _milliseconds(problem: Problem, plan: Plan) -> list[float]:
    taken = []
    for seed in range(ROUNDS):
        began = time.process_time()
        simulate(problem, plan, SPREADS, seed=seed)
        taken.append(1000 * (time.process_time() - began))
    return taken


if __name__ == "__main__":
    main()
