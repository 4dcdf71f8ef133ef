"""Ours and others on the same days, judged alike: `python -m benchmarks.planner.compare`.

Every planner gets the same seconds of one core, in a process of its own. The days are those that
only judge (`days.JUDGING`); `--tuning` takes the others.
"""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.planner.chart import chart
from benchmarks.planner.days import JUDGING, TUNING, Sort, a_day
from benchmarks.planner.peers import PEERS
from benchmarks.planner.results import Results, take_all
from benchmarks.planner.table import table


def main() -> None:
    """Print the table, and draw the picture where one is asked for."""
    asked = _arguments()
    print(f"{machine()}; `{' '.join(['python -m benchmarks.planner.compare', *sys.argv[1:]])}`\n")
    seeds = (TUNING if asked.tuning else JUDGING)[: asked.seeds]
    days = [
        (str(sort), str(seed), partial(a_day, sort, seed)) for sort in asked.days for seed in seeds
    ]
    taken = take_all(Results(asked.results), days, asked.planners, asked.seconds, asked.runs)
    found = []
    for result in taken:
        found.append(result)
        cost = f"{result.judged.repaired.cost:,}" if result.judged else "none"
        print(f"{len(found)}: {result.trial} {cost}", file=sys.stderr, flush=True)
    found.sort(key=lambda one: (asked.order[one.trial.sort], one.trial.budget))
    print(table(found))
    if asked.chart:
        asked.chart.write_text(chart(found), encoding="utf-8")


def a_sort(text: str) -> Sort:
    """Return the sort of day behind words such as `200/30` or `50/8-equal-overfull`."""
    matched = re.fullmatch(r"(\d+)/(\d+)(-equal)?(-overfull)?", text)
    if not matched:
        raise argparse.ArgumentTypeError("Days are written as 200/30, 200/30-equal or -overfull.")
    visits, shifts, equal, overfull = matched.groups()
    return Sort(int(visits), int(shifts), bool(equal), bool(overfull))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--days",
        type=a_sort,
        nargs="+",
        default=[Sort(200, 30)],
        help="visits/shifts, with -equal (no breaks, overtime, wishes) and -overfull",
    )
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0], help="budgets")
    parser.add_argument("--seeds", type=int, default=3, help="how many days of each sort")
    parser.add_argument("--runs", type=int, default=1, help="runs of each planner on each day")
    parser.add_argument("--planners", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--tuning", action="store_true", help="the days to try things on")
    parser.add_argument("--results", type=Path, help="keep each answer here, and go on from there")
    parser.add_argument("--chart", type=Path, help="draw cost over time here, as SVG")
    asked = parser.parse_args()
    asked.order = {str(sort): at for at, sort in enumerate(asked.days)}
    return asked


if __name__ == "__main__":
    main()
