"""Serving one visit in another's stead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fieldservice.scheduling.insertion import cheapest_on
from fieldservice.scheduling.problem import Problem, Visit
from fieldservice.scheduling.standing import Standing


@dataclass(frozen=True, slots=True, order=True)
class Swap:
    """A place on a shift's route once `leaves` is off it, and what that adds to the route."""

    cost: int
    shift_id: int
    position: int
    leaves: int


def swaps_on(
    problem: Problem, route: Standing, visit: Visit, worth: Callable[[int], int], most: int
) -> Iterator[Swap]:
    """Yield the cheapest place in the stead of each visit of that route worth no more than that."""
    shift, order = route.shift, tuple(one.id for one in route.visits)
    for leaving in route.visits:
        if leaving.pin or worth(leaving.id) > most:
            continue
        rest = tuple(one for one in order if one != leaving.id)
        without = Standing.of(problem, shift, {shift.id: rest})
        place = cheapest_on(problem, without, visit)
        if place:
            added = place.cost + without.cost - route.cost
            yield Swap(added, shift.id, place.position, leaving.id)
