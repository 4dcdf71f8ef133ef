"""Column generation: better and better prices, and the best bound any of them proved.

Prices between the best so far and those of the program (Wentges 1997) keep it from swinging.
Where routes can do no more, cuts take mixtures away that no plan is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.day import Day
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.bound.pricing import Priced, Pricing
from fieldservice.scheduling.bound.restricted_master import RestrictedMaster

SMOOTHING = 0.6
"""How much of the best prices stays in those tried next."""

CLOSE = 0.0002
"""The part of the bound by which the program may still be above it at the end."""


@dataclass(slots=True)
class Generation:
    """Works on one day; `least` is the best bound proven so far, in units, or None.

    `prices` are those that prove it.
    """

    day: Day
    columns: Columns
    effort: Effort
    enough: int
    least: int | None = None
    master: RestrictedMaster = field(init=False)
    pricing: Pricing = field(init=False)
    cuts: Cuts = field(init=False)
    prices: Prices | None = None

    def __post_init__(self) -> None:
        self.cuts = Cuts(len(self.day.packed.visits))
        self.master = RestrictedMaster(self.day, self.columns, self.cuts)
        self.pricing = Pricing(self.day, self.effort, self.cuts)

    def run(self) -> None:
        """Go on until the bound is as good as the program, enough is proven, or time is up."""
        while not self.effort.is_over and not self._is_enough() and self.master.solve(self.effort):
            if self._is_close():
                if not self.master.cut():
                    return
                continue
            found = self._price(SMOOTHING if self.prices else 0.0)
            if not found and self.prices:
                # Prices between may miss what those of the program would find.
                found = self._price(0.0)
            if not found and not self.master.cut():
                return

    def _is_enough(self) -> bool:
        return self.least is not None and self.least > UNIT * (self.enough - 1)

    def _is_close(self) -> bool:
        if self.least is None:
            return False
        value = UNIT * self.master.value + self.day.fixed
        return value - self.least < CLOSE * abs(self.least)

    def _price(self, smoothing: float) -> int:
        """Add routes below the prices and keep the bound they prove; 0 when nothing is found."""
        wanted = self.master.dual
        if self.prices is not None:
            wanted = self.prices.between(wanted, smoothing)
        whole = wanted.whole(self.day)
        least: int | None = self.day.fixed + int(whole.visits.sum()) - int(whole.charges.sum())
        found, circles = 0, False
        for number, group in enumerate(self.day.groups):
            if self.effort.is_over:
                return 0
            use = int(whole.use[number])
            priced = self.pricing.price(group, whole.visits, use, whole.charges)
            found += self._take(number, priced)
            circles = self._grow(priced.circles) or circles
            if least is not None:
                part = None if priced.least is None else use + priced.least
                least = None if part is None else least + len(group.shifts) * part
        if least is not None and (self.least is None or least > self.least):
            self.least, self.prices = least, wanted
        return found + circles

    def _take(self, number: int, priced: Priced) -> int:
        added = [self.columns.add(number, order, cost) for order, cost in priced.routes]
        return sum(one is not None for one in added)

    def _grow(self, circles: Sequence[tuple[int, ...]]) -> bool:
        """Let routes remember what they came back to."""
        grown = False
        for first, *others in circles:
            for node in others:
                grown = self.day.remember(node, first) or grown
        return grown
