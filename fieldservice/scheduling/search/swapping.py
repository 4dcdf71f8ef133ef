"""What it costs to serve one visit in another's stead, tried on every route."""

from __future__ import annotations

from fieldservice.scheduling.search.columns import COST, FIXED, LENGTH, PENALTY
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.labelling import relabel
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.step import judge


@compiled
def _relabel(problem: Array, state: Array, out: Array, k: int) -> None:
    travel, visit, window, shift, rest, fit, load, _capacity, _near, _near_shifts, pace = problem
    nodes, label, total, loaded, _where = state
    relabel(
        travel, pace, visit, window, shift, rest, fit, nodes, label, total, load, loaded, k, out
    )


@compiled
def best_swaps(problem: Array, state: Array, work: Array, most: int, c: int, found: Array) -> None:
    """Write cost, route and position of the best place of visit `c` in each other's stead, else -1.

    Each visit is taken off its route in turn; the routes are left as they were.
    """
    nodes, total, best, penalty = state[0], state[2], work[7], problem[1][c, PENALTY]
    found[:, 2] = -1
    for k in range(total.shape[0]):
        length, cost = total[k, LENGTH], total[k, COST]
        for p in range(length):
            leaves = nodes[k, p]
            if problem[1][leaves, FIXED] == 1:
                continue
            for i in range(p, length - 1):
                nodes[k, i] = nodes[k, i + 1]
            total[k, LENGTH] = length - 1
            _relabel(problem, state, work[5], k)
            best[0], best[1], best[2] = penalty, -1, -1
            judge(problem, state, work, most, c, k)
            if best[1] >= 0:
                found[leaves, 0], found[leaves, 1] = best[0] + total[k, COST] - cost, k
                found[leaves, 2] = best[2]
            for i in range(length - 1, p, -1):
                nodes[k, i] = nodes[k, i - 1]
            nodes[k, p], total[k, LENGTH] = leaves, length
        _relabel(problem, state, work[5], k)
