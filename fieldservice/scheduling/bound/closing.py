"""Closing the gap: all routes a better plan could have, and the best plan of them.

With every route in hand nothing has to be priced any more, so that cuts cost nothing: they raise
the bound, the bound takes routes away, and what is left CP-SAT decides. Where the gap is too wide
for all routes, those within a part of it come first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fieldservice.scheduling.bound.choosing import choose
from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.day import Day
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.enumeration import Enumeration
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.bound.pricing import Pricing
from fieldservice.scheduling.bound.restricted_master import RestrictedMaster

MOST_CUTS = 600
CUTS_AT_ONCE = 40

FEW = 3000
"""Routes of which CP-SAT finds the best plan at once."""

NARROWEST = 16
"""The part of a gap, as its reciprocal, below which enumerating is given up."""

LOOK = 0.5
"""The part of the effort left in which the best plan is chosen of routes that are not all."""


Chosen = tuple[int, tuple[int, ...], int]
"""A route of a plan: group, visits, cost in units."""


@dataclass(slots=True)
class Closing:
    """Works on one day; `least` and `most`, in units, are the bound and the best plan's cost.

    `best` are the routes of that plan.
    """

    day: Day
    effort: Effort
    pricing: Pricing
    prices: Prices
    cuts: Cuts
    least: int
    most: int
    best: list[Chosen]
    _enumeration: Enumeration = field(init=False)

    def __post_init__(self) -> None:
        self._enumeration = Enumeration(self.pricing)
        self.cuts = Cuts(self.cuts.visits, MOST_CUTS, CUTS_AT_ONCE, self.cuts.triples)

    def run(self) -> None:
        """Go on until bound and plan meet, time is up or the routes are too many."""
        part, short = 1, 0
        while not self.effort.is_over and self.least <= self.most - UNIT and part <= NARROWEST:
            spare = (self.most - self.least) // part + short
            routes = Columns()
            least = self._enumeration.within(spare, self.prices, self.cuts, routes)
            if least is None:
                part *= 2
                continue
            self.least = max(self.least, least)
            # No plan with a route that is not among these costs less.
            all_below = min(self.most, least + spare)
            if all_below > self.least:
                self._raise(routes, all_below)
                if self.least < all_below:
                    part *= 2
            # What prices made for some routes prove of all may be less than what is known.
            short = max(0, self.least - least)

    def _raise(self, routes: Columns, all_below: int) -> None:
        """Raise the bound with cuts, dropping routes; then choose the best plan of the rest."""
        for group, order, cost in self.best:
            routes.add(group, order, cost)
        master = RestrictedMaster(self.day, routes, self.cuts, self.prices)
        while not self.effort.is_over and master.solve(self.effort):
            whole = master.dual.whole(self.day)
            reduced = routes.reduced(whole, self.cuts)
            least, lowest = self._proven(whole, routes, reduced)
            if min(least, all_below) > self.least:
                self.least, self.prices = min(least, all_below), whole
            if self.least >= all_below or len(routes.cost) <= FEW:
                break
            spare = all_below - least + lowest[np.array(routes.group, np.int64)]
            kept = np.flatnonzero(reduced < spare)
            if len(kept) < 0.7 * len(routes.cost):
                routes = routes.only(kept)
                master = RestrictedMaster(self.day, routes, self.cuts, master.dual)
                continue
            if not master.cut():
                break
        if not self.effort.is_over and self.least < all_below:
            self._choose(routes, all_below)

    def _proven(
        self, whole: Prices, routes: Columns, reduced: np.ndarray
    ) -> tuple[int, np.ndarray]:
        """Return what no plan of these routes can undercut, and the lowest route of each group."""
        lowest = np.zeros(len(self.day.groups), np.int64)
        np.minimum.at(lowest, np.array(routes.group, np.int64), reduced)
        shifts = np.array([len(group.shifts) for group in self.day.groups], np.int64)
        least = self.day.fixed + int(whole.visits.sum()) - int(whole.charges.sum())
        return least + int((shifts * (whole.use + lowest)).sum()), lowest

    def _choose(self, routes: Columns, all_below: int) -> None:
        for group, order, cost in self.best:
            routes.add(group, order, cost)
        numbers = [routes.number(group, order) for group, order, _cost in self.best]
        known = [n for n in numbers if n is not None]
        share = 1.0 if all_below == self.most else LOOK
        choice = choose(self.day, routes, known, all_below - self.day.fixed, self.effort, share)
        if choice is None:
            return
        self.least = max(self.least, min(all_below, self.day.fixed + choice.least))
        best = [(routes.group[n], routes.order[n], routes.cost[n]) for n in choice.routes]
        served = {c for _group, order, _cost in best for c in order}
        cost = self.day.fixed + sum(cost for _group, _order, cost in best)
        cost += sum(most or 0 for c, most in enumerate(self.day.most) if c not in served)
        if best and cost < self.most:
            self.most, self.best = cost, best
