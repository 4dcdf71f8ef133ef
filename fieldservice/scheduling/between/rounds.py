"""Searching a plan whose routes depend on each other, in rounds.

A round agrees what ties the routes as they stand (`agreeing`), lets the search improve them one
by one, times the outcome together again and moves single visits by what the whole plan costs
(`polishing`). Between rounds some units are taken out and put back elsewhere (`bundles`). The
cheapest sound plan of all is kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.between.agreeing import agree
from fieldservice.scheduling.between.bundles import Bundles
from fieldservice.scheduling.between.changing import keep_within_budget, staying
from fieldservice.scheduling.between.polishing import FEW, Polish
from fieldservice.scheduling.between.ties import Ties, binds
from fieldservice.scheduling.between.trial import Trial
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.orders import Orders, served, without
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem

Improve = Callable[[Problem, Orders, float], Orders]
"""Improves the orders of a problem of independent routes within a share of the budget."""

ROUNDS, ROUNDS_OF_FEW = 5, 12
"""How often ties are agreed anew, and how often where few visits leave time for it."""

STAYING = 0.2
"""Part of the budget for a plan that moves little, where that is limited."""

TAKEN_OUT = 0.4
"""How large a part of the units is placed anew between rounds."""


def is_tied(problem: Problem) -> bool:
    """Tell whether what one route does matters to another, beyond who serves which visit."""
    weights = problem.weights
    return bool(weights.balance or weights.change or weights.together) or binds(problem)


@dataclass(slots=True)
class Rounds:
    """The rounds of one problem; `left` tells whether there is time."""

    problem: Problem
    improve: Improve
    left: Callable[[], bool]
    report: Callable[[Plan], None]
    seed: int = 1
    ties: Ties = field(init=False)
    trial: Trial = field(init=False)
    bundles: Bundles = field(init=False)
    polish: Polish = field(init=False)
    _best: tuple[int, Orders] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.ties = Ties.of(self.problem)
        self.trial = Trial(self.problem, self.ties)
        self.bundles = Bundles(self.problem, self.ties, self.trial)
        self.polish = Polish(self.problem, self.trial, self.left)

    def search(self, start: Orders) -> Orders:
        """Return the cheapest orders found from these on."""
        rng = random.Random(self.seed)
        self.keep({s.id: pinned_sequence(self.problem, s) for s in self.problem.shifts})
        orders = self.adopted(start)
        self.keep(orders)
        limited = self.problem.max_changes is not None
        if limited:
            self.keep(self.polish(self.stayed(orders), rng))
        rounds = ROUNDS_OF_FEW if len(self.problem.visits) <= FEW else ROUNDS
        for number in range(rounds):
            share = (1 - STAYING * limited) * (2 if number == 0 else 1) / (rounds + 1)
            at_any_price = number % 2 == 0
            self.keep(self.polish(self.improved(orders, share, at_any_price), rng))
            if not self.left():
                break
            orders = self.without_some(self.best, rng)
        return self.best

    def improved(self, orders: Orders, share: float, at_any_price: bool) -> Orders:
        """Improve routes one by one, with what ties them agreed as it stands."""
        orders = self.bundles.insert_missing(orders, at_any_price=at_any_price)
        agreed = agree(self.problem, orders, self.ties)
        return self.bundles.insert_missing(self.sound(self.improve(agreed, orders, share)))

    def stayed(self, orders: Orders) -> Orders:
        """Plan with everything left where and when it was, as far as it can be."""
        orders = self.bundles.insert_missing(orders)
        agreed = staying(agree(self.problem, orders, self.ties), self.problem)
        return self.bundles.insert_missing(self.sound(self.improve(agreed, orders, STAYING)))

    @property
    def best(self) -> Orders:
        """The cheapest sound orders so far."""
        assert self._best is not None
        return self._best[1]

    def adopted(self, start: Orders) -> Orders:
        """Return what is sound of a plan to start from."""
        orders = self.sound(start)
        draft = Draft(agree(self.problem, orders, self.ties))
        draft.adopt(orders)
        return self.sound(draft.orders)

    def keep(self, orders: Orders) -> None:
        """Remember these orders where they are the cheapest sound ones."""
        kept = keep_within_budget(self.problem, orders, self.ties)
        cost = self.trial.cost(kept)
        if cost is not None and (self._best is None or cost < self._best[0]):
            self._best = cost, kept
            self.report(build_plan(self.problem, kept))

    def sound(self, orders: Mapping[int, Sequence[int]]) -> Orders:
        """Return the orders without tied visits that lack others or cannot be timed."""
        kept: Orders = {s.id: tuple(orders.get(s.id, ())) for s in self.problem.shifts}
        pinned = {visit.id for visit in self.problem.visits if visit.pin}
        while True:
            broken = self._broken(kept) - pinned
            if not broken:
                return kept
            kept = without(kept, broken)

    def _broken(self, orders: Orders) -> set[int]:
        on_route = served(orders)
        forlorn = self.ties.forlorn(on_route)
        if forlorn or not self.ties:
            return forlorn
        faults = check(self.problem, build_plan(self.problem, orders)).introduced
        shifts = {fault.shift_id for fault in faults}
        concerned = {fault.visit_id for fault in faults}
        concerned |= {i for shift_id in shifts if shift_id is not None for i in orders[shift_id]}
        return self.ties.tied & on_route & concerned

    def without_some(self, orders: Orders, rng: random.Random) -> Orders:
        """Take some units out, and whatever cannot stay without them, to be placed anew."""
        loose = {visit.id for visit in self.problem.visits if not visit.pin}
        units = [unit for bundle in self.ties.bundles for unit in bundle]
        if len(self.problem.visits) <= FEW:
            units += [(visit_id,) for visit_id in loose - self.ties.tied]
        gone = {one for unit in units if rng.random() < TAKEN_OUT for one in unit} & loose
        left = served(orders) - gone
        return without(orders, gone | (self.ties.forlorn(left) & loose))
