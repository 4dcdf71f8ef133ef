"""One step of the search: take out, put back.

Outer kernels pass tuples around, `problem`, `state`, `kept` and `work`; the inner ones take plain
arrays, which run faster. `tally` holds the few numbers that outlive a call.
"""

from __future__ import annotations

from fieldservice.scheduling.search.chance import draw
from fieldservice.scheduling.search.columns import (
    COST,
    LENGTH,
    LUNCH,
    MEMO_COST,
    MEMO_POSITION,
    MEMO_VERSION,
    NOT_FIT,
    PENALTY,
    START,
    VERSION,
)
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.labelling import relabel
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.lunch_placing import place_at_lunch
from fieldservice.scheduling.search.placing import has_room, place_on
from fieldservice.scheduling.search.recreate import candidates, order_absent, put, recall
from fieldservice.scheduling.search.ruin import copy_route, strings, take_string

CURRENT, BEST, STEP, WAITING, MARK, VERSIONS = 0, 1, 2, 3, 4, 5
TALLIES = 6
WAITING_TRIED = 12
"""Unserved visits put back in one step; where more wait, those near the place of ruin."""
FEW_ROUTES = 60
"""Up to so many, every route is tried for every visit."""
EVERYWHERE_CHANCE = 0.02


@compiled
def renew(problem: Array, state: Array, tally: Array, out: Array, k: int) -> None:
    """Renew the labels of route `k`, which has another version from now on."""
    travel, visit, window, shift, rest, fit, load, _capacity, _near, _near_shifts, pace = problem
    nodes, label, total, loaded, _where = state
    relabel(
        travel, pace, visit, window, shift, rest, fit, nodes, label, total, load, loaded, k, out
    )
    tally[VERSIONS] += 1
    total[k, VERSION] = tally[VERSIONS]


@compiled
def keep_route(state: Array, kept: Array, count: int, k: int, step: int) -> int:
    """Remember route `k` as it was before this step; return how many are remembered."""
    nodes, label, total, loaded, _where = state
    kept_nodes, kept_label, kept_total, kept_loaded, stamp, touched = kept
    if stamp[k] == step:
        return count
    stamp[k] = step
    touched[count] = k
    copy_route(nodes, label, total, loaded, kept_nodes, kept_label, kept_total, kept_loaded, k)
    return count + 1


@compiled
def ruin(
    problem: Array, state: Array, kept: Array, work: Array, tally: Array, rng: Array, seed: int
) -> tuple[int, int]:
    """Take strings off routes near visit `seed`; return how many visits and routes it concerns."""
    visit, near = problem[1], problem[8]
    nodes, _label, total, _loaded, where = state
    stamp = kept[4]
    absent, _key, taken_at, _seen, _found, out, _trial, _best, _absences, _memo = work
    step = tally[STEP]
    routes = 0
    for k in range(total.shape[0]):
        routes += 1 if total[k, LENGTH] > 0 else 0
    served = visit.shape[0] - tally[WAITING]
    average = served / max(1, routes)
    wanted, touched_count, count = strings(rng, average), 0, 0
    for i in range(near.shape[1]):
        if touched_count >= wanted:
            break
        c = near[seed, i]
        k = where[c]
        if k < 0 or stamp[k] == step:
            continue
        touched_count = keep_route(state, kept, touched_count, k, step)
        count = take_string(
            visit, nodes, total, where, absent, count, taken_at, rng, average, k, c, step
        )
        renew(problem, state, tally, out, k)
    return count, touched_count


@compiled
def call_waiting(
    problem: Array, work: Array, waiting: Array, where: Array, tally: Array, count: int, seed: int
) -> int:
    """Add visits that wait unserved to those to put back; return how many there are then."""
    near = problem[8]
    absent, taken_at = work[0], work[2]
    if tally[WAITING] <= WAITING_TRIED:
        for i in range(tally[WAITING]):
            absent[count] = waiting[i]
            count += 1
        return count
    most = count + WAITING_TRIED
    for i in range(near.shape[1]):
        c = near[seed, i]
        if count < most and where[c] < 0 and taken_at[c] != tally[STEP]:
            absent[count] = c
            count += 1
    return count


