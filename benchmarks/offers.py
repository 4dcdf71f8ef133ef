"""How long asking for times takes: `python -m benchmarks.offers`.

Ten working days of thirty vans, asked over HTTP one request after another, each about another
place; and the kernel alone over three hundred routes, with every rule.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import urllib.request
from dataclasses import replace

import numpy as np

from benchmarks.bookings import prepared
from benchmarks.databases import KINDS, fresh_database
from benchmarks.machine import machine, processor_seconds
from benchmarks.planner.days import HOUR, JUDGING, Sort, a_day
from benchmarks.web_server import answering, environment_of
from fieldservice.scheduling.problem import Problem, TimeWindow
from fieldservice.scheduling.search.offering import Offers, Timing
from fieldservice.scheduling.solve import Budget, solve

VANS, VISITS, DAYS = 30, 200, 10
GOALS = {"http": 30.0, "kernel": 0.05}
"""Milliseconds for 99 of 100 at most."""


def main() -> None:
    """Measure the kernel, then HTTP on each database asked for."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.offers", description=__doc__)
    asked.add_argument("databases", nargs="*", metavar="database", help=" or ".join(KINDS))
    asked.add_argument("--requests", type=int, default=200)
    options = asked.parse_args()
    print(machine(), "\n\n| what | median ms | p99 ms | goal ms | processor ms each |")
    print("|---|---|---|---|---|")
    kernel = over_ten_days(5000)
    print(
        f"| kernel | {kernel.median / 1000:.4f} | {kernel.p99 / 1000:.4f} | {GOALS['kernel']} | |"
    )
    for kind in options.databases or ["sqlite"]:
        sys.stdout.flush()
        taken, processor = over_http(kind, options.requests)
        p99 = float(np.percentile(taken, 99))
        each = 1000 * processor / len(taken)
        row = f"| {statistics.median(taken):.0f} | {p99:.0f} | {GOALS['http']:g} | {each:.0f} |"
        print(f"| HTTP, {kind} {row}")


def over_ten_days(repeat: int) -> Timing:
    """The kernel over ten planned days in one problem, all with the same visits to move about."""
    day = a_day(Sort(VISITS, VANS), JUDGING[0])
    orders = solve(day, Budget(iterations=300)).sequences
    problem = ten_times(day)
    repeated = {
        shift_id + number * VANS: tuple(one + number * VISITS for one in order)
        for number in range(DAYS)
        for shift_id, order in orders.items()
    }
    asked = replace(day.visits[0], id=VISITS * DAYS, windows=(), penalty=0)
    problem = replace(problem, visits=(*problem.visits, asked))
    return Offers(problem, repeated, asked).timed(repeat)


def ten_times(day: Problem) -> Problem:
    """Return ten such days, one after another, in one problem."""
    visits = [
        replace(
            visit,
            id=visit.id + number * VISITS,
            windows=tuple(later(window, number) for window in visit.windows),
            preferred_shifts=frozenset(one + number * VANS for one in visit.preferred_shifts),
        )
        for number in range(DAYS)
        for visit in day.visits
    ]
    shifts = [
        replace(
            shift,
            id=shift.id + number * VANS,
            window=later(shift.window, number),
            breaks=tuple(
                replace(rest, windows=tuple(later(window, number) for window in rest.windows))
                for rest in shift.breaks
            ),
        )
        for number in range(DAYS)
        for shift in day.shifts
    ]
    return replace(day, visits=tuple(visits), shifts=tuple(shifts))


def later(window: TimeWindow, days: int) -> TimeWindow:
    """Return the same hours so many days later."""
    return TimeWindow(window.start + 24 * HOUR * days, window.end + 24 * HOUR * days)


def over_http(kind: str, requests: int) -> tuple[list[float], float]:
    """Milliseconds of each answer, and the seconds of processor of all together."""
    with fresh_database(kind) as (url, folder):
        environment = environment_of(url, folder, 1)
        token, bookings = prepared(environment, VANS)
        address = f"http://127.0.0.1:{environment['PORT']}/api/v1/offers"
        with answering(environment) as web:
            wanted = [one.site_id for one in bookings[: requests + 3]]
            for site in wanted[:3]:
                _ask(address, token, site)
            before = processor_seconds(web.pid)
            taken = [_ask(address, token, site) for site in wanted[3:]]
            return taken, processor_seconds(web.pid) - before


def _ask(address: str, token: str, site: int) -> float:
    body = json.dumps({"site_id": site, "kind": "repair", "duration_minutes": 30}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(address, body, headers)
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["offers"]
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
