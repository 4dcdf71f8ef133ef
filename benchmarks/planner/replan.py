"""How soon a broken day is mended: `python -m benchmarks.planner.replan`.

A day is planned, runs as planned until eleven, and breaks: somebody is ill, somebody runs half an
hour late, roads are slow, an emergency comes in. The answer is timed as the office waits for it,
from the problem to the plan, the child process included; its processor time says what of that
is left on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.planner.days import HOUR, MINUTE, Sort, a_day
from fieldservice.scheduling.check import check
from fieldservice.scheduling.disruptions import Away, Delayed, Disruption, Emergency, LeavesAt, Snow
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Pin, Problem
from fieldservice.scheduling.replanning import RestOfDay, UnderWay, rest_of_day
from fieldservice.scheduling.runner import solve_in_child
from fieldservice.scheduling.search.warm import warm
from fieldservice.scheduling.solve import Budget, solve

NOW = 11 * HOUR
FREEZE = 30 * MINUTE
FIRST_PLAN_SECONDS = 10


def main() -> None:
    """Print seconds, moves and visits left out for every disruption of every day."""
    asked = _arguments()
    warm()
    print(f"{datetime.now(UTC):%Y-%m-%d} {platform.machine()} {asked}")
    print("seed  disruption        seconds  processor  moves  later than promised  left out")
    took: list[float] = []
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        day = _under_way(a_day(Sort(asked.visits, asked.shifts), seed), seed)
        for name, disruptions in _troubles(day):
            began, worked = time.monotonic(), _worked()
            rest = rest_of_day(day, disruptions)
            plan = solve_in_child(rest.problem, Budget(seconds=asked.seconds), seed)
            took.append(time.monotonic() - began)
            assert not check(rest.problem, plan).introduced
            late = sum(1 for route in plan.routes for stop in route.stops if stop.lateness)
            print(
                f"{seed:4}  {name:16} {took[-1]:8.2f}  {_worked() - worked:9.2f}"
                f"  {_moves(rest, plan):5}  {late:19}  {len(plan.unassigned):8}",
                flush=True,
            )
    print(f"median {statistics.median(took):.2f} s, longest {max(took):.2f} s")


def _under_way(problem: Problem, seed: int) -> UnderWay:
    """The day at eleven, everything having gone as planned; one visit is still to be called in."""
    last = problem.visits[-1].id
    evening = replace(problem, visits=tuple(v for v in problem.visits if v.id != last))
    plan = solve(evening, Budget(seconds=FIRST_PLAN_SECONDS), seed)
    begun = {
        stop.visit_id: Pin(route.shift_id, stop.start)
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id is not None and stop.start <= NOW
    }
    steps = plan.sequences
    day = replace(
        problem,
        visits=tuple(replace(v, pin=begun.get(v.id)) for v in problem.visits),
        shifts=tuple(replace(s, steps=steps.get(s.id, ())) for s in problem.shifts),
    )
    return UnderWay(day, NOW, frozenset(begun), FREEZE)


def _troubles(day: UnderWay) -> Iterator[tuple[str, list[Disruption]]]:
    busiest = max(day.problem.shifts, key=lambda shift: len(shift.steps)).id
    yield "ill", [Away(busiest, NOW, 24 * HOUR)]
    yield "half an hour late", [Delayed(busiest, NOW + 30 * MINUTE + HOUR)]
    yield "leaves at 15:00", [LeavesAt(busiest, 15 * HOUR)]
    yield "snow", [Snow(1.5)]
    yield "emergency", [Emergency(day.problem.visits[-1].id, NOW)]


def _worked() -> float:
    """Processor seconds of this process and of its children that ended."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _moves(rest: RestOfDay, plan: Plan) -> int:
    before = build_plan(rest.problem, rest.present)
    was = {one: route.shift_id for route in before.routes for one in route.visit_ids}
    now = {one: route.shift_id for route in plan.routes for one in route.visit_ids}
    return sum(1 for one in was.keys() | now.keys() if was.get(one) != now.get(one))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.planner.replan")
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--shifts", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
