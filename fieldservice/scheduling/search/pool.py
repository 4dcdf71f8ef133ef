"""The pool of routes met on the way, each set of visits of a shift once, in its cheapest order.

Open addressing over Zobrist keys (1970): a route's key is the exclusive or of its visits' keys.
"""

from __future__ import annotations

import numpy as np

from fieldservice.scheduling.search.columns import COST, LENGTH
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array


def new_pool(visits: int, shifts: int, longest: int, routes: int, seed: int) -> tuple[Array, ...]:
    """Return an empty pool for so many routes; the arrays are named in `gather`."""
    chance = np.random.default_rng(seed)
    size = 1 << max(4, (2 * routes).bit_length())
    return (
        np.zeros(1, np.int64),
        np.full(size, -1, np.int64),
        np.zeros(routes, np.uint64),
        np.zeros((routes, 3), np.int64),
        np.zeros((routes, longest), np.int32),
        chance.integers(1, 1 << 63, visits, dtype=np.uint64),
        chance.integers(1, 1 << 63, shifts, dtype=np.uint64),
    )


@compiled
def copy_order(nodes: Array, orders: Array, k: int, to: int, length: int) -> None:
    """Copy the visits of route `k` into row `to` of the pool."""
    for p in range(length):
        orders[to, p] = nodes[k, p]


@compiled
def gather(pool: Array, nodes: Array, total: Array, k: int) -> None:
    """Keep route `k`, unless its visits are known there in a cheaper order or the pool is full."""
    count, table, keys, facts, orders, visit_key, shift_key = pool
    length = total[k, LENGTH]
    if length == 0 or count[0] >= keys.shape[0]:
        return
    key = shift_key[k]
    for p in range(length):
        key ^= visit_key[nodes[k, p]]
    mask = np.uint64(table.shape[0] - 1)
    slot = key & mask
    while table[slot] >= 0:
        known = table[slot]
        if keys[known] == key:
            if total[k, COST] < facts[known, 2]:
                facts[known, 2] = total[k, COST]
                copy_order(nodes, orders, k, known, length)
            return
        slot = (slot + np.uint64(1)) & mask
    mine = count[0]
    count[0] += 1
    table[slot] = mine
    keys[mine] = key
    facts[mine, 0], facts[mine, 1], facts[mine, 2] = k, length, total[k, COST]
    copy_order(nodes, orders, k, mine, length)