@compiled
def judge(problem: Array, state: Array, work: Array, most: int, c: int, k: int) -> None:
    """Offer every place of visit `c` on route `k` to the best so far: cost, route, position."""
    travel, visit, window, shift, rest, fit, load, capacity, _near, _near_shifts, pace = problem
    nodes, label, total, loaded, _where = state
    out, trial, best = work[5], work[6], work[7]
    if fit[c, k] == NOT_FIT or not has_room(shift, total, load, loaded, capacity, most, k, c):
        return
    if shift[k, LUNCH] == 1:
        place_at_lunch(travel, pace, visit, window, shift, fit, nodes, label, total, best, k, c)
    else:
        place_on(
            *(travel, pace, visit, window, shift, rest, fit, nodes, label, total, trial, out),
            *(best, k, c),
        )


@compiled
def cheapest_place(
    problem: Array,
    state: Array,
    work: Array,
    rng: Array,
    blink: float,
    most: int,
    c: int,
    routes: int,
    touched_count: int,
) -> tuple[int, int]:
    """Return route and position of the cheapest place of visit `c` on the candidates, else -1.

    Of each route the cheapest place is remembered for as long as the route stays the same. A route
    is overlooked with chance `blink` (in Christiaens and Vanden Berghe 2020 a position is).
    """
    found, best, memo = work[4], work[7], work[9]
    total, penalty = state[2], problem[1][c, PENALTY]
    cost, route, position = recall(total, memo, found, routes, rng, blink, c, penalty)
    for i in range(found[routes]):
        k = found[i]
        # The routes touched come first. They live for this step only, mostly.
        lasting = i >= touched_count
        best[0], best[1], best[2] = penalty if lasting else cost, -1, -1
        judge(problem, state, work, most, c, k)
        if lasting:
            memo[c, k, MEMO_VERSION] = total[k, VERSION]
            memo[c, k, MEMO_COST], memo[c, k, MEMO_POSITION] = best[0], best[2]
        if best[0] < cost and draw(rng) >= blink:
            cost, route, position = best[0], best[1], best[2]
    return route, position


@compiled
def at_best(
    problem: Array,
    state: Array,
    kept: Array,
    work: Array,
    waiting_at: Array,
    count: int,
    touched_count: int,
) -> int:
    """What this step costs more if all that is absent could be put back for nothing."""
    visit, total = problem[1], state[2]
    dearer = 0
    for i in range(touched_count):
        k = kept[5][i]
        dearer += total[k, COST] - kept[2][k, COST]
    for i in range(count):
        c = work[0][i]
        if waiting_at[c] >= 0:
            dearer -= visit[c, PENALTY]
    return dearer


@compiled
def recreate(
    problem: Array,
    state: Array,
    kept: Array,
    work: Array,
    waiting_at: Array,
    tally: Array,
    rng: Array,
    count: int,
    touched_count: int,
    blink: float,
    most: int,
    allowed: float,
) -> tuple[int, int]:
    """Put each absent visit at its cheapest place where that beats leaving it out.

    Return how many routes are touched, and how much dearer the plan is. Once that comes to what is
    `allowed` the step is as good as undone, and the rest is spared.
    """
    visit, shift, near, near_shifts = problem[1], problem[3], problem[8], problem[9]
    total, where = state[2], state[4]
    everywhere = shift.shape[0] <= FEW_ROUTES or draw(rng) < EVERYWHERE_CHANCE
    thorough = touched_count == 0 or draw(rng) < EVERYWHERE_CHANCE
    order_absent(problem[0], visit, shift[0, START], work[8], work[0], count, work[1], rng)
    dearer = at_best(problem, state, kept, work, waiting_at, count, touched_count)
    for i in range(count):
        if dearer >= allowed:
            break
        c = work[0][i]
        only_touched = not thorough and work[2][c] != tally[STEP]
        tally[MARK] += 1
        routes = candidates(
            *(near, near_shifts, total, where, kept[5], touched_count, work[3], tally[MARK]),
            *(work[4], c, everywhere, only_touched),
        )
        k, p = cheapest_place(problem, state, work, rng, blink, most, c, routes, touched_count)
        if k < 0:
            work[8][c] += 1
            dearer += visit[c, PENALTY]
            continue
        touched_count = keep_route(state, kept, touched_count, k, tally[STEP])
        dearer -= total[k, COST]
        put(state[0], total, where, k, p, c)
        renew(problem, state, tally, work[5], k)
        dearer += total[k, COST]
    return touched_count, dearer
