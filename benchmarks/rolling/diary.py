"""The days ahead: what is booked on each, on whose route, and where one more visit fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.rolling.calls import WINDOWS, Call, World
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.insertion import Place, cheapest_on, inserted
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem, TimeWindow, Visit
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import travel_along

Orders = dict[int, tuple[int, ...]]
MUST = 100_000
"""Penalty of a promised visit left out."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A window of a day in which a call fits, the cheapest place for it, and what it adds."""

    day: int
    window: TimeWindow
    place: Place
    driving: int
    empty: bool
    """Whether nobody is on that route yet."""


class Day:
    """One business day of the team: promised visits and, as far as planned, their routes."""

    def __init__(self, world: World, number: int) -> None:
        self.number = number
        self.problem = Problem((), world.shifts, {"car": world.travel})
        self.orders: Orders = {}
        self.called: dict[int, Call] = {}
        self._standings: dict[int, Standing] = {}

    def openings(self, call: Call) -> Iterator[Opening]:
        """The cheapest place in each window that suits the customer and can be kept."""
        for window in WINDOWS:
            if call.suits(self.number, window):
                visit = visit_of(call, window)
                places = [
                    (place, standing)
                    for standing in self.standings()
                    if (place := cheapest_on(self.problem, standing, visit))
                ]
                if places:
                    place, standing = min(places, key=lambda one: one[0])
                    yield self._opening(window, place, standing, visit)

    def standings(self) -> list[Standing]:
        """Each shift's route, kept until it changes."""
        for shift in self.problem.shifts:
            if shift.id not in self._standings:
                self._standings[shift.id] = Standing.of(self.problem, shift, self.orders)
        return [self._standings[shift.id] for shift in self.problem.shifts]

    def promise(self, call: Call, window: TimeWindow) -> None:
        """Write a visit down without a place on a route."""
        self.called[call.id] = call
        visits = (*self.problem.visits, visit_of(call, window))
        self.problem = replace(self.problem, visits=visits)

    def book(self, call: Call, opening: Opening) -> None:
        """Promise a visit and put it where it was found to fit."""
        self.promise(call, opening.window)
        self.place(call.id, opening.place)

    def place(self, visit_id: int, place: Place) -> None:
        """Put a promised visit on a route."""
        order = inserted(self.orders.get(place.shift_id, ()), place.position, visit_id)
        self._put({**self.orders, place.shift_id: order})

    def plan(self, iterations: int) -> Plan:
        """Plan the day anew from what stands, and keep the routes."""
        draft = Draft(self._with_steps())
        plan = solve(draft.problem, Budget(iterations=iterations), seed=self.number)
        self._put(plan.sequences)
        return plan

    def without(self, absent: frozenset[int], iterations: int) -> list[Call]:
        """Plan without those who do not come; return the calls nobody can serve any more."""
        shifts = tuple(one for one in self.problem.shifts if one.id not in absent)
        left = {key: order for key, order in self.orders.items() if key not in absent}
        self.problem = replace(self.problem, shifts=shifts)
        self._put(left)
        plan = self.plan(iterations) if shifts else None
        ids = [one.visit_id for one in plan.unassigned] if plan else list(self.called)
        return [self.drop(one) for one in ids]

    def drop(self, visit_id: int) -> Call:
        """Take a visit off the day that is on no route."""
        visits = tuple(one for one in self.problem.visits if one.id != visit_id)
        self.problem = replace(self.problem, visits=visits)
        self._put(self.orders)
        return self.called.pop(visit_id)

    def _with_steps(self) -> Problem:
        shifts = tuple(
            replace(shift, steps=self.orders.get(shift.id, ())) for shift in self.problem.shifts
        )
        return replace(self.problem, shifts=shifts)

    def _put(self, orders: Orders) -> None:
        self.orders = {key: order for key, order in orders.items() if order}
        self._standings = {
            key: standing
            for key, standing in self._standings.items()
            if tuple(visit.id for visit in standing.visits) == self.orders.get(key, ())
        }

    def _opening(
        self, window: TimeWindow, place: Place, standing: Standing, visit: Visit
    ) -> Opening:
        visits = list(standing.visits)
        visits.insert(place.position, visit)
        driven = travel_along(self.problem, standing.shift, visits) - standing.travel
        return Opening(self.number, window, place, driven, not standing.visits)


def visit_of(call: Call, window: TimeWindow) -> Visit:
    """The visit a call leads to, once its window is promised."""
    return Visit(
        id=call.id,
        location=call.location,
        service=call.service,
        windows=(window,),
        skills=call.skills,
        penalty=MUST,
    )
