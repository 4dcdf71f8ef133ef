"""The columns of a label and of what lies ahead, by name; kernels see them as constants.

Costs are integers in 3600ths of a second of driving, so that no price of an hour is rounded.
"""

UNIT = 3600
"""So many units are one second of driving."""

DEAR = 1 << 60
"""A cost no route reaches."""

# label[number, …]
NODE = 0
"""The visit last served; -1 at the start."""
TAKEN = 1
"""Breaks taken."""
TIME = 2
"""When the last visit is over."""
COST = 3
"""What was paid so far, less the prices of the visits served."""
MEMORY = 4
"""Bits of the visits, of those near the last one, that may not be served again."""
PREVIOUS = 5
NEXT = 6
"""The next label at the same visit with as many breaks taken."""
QUEUE = 7
"""The next label of the same slot of time."""
COUNT = 8
DRIVEN = 9
PARITY = 10
"""Bits of the cuts of which an odd number of visits was served."""
GOODS = 11
"""The load, good by good, from here on."""

NOBODY = -1
BEATEN = -2
"""In place of NEXT, where another label is at least as good in all."""

# ahead[taken, slot, visit, …]
BEST = 0
"""The least that the rest of the route can cost."""
FOLLOWER = 1
"""The next visit in that case, -1 for the way home."""
SECOND = 2
"""The least with any other next visit."""
