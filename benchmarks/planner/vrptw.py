"""Ours and others on pure distance: `python -m benchmarks.planner.vrptw [--files FOLDER]`.

Vehicle routing with time windows, after Solomon's recipe (`solomon.py`) or from his files. This
is what the others were made for; field service adds all the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.planner.peers import PEERS
from benchmarks.planner.results import Results, take_all
from benchmarks.planner.solomon import LAYOUTS, drawn, read
from benchmarks.planner.table import table
from fieldservice.scheduling.problem import Problem

Instance = tuple[str, str, Callable[[], Problem]]
"""Its sort, its name and how to come by it."""


def main() -> None:
    """Print the table, medians over the instances of each sort."""
    asked = _arguments()
    print(f"{machine()}; `{' '.join(['python -m benchmarks.planner.vrptw', *sys.argv[1:]])}`\n")
    instances = _of_files(asked.files) if asked.files else _drawn(asked.sizes, asked.seeds)
    found = []
    results = Results(asked.results)
    for result in take_all(results, instances, asked.planners, asked.seconds, asked.runs):
        found.append(result)
        cost = f"{result.judged.repaired.cost:,}" if result.judged else "none"
        print(f"{len(found)}: {result.trial} {cost}", file=sys.stderr, flush=True)
    found.sort(key=lambda one: (one.trial.sort, one.trial.budget))
    print(table(found))


def _drawn(sizes: list[int], seeds: int) -> list[Instance]:
    return [
        (f"{size} customers", f"{kind}-{seed}", partial(drawn, kind, size, seed))
        for size in sizes
        for kind in LAYOUTS
        for seed in range(seeds)
    ]


def _of_files(folder: Path) -> list[Instance]:
    files = sorted([*folder.glob("*.txt"), *folder.glob("*.TXT")])
    return [
        (f"{len(read(file).visits)} customers", file.stem, partial(read, file)) for file in files
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 200], help="customers")
    parser.add_argument("--seeds", type=int, default=1, help="instances of each type and size")
    parser.add_argument("--files", type=Path, help="a folder of files in Solomon's format instead")
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0], help="budgets")
    parser.add_argument("--runs", type=int, default=1, help="runs of each planner on each instance")
    parser.add_argument("--planners", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--results", type=Path, help="keep each answer here, and go on from there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
