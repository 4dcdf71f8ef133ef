"""Labels against each other: what is no better in anything is not followed any further."""

from __future__ import annotations

from fieldservice.scheduling.bound.fields import (
    BEATEN,
    COST,
    COUNT,
    DRIVEN,
    GOODS,
    MEMORY,
    NEXT,
    NOBODY,
    NODE,
    PARITY,
    QUEUE,
    TAKEN,
    TIME,
)
from fieldservice.scheduling.search.compiling import inlined
from fieldservice.scheduling.search.legs import Array


@inlined
def beats(label: Array, a: int, b: int, limits: Array, cut_price: Array) -> bool:
    """Tell whether label `a` is at least as good as `b` however the route goes on."""
    if label[a, TIME] > label[b, TIME] or label[a, COST] > label[b, COST]:
        return False
    if label[a, MEMORY] & ~label[b, MEMORY]:
        return False
    if limits[0] and label[a, COUNT] > label[b, COUNT]:
        return False
    if limits[1] and label[a, DRIVEN] > label[b, DRIVEN]:
        return False
    for good in range(GOODS, label.shape[1]):
        if label[a, good] > label[b, good]:
            return False
    odd = label[a, PARITY] & ~label[b, PARITY]
    cost, cut = label[a, COST], 0
    while odd:
        if odd & 1:
            cost += cut_price[cut]
        odd >>= 1
        cut += 1
    better: bool = cost <= label[b, COST]
    return better


@inlined
def beaten(label: Array, heads: Array, new: int, limits: Array, cut_price: Array) -> int:
    """Compare a new label with those at its visit: the comparisons made, less than 0 if beaten.

    More breaks taken by the same time are never worse. Labels it beats are taken out.
    """
    c, taken, looked = label[new, NODE], label[new, TAKEN], 1
    for more in range(taken, heads.shape[0]):
        other = heads[more, c]
        while other != NOBODY:
            looked += 1
            if beats(label, other, new, limits, cut_price):
                return -looked
            other = label[other, NEXT]
    for fewer in range(taken + 1):
        other, before = heads[fewer, c], NOBODY
        while other != NOBODY:
            looked += 1
            following = label[other, NEXT]
            if beats(label, new, other, limits, cut_price):
                if before == NOBODY:
                    heads[fewer, c] = following
                else:
                    label[before, NEXT] = following
                label[other, NEXT] = BEATEN
            else:
                before = other
            other = following
    return looked


@inlined
def keep(
    label: Array,
    heads: Array,
    queue: Array,
    new: int,
    slot: int,
    limits: Array,
    cut_price: Array,
) -> int:
    """Take a new label in unless it is beaten; less than 0 in that case, else comparisons."""
    looked = beaten(label, heads, new, limits, cut_price)
    if looked > 0:
        c, taken = label[new, NODE], label[new, TAKEN]
        label[new, NEXT] = heads[taken, c]
        heads[taken, c] = new
        label[new, QUEUE] = queue[slot]
        queue[slot] = new
    return looked
