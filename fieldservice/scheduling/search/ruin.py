"""Taking out strings of neighbouring visits from neighbouring routes.

Slack induction by string removals (Christiaens and Vanden Berghe 2020), with their parameters.
"""

from __future__ import annotations

from fieldservice.scheduling.search.chance import below, draw
from fieldservice.scheduling.search.columns import FIXED, LENGTH
from fieldservice.scheduling.search.compiling import compiled
from fieldservice.scheduling.search.legs import Array

AVERAGE_REMOVED = 10.0
LONGEST_STRING = 10.0
SPLIT_CHANCE = 0.5
"""How often a string keeps some visits in its middle, and how often one more of them."""


@compiled
def copy_route(
    nodes: Array,
    label: Array,
    total: Array,
    loaded: Array,
    to_nodes: Array,
    to_label: Array,
    to_total: Array,
    to_loaded: Array,
    k: int,
) -> None:
    """Copy all that is known of route `k`."""
    # Loops, since slices of four dimensions take the compiler long and run no faster.
    for column in range(total.shape[1]):
        to_total[k, column] = total[k, column]
    for good in range(loaded.shape[1]):
        to_loaded[k, good] = loaded[k, good]
    for p in range(total[k, LENGTH] + 1):
        to_nodes[k, p] = nodes[k, p]
        for which in range(label.shape[2]):
            for taken in range(label.shape[3]):
                to_label[k, p, which, taken] = label[k, p, which, taken]


@compiled
def strings(rng: Array, average_length: float) -> int:
    """How many routes to take a string from."""
    longest = min(LONGEST_STRING, average_length)
    most = 4.0 * AVERAGE_REMOVED / (1.0 + longest) - 1.0
    return int(draw(rng) * most + 1.0)


@compiled
def string_length(rng: Array, length: int, average_length: float) -> int:
    """How many visits to take from a route of that length."""
    longest = min(float(length), LONGEST_STRING, average_length)
    return max(1, min(length, int(draw(rng) * longest + 1.0)))


@compiled
def spared(rng: Array, length: int, taken: int) -> int:
    """How many visits inside the string are left where they are."""
    if not 1 < taken < length or draw(rng) >= SPLIT_CHANCE:
        return 0
    left = 1
    while taken + left < length and draw(rng) > SPLIT_CHANCE:
        left += 1
    return left


@compiled
def take_string(
    visit: Array,
    nodes: Array,
    total: Array,
    where: Array,
    absent: Array,
    count: int,
    taken_at: Array,
    rng: Array,
    average_length: float,
    k: int,
    c: int,
    step: int,
) -> int:
    """Take a string around visit `c` off route `k`; return how many visits are absent then."""
    length = total[k, LENGTH]
    taken = string_length(rng, length, average_length)
    left = spared(rng, length, taken)
    width, position = taken + left, 0
    for p in range(length):
        if nodes[k, p] == c:
            position = p
    first = max(0, position - width + 1)
    begin = first + below(rng, min(position, length - width) - first + 1)
    spare_from = begin + below(rng, taken + 1) if left > 0 else begin + width
    to = begin
    for p in range(begin, begin + width):
        x = nodes[k, p]
        if spare_from <= p < spare_from + left or visit[x, FIXED] == 1:
            nodes[k, to] = x
            to += 1
        else:
            where[x] = -1
            taken_at[x] = step
            absent[count] = x
            count += 1
    for p in range(begin + width, length):
        nodes[k, to] = nodes[k, p]
        to += 1
    total[k, LENGTH] = to
    return count
