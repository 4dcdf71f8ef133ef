"""The columns of the packed arrays, by name; kernels see them as constants.

All values are integers: seconds, pieces, indices, or costs in seconds of driving.
"""

NEVER = 1 << 40
"""A time no clock reaches; its negative is a bound nothing can meet."""

# visit[c, …]
PLACE = 0
SERVICE = 1
SETUP = 2
"""Both as most shifts take; the columns of other types stand behind the last."""
FIRST_WINDOW = 3
WINDOWS = 4
MAX_LATE = 5
LATE_RATE = 6
PENALTY = 7
WISH_COST = 8
FIXED = 9
"""1 where the visit stays on its shift and in its order."""
LAST = 10
"""The last second at which it may start."""
EARLIEST = 11
"""The first second at which it may start."""
MOVES = 12
"""MOVABLE, URGENT, or 0."""
VISIT_COLUMNS = 13

MOVABLE, URGENT = 1, 2

# shift[k, …]
START = 0
END = 1
OPENS = 2
CLOSES = 3
MORE = 4
"""Seconds of overtime allowed."""
MORE_RATE = 5
USE_COST = 6
DRIVE_RATE = 7
"""Cost of 3,600 seconds of driving."""
TRAVEL_CLASS = 8
FIRST_REST = 9
RESTS = 10
MOST_VISITS = 11
MOST_DRIVING = 12
SOFT = 13
"""1 where an arrival an hour later may cost more without being forbidden."""
LUNCH = 14
"""1 where the day has at most one break with one window, and nobody may be late."""
LUNCH_OPENS = 15
LUNCH_CLOSES = 16
LUNCH_TAKES = 17
SERVICE_AT = 18
"""The column of `visit` that says how long the shift works; setting up stands in the next."""
LEAVES = 19
"""The second by which its last visit is over."""
MOST_BUSY = 20
"""Seconds of driving and work that leave its reserve free; NEVER where nothing is kept free."""
SHIFT_COLUMNS = 21

# rest[r, …]
REST_DURATION = 0
REST_FIRST_WINDOW = 1
REST_WINDOWS = 2

# label[k, p, …, breaks taken]
FREE = 0
"""When the route is free to leave its first p visits behind, at the earliest."""
PAID = 1
"""What it has paid for lateness by then."""
DUE = 2
"""The last arrival at visit p (or at the end) from which all the rest still works."""
EASY = 3
"""The same, and all the rest works without overtime; kept for days with LUNCH only."""
LABELS = 4

# total[k, …]
LENGTH = 0
COST = 1
DRIVEN = 2
HOME = 3
"""When the route ends."""
LATE = 4
"""What lateness costs on it."""
VERSION = 5
"""Two routes of one shift with the same version are the same."""
TOTALS = 6

# memo[c, k, …]
MEMO_VERSION = 0
"""The version of the route that was judged."""
MEMO_COST = 1
"""What visit `c` adds there; its penalty where it has no place below that."""
MEMO_POSITION = 2
"""Where on the route, else -1."""
MEMOS = 3

# fit[c, k]
NOT_FIT = 0
FIT = 1
NOT_WISHED = 2

# pace[class, step, …]
SINCE = 0
"""From when its speed holds."""
SPEED = 1
"""In percent of the usual one."""
GONE = 2
"""The way got on by then since the first step, as `Speeds` counts way."""
PACE_COLUMNS = 3
