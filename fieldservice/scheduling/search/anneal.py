"""Simulated annealing over steps of ruin and recreate: keep the plan, or go back."""

from __future__ import annotations

import math

from fieldservice.scheduling.search.chance import below, draw
from fieldservice.scheduling.search.columns import (
    CLOSES,
    COST,
    DRIVEN,
    HOME,
    LENGTH,
    MORE,
    MOST_BUSY,
    MOST_DRIVING,
    NEVER,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.pool import gather
from fieldservice.scheduling.search.reserving import busy
from fieldservice.scheduling.search.ruin import copy_route
from fieldservice.scheduling.search.step import (
    BEST,
    CURRENT,
    STEP,
    WAITING,
    call_waiting,
    recreate,
    ruin,
)


@compiled
def breaks(problem: Array, state: Array, kept: Array, touched_count: int) -> bool:
    """Tell whether this step has broken a route."""
    visit, shift, total = problem[1], problem[3], state[2]
    for i in range(touched_count):
        k = kept[5][i]
        # Travel that violates the triangle inequality makes a shorter route the later one.
        if total[k, LENGTH] > 0 and (
            total[k, HOME] > shift[k, CLOSES] + shift[k, MORE]
            or total[k, DRIVEN] > shift[k, MOST_DRIVING]
            or (
                shift[k, MOST_BUSY] < NEVER
                and busy(problem[0], visit, shift, state[0], total, k, -1, -1) > shift[k, MOST_BUSY]
            )
        ):
            return True
    return False


@compiled
def accept(
    state: Array, work: Array, waiting: Array, waiting_at: Array, tally: Array, count: int
) -> None:
    """Note who waits unserved from now on."""
    where, absent = state[4], work[0]
    for i in range(count):
        c = absent[i]
        waited, waits = waiting_at[c] >= 0, where[c] < 0
        if waits and not waited:
            waiting[tally[WAITING]] = c
            waiting_at[c] = tally[WAITING]
            tally[WAITING] += 1
        elif waited and not waits:
            tally[WAITING] -= 1
            last, hole = waiting[tally[WAITING]], waiting_at[c]
            waiting[hole] = last
            waiting_at[last] = hole
            waiting_at[c] = -1


@compiled
def undo(state: Array, kept: Array, touched_count: int) -> None:
    """Put every touched route back as it was."""
    nodes, label, total, loaded, where = state
    for i in range(touched_count):
        k = kept[5][i]
        for p in range(total[k, LENGTH]):
            where[nodes[k, p]] = -1
    for i in range(touched_count):
        k = kept[5][i]
        copy_route(kept[0], kept[1], kept[2], kept[3], nodes, label, total, loaded, k)
        for p in range(total[k, LENGTH]):
            where[nodes[k, p]] = k


@compiled
def remember(nodes: Array, total: Array, plan: Array) -> None:
    """Keep the plan of the moment as the best: orders, lengths, costs of routes."""
    orders, lengths, costs = plan
    for k in range(total.shape[0]):
        lengths[k], costs[k] = total[k, LENGTH], total[k, COST]
        for p in range(total[k, LENGTH]):
            orders[k, p] = nodes[k, p]


@compiled
def anneal(
    problem: Array,
    state: Array,
    kept: Array,
    work: Array,
    waiting: Array,
    waiting_at: Array,
    plan: Array,
    pool: Array,
    tally: Array,
    rng: Array,
    steps: int,
    hot: float,
    cold: float,
    blink: float,
    most: int,
    gathers: bool,
) -> None:
    """Make that many steps while the heat falls from `hot` to `cold` (seconds of driving)."""
    visit, nodes, total, where = problem[1], state[0], state[2], state[4]
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        tally[STEP] += 1
        heat *= cooling
        seed = below(rng, visit.shape[0])
        count, touched_count = ruin(problem, state, kept, work, tally, rng, seed)
        count = call_waiting(problem, work, waiting, where, tally, count, seed)
        allowed = -heat * math.log(1e-300 + draw(rng))
        touched_count, dearer = recreate(
            *(problem, state, kept, work, waiting_at, tally, rng),
            *(count, touched_count, blink, most, allowed),
        )
        if dearer >= allowed or breaks(problem, state, kept, touched_count):
            undo(state, kept, touched_count)
            continue
        accept(state, work, waiting, waiting_at, tally, count)
        tally[CURRENT] += dearer
        if gathers and dearer != 0:
            for i in range(touched_count):
                gather(pool, nodes, total, kept[5][i])
        if tally[CURRENT] < tally[BEST]:
            tally[BEST] = tally[CURRENT]
            remember(nodes, total, plan)


@compiled
def construct(
    problem: Array,
    state: Array,
    kept: Array,
    work: Array,
    waiting: Array,
    waiting_at: Array,
    plan: Array,
    tally: Array,
    rng: Array,
    most: int,
) -> None:
    """Put every waiting visit at its cheapest place, once; that plan is the best so far."""
    tally[STEP] += 1
    count = tally[WAITING]
    for i in range(count):
        work[0][i] = waiting[i]
        work[2][waiting[i]] = tally[STEP]
    _touched, dearer = recreate(
        problem, state, kept, work, waiting_at, tally, rng, count, 0, 0.0, most, math.inf
    )
    accept(state, work, waiting, waiting_at, tally, count)
    tally[CURRENT] += dearer
    tally[BEST] = tally[CURRENT]
    remember(state[0], state[2], plan)
