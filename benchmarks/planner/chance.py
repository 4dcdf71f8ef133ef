"""How long simulated days take: `python -m benchmarks.planner.chance`."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace

from benchmarks.planner.days import Sort, a_day
from fieldservice.scheduling.outlook.simulate import DAYS, simulate
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads, Weather
from fieldservice.scheduling.outlook.surer import surer
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem, Weights
from fieldservice.scheduling.solve import Budget, solve

ROUNDS = 20
SPREADS = Spreads(
    work=Spread(1.05, 0.35),
    travel=Spread(1.05, 0.2),
    shocks=Shocks(0.1, Weather(0.1, 1.3), LateStart(0.1, 900)),
)


def main() -> None:
    """Print the milliseconds of processor time of some rounds for three sizes of day.

    Then what weighing risk does to one of them.
    """
    _simulating()
    _weighing()


def _simulating() -> None:
    sys.stdout.write(f"{DAYS} simulated days\n\n| visits | routes | median ms | worst ms |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for sort in (Sort(50, 8), Sort(120, 18), Sort(500, 75)):
        problem = a_day(sort, seed=1)
        plan = solve(problem, Budget(iterations=20))
        taken = _milliseconds(problem, plan)
        served = sum(len(route.visit_ids) for route in plan.routes)
        row = (served, len(plan.routes), f"{statistics.median(taken):.0f}", f"{max(taken):.0f}")
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")


def _weighing() -> None:
    problem = replace(a_day(Sort(120, 18), seed=1), spreads=SPREADS)
    plan = solve(problem, Budget(iterations=200))
    sys.stdout.write("\n| objective.risk | cost | broken promises a day | processor s |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for risk in (0, 10, 30, 100):
        weighed = replace(problem, weights=Weights(risk=risk))
        began = time.process_time()
        orders = surer(weighed, plan.sequences, seed=1) if risk else plan.sequences
        taken = time.process_time() - began
        found = build_plan(problem, orders)
        lived = simulate(problem, found, SPREADS, seed=2)
        broken = sum(1 - one.chance for one in lived.visits.values())
        sys.stdout.write(f"| {risk} | {found.cost} | {broken:.1f} | {taken:.1f} |\n")


def _milliseconds(problem: Problem, plan: Plan) -> list[float]:
    taken = []
    for seed in range(ROUNDS):
        began = time.process_time()
        simulate(problem, plan, SPREADS, seed=seed)
        taken.append(1000 * (time.process_time() - began))
    return taken


if __name__ == "__main__":
    main()
