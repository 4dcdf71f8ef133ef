"""Putting a whole bundle into a plan: a crew, or visits that wait for each other.

For each sensible start of its first visit the others follow where they cost least; the cheapest
few of these are timed exactly together with all routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.openings import Openings
from fieldservice.scheduling.between.ties import Ties, Unit
from fieldservice.scheduling.between.trial import Trial
from fieldservice.scheduling.insertion import Place, inserted
from fieldservice.scheduling.orders import Orders, served
from fieldservice.scheduling.problem import Problem, TimeWindow, Visit

MOST_TRIES = 200

MOST_STARTS = 80
"""Starts tried for the first visit of a bundle."""

TIMED = 6
"""Ways to place a bundle that are timed exactly."""


@dataclass(slots=True)
class Tries:
    """How many openings may still be tried for one start."""

    left: int = MOST_TRIES

    def more(self) -> bool:
        """Take one, False where there is none left."""
        self.left -= 1
        return self.left >= 0


@dataclass(slots=True)
class Bundles:
    """Places bundles into the orders of one problem."""

    problem: Problem
    ties: Ties
    trial: Trial

    def insert_missing(self, orders: Orders, *, at_any_price: bool = False) -> Orders:
        """Return the orders with whatever is missing of bundles, as far as that is cheaper.

        Bundles go in whole, else unit by unit. What is dear by itself may be worth it once the
        routes are searched again: `at_any_price` puts in all that is possible.
        """
        for bundle in self.ties.bundles:
            grown = self._with(orders, bundle, bundle, at_any_price)
            if grown == orders:
                for unit in bundle:
                    grown = self._with(grown, bundle, [unit], at_any_price)
            orders = grown
        return orders

    def _with(
        self, orders: Orders, bundle: Sequence[Unit], units: Sequence[Unit], at_any_price: bool
    ) -> Orders:
        on_route = served(orders)
        missing = [one for unit in units for one in unit if one not in on_route]
        if not missing or self.ties.forlorn(on_route | set(missing)) & set(missing):
            return orders
        best, kept = None if at_any_price else self.trial.cost(orders), orders
        everybody = [one for unit in bundle for one in unit]
        for way in sorted(self._ways(orders, everybody, missing), key=lambda way: way[0])[:TIMED]:
            grown = _placed(orders, way[1])
            cost = self.trial.cost(grown)
            if cost is not None and (best is None or cost < best):
                best, kept = cost, grown
        return kept

    def _ways(
        self, orders: Orders, bundle: Sequence[int], missing: Sequence[int]
    ) -> Iterator[tuple[int, dict[int, Place]]]:
        openings = Openings(self.problem, orders, missing)
        known = self._known(orders, bundle)
        for start in [None] if known else self._starts(orders, missing):
            chosen = self._follow(openings, missing, start, known, Tries())
            if chosen is not None:
                yield sum(one.cost for one in chosen.values()), chosen

    def _known(self, orders: Orders, bundle: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return start and shift of the visits of a bundle that are served already."""
        routes = time_together(self.problem, orders, self.ties)
        return {
            stop.visit_id: (stop.start, route.shift_id)
            for route in routes
            for stop in route.stops
            if stop.visit_id is not None and stop.visit_id in bundle
        }

    def _follow(
        self,
        openings: Openings,
        missing: Sequence[int],
        start: int | None,
        starts: Mapping[int, tuple[int, int]],
        tries: Tries,
    ) -> dict[int, Place] | None:
        """Choose an opening for each visit in turn, the cheapest that leaves one to the others."""
        if not missing:
            return {}
        visit_id, *others = missing
        bounds = self._bounds(visit_id, starts)
        if start is not None and not starts:
            bounds = TimeWindow(start, start)
        taken, only = self._shifts(visit_id, starts)
        for window in _open(self.problem, self.problem.visit(visit_id), bounds):
            for one in openings.between(visit_id, window):
                if one.shift_id in taken or only not in (None, one.shift_id) or not tries.more():
                    continue
                then = {**starts, visit_id: (window.start, one.shift_id)}
                chosen = self._follow(openings, others, start, then, tries)
                if chosen is not None:
                    return {visit_id: one, **chosen}
        return None

    def _bounds(self, visit_id: int, starts: Mapping[int, tuple[int, int]]) -> TimeWindow:
        """Return when the visit may start, given the starts of others of its bundle."""
        earliest, latest = -(2**60), 2**60
        for members in self.ties.groups.values():
            mates = [starts[one][0] for one in members if one in starts]
            if visit_id in members and mates:
                start = max(mates)
                earliest, latest = max(earliest, start), min(latest, start)
        for one, wait in self.ties.waits:
            if one == visit_id and wait.visit_id in starts:
                before = self.problem.visit(wait.visit_id)
                end = starts[wait.visit_id][0] + _longest(before)
                earliest = max(earliest, end + wait.delay)
                if wait.max_delay is not None:
                    latest = min(latest, end + wait.max_delay)
        return TimeWindow(earliest, max(earliest, latest))

    def _shifts(
        self, visit_id: int, starts: Mapping[int, tuple[int, int]]
    ) -> tuple[set[int], int | None]:
        """Return the shifts its crew has taken, and the one that it has to be on."""
        crews = [members for members in self.ties.groups.values() if visit_id in members]
        taken = {starts[one][1] for members in crews for one in members if one in starts}
        same = [
            starts[wait.visit_id][1]
            for one, wait in self.ties.waits
            if one == visit_id and wait.same_shift and wait.visit_id in starts
        ]
        return taken, same[0] if same else None

    def _starts(self, orders: Orders, missing: Sequence[int]) -> list[int]:
        """Return the seconds at which the first of these visits, or its crew, could begin."""
        first = self.problem.visit(missing[0])
        crew = next((unit for unit in self.ties.groups.values() if first.id in unit), (first.id,))
        found = {start for one in crew for start in self._arrivals(orders, self.problem.visit(one))}
        allowed = sorted(
            start for start in found if _open(self.problem, first, TimeWindow(start, start))
        )
        step = max(1, -(-len(allowed) // MOST_STARTS))
        return allowed[::step]

    def _arrivals(self, orders: Orders, visit: Visit) -> set[int]:
        """Return when a shift could be there, straight from its start or from one of its stops."""
        found = {window.start for window in self.problem.windows(visit)}
        for shift in self.problem.shifts:
            leaving = shift.window.start
            found.add(self.problem.arrival(shift, leaving, shift.start, visit.location))
        for route in time_together(self.problem, orders, self.ties):
            shift = self.problem.shift(route.shift_id)
            for stop in route.stops:
                place = self._place(stop.visit_id)
                found.add(self.problem.arrival(shift, stop.end, place, visit.location))
        return found

    def _place(self, visit_id: int | None) -> int | None:
        return None if visit_id is None else self.problem.visit(visit_id).location


def _open(problem: Problem, visit: Visit, bounds: TimeWindow) -> list[TimeWindow]:
    """Return what the visit's windows leave of these bounds."""
    windows = problem.windows(visit)
    if not windows:
        return [bounds]
    return [
        TimeWindow(max(window.start, bounds.start), min(window.end, bounds.end))
        for window in windows
        if max(window.start, bounds.start) <= min(window.end, bounds.end)
    ]


def _placed(orders: Orders, openings: Mapping[int, Place]) -> Orders:
    """Return the orders with each visit at its opening, the last positions of a route first."""
    grown = dict(orders)
    # All positions count the orders as they were; of two at one position the first comes last.
    later_first = list(openings.items())[::-1]
    for visit_id, one in sorted(later_first, key=lambda item: -item[1].position):
        grown[one.shift_id] = inserted(grown.get(one.shift_id, ()), one.position, visit_id)
    return grown


def _longest(visit: Visit) -> int:
    """Return the most seconds the visit can take, whoever makes it."""
    return max([visit.service, *visit.service_per_type.values()]) + max(
        [visit.setup, *visit.setup_per_type.values()]
    )
