"""Make the kernels ready: `python -m fieldservice.scheduling.search.warm`.

Compiled once, they are kept on disk; later processes load them in a second or two.
"""

from __future__ import annotations

import numpy as np

from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.lower_bound import prove
from fieldservice.scheduling.explaining.kernel_places import KernelPlaces
from fieldservice.scheduling.problem import Break, Problem, Shift, TimeWindow, Visit
from fieldservice.scheduling.search.compiling import compiling_alone
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.speeds import AT_USUAL_SPEED, USUAL, Speeds
from fieldservice.scheduling.travel import TravelMatrix

CHANGING = Speeds(((9000, 50), (12_000, USUAL)))
"""Any speeds that change: kernels are compiled for these and for one speed."""


def warm(speeds: Speeds | None = None) -> None:
    """Run every kernel once, over a day of each sort; of several processes one compiles them.

    Once compiled, only those for such `speeds` are loaded where they are given.
    """
    with compiling_alone() as made:
        for one in (speeds,) if made and speeds else (AT_USUAL_SPEED, CHANGING):
            _run_every_kernel(one)


def _run_every_kernel(speeds: Speeds) -> None:
    hours = TimeWindow(0, 30_000)
    rest = Break(1, 600, (TimeWindow(9000, 12_000),))
    shifts = (
        Shift(1, 0, 0, hours, breaks=(rest,)),
        Shift(2, 1, 1, hours, breaks=(rest, Break(2, 300, (TimeWindow(0, 30_000),)))),
    )
    visits = tuple(Visit(n, n % 3, 900, windows=(hours,), penalty=9000) for n in range(8))
    matrix = TravelMatrix(np.full((3, 3), 300) - 300 * np.eye(3, dtype=np.int64), speeds)
    problem = Problem(visits, shifts, {"car": matrix})
    search = Search(problem, {}, seed=1, pooled=10)
    search.construct()
    search.run(20, 0, 1)
    prove(problem, {}, Effort(work=10_000_000))
    explained = KernelPlaces(problem, {1: (1,)})
    explained.places(0)
    explained.swaps(0)


if __name__ == "__main__":
    warm()
