"""A day as pricing sees it: packed arrays, identical shifts as one, what each visit is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.bound.aside import Aside
from fieldservice.scheduling.bound.completion import slot_bits
from fieldservice.scheduling.bound.fields import DEAR, UNIT
from fieldservice.scheduling.bound.relaxing import Relaxed
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.packing import Packed, pack

NEAR = 8
"""Visits a route remembers near each visit, to begin with."""

MOST_NEAR = 62
"""Bits of a memory."""


@dataclass(frozen=True, slots=True)
class Group:
    """Shifts no plan can tell apart: the row of the first, all of them, whom they may serve.

    `service` and `setup` are what visits take there, `wish_cost` in units what it costs that they
    are served there.
    """

    k: int
    shifts: tuple[Shift, ...]
    calls: Array
    service: Array
    setup: Array
    last_over: int
    most_leg: int
    wish_cost: Array
    bits: int

    @classmethod
    def of(cls, packed: Packed, kernel: tuple[Array, ...], rows: Sequence[int]) -> Group:
        """Return the shifts of those rows as one."""
        k = rows[0]
        shift, fit = packed.shifts[k], packed.fit[:, k]
        calls = np.flatnonzero(fit != at.NOT_FIT)
        service = np.array([visit.service_on(shift) for visit in packed.visits], np.int64)
        wish = np.where(fit == at.NOT_WISHED, UNIT * packed.visit[:, at.WISH_COST], 0)
        last = shift.latest_end if shift.last_departure is None else shift.last_departure
        return cls(
            k=k,
            shifts=tuple(packed.shifts[row] for row in rows),
            calls=calls,
            service=service,
            setup=np.array([visit.setup_on(shift) for visit in packed.visits], np.int64),
            last_over=min(shift.latest_end, last),
            most_leg=at.NEVER if shift.max_leg_time is None else shift.max_leg_time,
            wish_cost=wish.astype(np.int64),
            bits=slot_bits(kernel, k, calls, service),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What pricing knows; visits by row, costs in units.

    `most[c]` is the most a visit can be worth, None where it has to be served; `fixed` is what
    pinned visits of the shifts left aside cost at least.
    """

    packed: Packed
    kernel: tuple[Array, ...]
    groups: tuple[Group, ...]
    most: tuple[int | None, ...]
    fixed: int
    ng: Array
    ng_size: Array
    bit: Array

    @classmethod
    def of(cls, asked: Problem, relaxed: Relaxed) -> Day:
        """Pack the relaxed problem; penalties are those of the problem asked."""
        problem = relaxed.problem
        pinned = {shift.id: pinned_sequence(problem, shift) for shift in problem.shifts}
        packed = pack(problem, pinned)
        aside = [Aside.of(asked, shift) for shift in relaxed.aside]
        limits = np.array([_count_matters(packed), _drive_matters(packed)])
        kernel = (
            *(packed.travel, packed.pace, packed.visit, packed.window, packed.shift, packed.rest),
            *(packed.load, packed.capacity, limits),
        )
        ng, size, bit = _neighbourhoods(packed)
        return cls(
            packed=packed,
            kernel=kernel,
            groups=_groups(packed, kernel),
            most=_most(asked, aside, packed),
            fixed=sum(one.pinned_cost for one in aside),
            ng=ng,
            ng_size=size,
            bit=bit,
        )

    def first_cost(self, group: Group) -> int:
        """Return what using that shift costs at least, before its first visit."""
        row = self.packed.shift[group.k]
        # A drive's cost is rounded to the nearest second; here it never is, so half goes off.
        rounding = 0 if row[at.DRIVE_RATE] % UNIT == 0 else UNIT // 2 - 1
        return UNIT * int(row[at.USE_COST]) - rounding

    def remember(self, node: int, other: int) -> bool:
        """Let routes at `node` remember having been at `other`; False where they do or cannot."""
        size = int(self.ng_size[node])
        if self.bit[node, other] >= 0 or size >= MOST_NEAR:
            return False
        self.ng[node, size], self.bit[node, other] = other, size
        self.ng_size[node] = size + 1
        return True


def _count_matters(packed: Packed) -> bool:
    """Whether visits are counted: by a rule, or because moves that take no time never end."""
    most = packed.shift[:, at.MOST_VISITS]
    if any(min((v.service, *v.service_per_type.values())) == 0 for v in packed.visits):
        most[:] = np.minimum(most, len(packed.visits))
    return bool((most < at.NEVER).any())


def _drive_matters(packed: Packed) -> bool:
    return bool((packed.shift[:, at.MOST_DRIVING] < at.NEVER).any())


def _groups(packed: Packed, kernel: tuple[Array, ...]) -> tuple[Group, ...]:
    alike: dict[object, list[int]] = {}
    for k, shift in enumerate(packed.shifts):
        breaks = tuple((rest.duration, rest.windows) for rest in shift.breaks)
        plain = replace(shift, id=0, breaks=(), skills=frozenset(), steps=(), description="")
        key = (plain, breaks, packed.fit[:, k].tobytes(), packed.capacity[k].tobytes())
        alike.setdefault(key, []).append(k)
    groups = (Group.of(packed, kernel, rows) for rows in alike.values())
    return tuple(group for group in groups if len(group.calls))


def _neighbourhoods(packed: Packed) -> tuple[Array, Array, Array]:
    """Return for each visit those it remembers, how many, and the bit of each (-1: none)."""
    count = len(packed.visits)
    size = min(count, NEAR)
    ng = np.zeros((count, MOST_NEAR), np.int64)
    ng[:, :size] = packed.near[:, :size]
    bit = np.full((count, count), -1, np.int8)
    for place in range(size):
        bit[np.arange(count), ng[:, place]] = place
    return ng, np.full(count, size, np.int64), bit


def _most(asked: Problem, aside: Sequence[Aside], packed: Packed) -> tuple[int | None, ...]:
    penalties = Penalties.of(asked)
    found: list[int | None] = []
    for visit in packed.visits:
        prices = [one.least(visit) for one in aside if one.may_serve(visit)]
        if visit.pin is None:
            prices.append(UNIT * penalties.cost(visit))
        found.append(min(prices, default=None))
    return tuple(found)


def dearest(day: Day, cost: int) -> int:
    """Bound every number pricing works with, in units, for a plan of that cost."""
    known = sum(most for most in day.most if most is not None)
    return known + UNIT * cost


def is_countable(day: Day, cost: int) -> bool:
    """Tell whether pricing can work with whole numbers of 64 bits."""
    return dearest(day, cost) < DEAR // 8


def whole_prices(wanted: Array, day: Day) -> Array:
    """Return whole prices near those, none below 0 or above what leaving the visit out costs."""
    limits = np.array([DEAR // 8 if most is None else most for most in day.most], np.int64)
    prices = np.floor(np.clip(wanted, 0, DEAR // 8)).astype(np.int64)
    return np.minimum(prices, limits)
