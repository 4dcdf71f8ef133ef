"""Searching a plan whose routes depend on each other, in rounds.

A round agrees what ties the routes as they stand (`agreeing`), lets the search improve them one
by one, and times the outcome together again. Between rounds some bundles are taken out and put
back elsewhere (`bundles`); at the end single visits are moved by what the whole plan costs
(`polishing`). The cheapest sound plan of all is kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fieldservice.scheduling.between.agreeing import agree
from fieldservice.scheduling.between.bundles import Bundles, Orders
from fieldservice.scheduling.between.changing import keep_within_budget, staying
from fieldservice.scheduling.between.polishing import polish
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem, Weights

Improve = Callable[[Problem, Orders, float], Orders]
"""Improves the orders of a problem of independent routes within a share of the budget."""

ROUNDS = 5
"""How often ties are agreed anew; the first round takes twice the share of the others."""

SEARCHING, STAYING = 0.8, 0.2
"""Parts of the budget for the rounds, and before them for a plan that moves little."""

TAKEN_OUT = 0.4
"""How large a part of the bundles is placed anew between rounds."""


def is_tied(problem: Problem) -> bool:
    """Tell whether what one route does matters to another, beyond who serves which visit."""
    weights = problem.weights
    return (
        bool(weights.balance or weights.change or weights.together or problem.tools)
        or problem.max_changes is not None
        or any(visit.group is not None or visit.after for visit in problem.visits)
        or any(shift.technician is not None for shift in problem.shifts)
    )


@dataclass(slots=True)
class Rounds:
    """The rounds of one problem; `left` tells whether there is time."""

    problem: Problem
    improve: Improve
    left: Callable[[], bool]
    report: Callable[[Plan], None]
    seed: int = 1
    ties: Ties = field(init=False)
    bundles: Bundles = field(init=False)
    _best: tuple[int, Orders] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.ties = Ties.of(self.problem)
        penalties = Penalties.of(self.problem)
        prices = {visit.id: penalties.cost(visit) for visit in self.problem.visits}
        self.bundles = Bundles(self.problem, self.ties, prices)

    def search(self, start: Orders) -> Orders:
        """Return the cheapest orders found from these on."""
        rng = random.Random(self.seed)
        self.keep({s.id: pinned_sequence(self.problem, s) for s in self.problem.shifts})
        orders = self.adopted(start)
        self.keep(orders)
        rounds = ROUNDS if self.ties or self.problem.tools else 1
        if self.problem.max_changes is not None:
            self.stay(orders)
        for number in range(rounds):
            orders = self.bundles.insert_missing(orders)
            share = SEARCHING * (2 if number == 0 else 1) / (rounds + 1)
            agreed = agree(self.problem, orders, self.ties)
            orders = self.sound(self.improve(agreed, orders, share))
            self.keep(self.bundles.insert_missing(orders))
            if not self.left():
                break
            orders = self.without_some(self.best, rng)
        return self.polished()

    def stay(self, orders: Orders) -> None:
        """Plan with everything left where and when it was, as far as it can be."""
        orders = self.bundles.insert_missing(orders)
        agreed = staying(agree(self.problem, orders, self.ties), self.problem)
        orders = self.sound(self.improve(agreed, orders, STAYING))
        self.keep(polish(self.problem, self.bundles.insert_missing(orders), self.ties, self.left))

    @property
    def best(self) -> Orders:
        """The cheapest sound orders so far."""
        assert self._best is not None
        return self._best[1]

    def polished(self) -> Orders:
        """Improve the best orders visit by visit, by what the whole plan costs."""
        plain = Weights(travel=self.problem.weights.travel)
        if self.problem.weights != plain or self.problem.max_changes is not None:
            self.keep(polish(self.problem, self.best, self.ties, self.left))
        return self.best

    def adopted(self, start: Orders) -> Orders:
        """Return what is sound of a plan to start from."""
        orders = self.sound(start)
        draft = Draft(agree(self.problem, orders, self.ties))
        draft.adopt(orders)
        return self.sound(draft.orders)

    def keep(self, orders: Orders) -> None:
        """Remember these orders where they are the cheapest sound ones."""
        kept = keep_within_budget(self.problem, orders, self.ties)
        plan = build_plan(self.problem, kept)
        better = self._best is None or plan.cost < self._best[0]
        if better and not check(self.problem, plan).introduced:
            self._best = plan.cost, kept
            self.report(plan)

    def sound(self, orders: Mapping[int, Sequence[int]]) -> Orders:
        """Return the orders without the bundles that are incomplete or cannot be timed."""
        kept: Orders = {s.id: tuple(orders.get(s.id, ())) for s in self.problem.shifts}
        pinned = {visit.id for visit in self.problem.visits if visit.pin}
        for _ in range(len(self.ties.bundles) + 1):
            broken = self._broken(kept)
            if not broken:
                break
            kept = _without(kept, broken - pinned)
        return kept

    def _broken(self, orders: Orders) -> set[int]:
        served = {visit_id for order in orders.values() for visit_id in order}
        faults = check(self.problem, build_plan(self.problem, orders)).introduced
        shifts = {fault.shift_id for fault in faults}
        concerned = {fault.visit_id for fault in faults}
        concerned |= {i for shift_id in shifts if shift_id is not None for i in orders[shift_id]}
        broken: set[int] = set()
        for bundle in self.ties.bundles:
            present = served & set(bundle)
            if present and (len(present) < len(bundle) or present & concerned):
                broken |= present
        return broken

    def without_some(self, orders: Orders, rng: random.Random) -> Orders:
        """Take some bundles out, to be placed anew."""
        pinned = {visit.id for visit in self.problem.visits if visit.pin}
        gone = {
            visit_id
            for bundle in self.ties.bundles
            if rng.random() < TAKEN_OUT and not pinned & set(bundle)
            for visit_id in bundle
        }
        return _without(orders, gone)


def _without(orders: Mapping[int, Sequence[int]], gone: set[int]) -> Orders:
    return {
        shift_id: tuple(visit_id for visit_id in order if visit_id not in gone)
        for shift_id, order in orders.items()
    }
