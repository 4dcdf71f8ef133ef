"""Twenty rolling days, booked in different ways: `python -m benchmarks.rolling`."""

from __future__ import annotations

import argparse
import multiprocessing as mp
import sys

from benchmarks.machine import machine
from benchmarks.rolling.booking import POLICIES
from benchmarks.rolling.measures import table
from benchmarks.rolling.rolling import rolled
from fieldservice.scheduling.search.warm import warm

FIRST_WORLD = 1000
"""Worlds below this number are for trying things; those from it on only judge."""


def main() -> None:
    """Print one row for each way to book: means over the worlds."""
    asked = _arguments()
    warm()
    print(f"{machine()}; `{' '.join(['python -m benchmarks.rolling', *sys.argv[1:]])}`\n")
    worlds = range(asked.first, asked.first + asked.worlds)
    each = [
        (world, asked.technicians, asked.calls, asked.days, name)
        for name in POLICIES
        for world in worlds
    ]
    with mp.get_context("spawn").Pool(asked.processes) as pool:
        found = pool.starmap(rolled, each, chunksize=1)
    by_name = {
        name: [one for (*_, of), one in zip(each, found, strict=True) if of == name]
        for name in POLICIES
    }
    print(table(by_name))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=5, help="how many different worlds")
    parser.add_argument("--first", type=int, default=FIRST_WORLD, help="seed of the first one")
    parser.add_argument("--days", type=int, default=20, help="business days measured")
    parser.add_argument("--technicians", type=int, default=6)
    parser.add_argument("--calls", type=float, default=33.0, help="calls a day")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
