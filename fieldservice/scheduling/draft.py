"""A plan in the making: orders that break nothing, their prices, and what is still unserved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.insertion import Place, cheapest_of, inserted
from fieldservice.scheduling.orders import Order, Orders, served
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import price, time_route


class Draft:
    """Starts from what is pinned; every change keeps each route sound."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.penalties = Penalties.of(problem)
        self.orders: Orders = {
            shift.id: pinned_sequence(problem, shift) for shift in problem.shifts
        }
        self.routes = {s.id: Standing.of(problem, s, self.orders) for s in problem.shifts}

    @property
    def cost(self) -> int:
        """The whole objective, penalties included."""
        unserved = sum(self.penalties.cost(visit) for visit in self.unserved)
        return unserved + sum(route.cost for route in self.routes.values())

    @property
    def unserved(self) -> list[Visit]:
        """The visits on no route, in the problem's order."""
        on_route = served(self.orders)
        return [visit for visit in self.problem.visits if visit.id not in on_route]

    def adopt(self, orders: Mapping[int, Sequence[int]]) -> None:
        """Take over proposed orders as far as they are sound, then insert what was dropped."""
        for shift in self.problem.shifts:
            self._put(shift.id, pinned_sequence(self.problem, shift))
        taken = served(self.orders)
        for shift in self.problem.shifts:
            proposed = [i for i in orders.get(shift.id, ()) if self._may_join(shift, i, taken)]
            self._put(shift.id, self._mended(shift, proposed))
            taken.update(self.orders[shift.id])

    def follow(self, orders: Mapping[int, Sequence[int]]) -> None:
        """Take over orders known to be sound."""
        for shift_id, order in orders.items():
            if self.orders[shift_id] != tuple(order):
                self._put(shift_id, tuple(order))

    def insert_all(self, visits: Iterable[Visit]) -> None:
        """Insert each visit in turn at its cheapest place, where leaving it out costs no less."""
        for visit in visits:
            place = self.cheapest(visit)
            if place is not None and place.cost <= self.penalties.cost(visit):
                self.insert(visit, place)

    def cheapest(self, visit: Visit) -> Place | None:
        """Return the cheapest place for a visit that is on no route."""
        return cheapest_of(self.problem, self.routes.values(), visit)

    def insert(self, visit: Visit, place: Place) -> None:
        """Put a visit at a place found for it."""
        order = inserted(self.orders[place.shift_id], place.position, visit.id)
        self._put(place.shift_id, order)

    def _may_join(self, shift: Shift, visit_id: int, taken: set[int]) -> bool:
        visit = self.problem.visit(visit_id)
        if visit.pin:
            return visit.pin.shift_id == shift.id
        return visit_id not in taken and refusal(self.problem, shift, visit) is None

    def _mended(self, shift: Shift, proposed: list[int]) -> Order:
        """Drop the visits that break most, until nothing breaks; at worst the pins remain."""
        pinned = self.orders[shift.id]
        if not set(pinned) <= set(proposed):
            return pinned
        while not self._sound(shift, proposed):
            shorter = [
                [one for one in proposed if one != visit_id]
                for visit_id in proposed
                if visit_id not in pinned
            ]
            if not shorter:
                return pinned
            proposed = min(shorter, key=lambda order: self._badness(shift, proposed, order))
        return tuple(proposed)

    def _badness(self, shift: Shift, before: list[int], after: list[int]) -> tuple[int, int, int]:
        (dropped,) = set(before) - set(after)
        faults, cost = price(self.problem, shift, after)
        return faults, self.penalties.cost(self.problem.visit(dropped)), cost

    def _sound(self, shift: Shift, order: Sequence[int]) -> bool:
        return not check_route(self.problem, time_route(self.problem, shift, order)).introduced

    def _put(self, shift_id: int, order: Order) -> None:
        shift = self.problem.shift(shift_id)
        self.orders[shift_id] = order
        self.routes[shift_id] = Standing.of(self.problem, shift, {shift_id: order})
