"""A plan as it stands while it is explained: its orders and each route ready to take one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.standing import Standing

Order = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StandingPlan:
    """The orders of all shifts, the used and the unused."""

    problem: Problem
    orders: Mapping[int, Order]
    routes: Mapping[int, Standing]
    penalties: Penalties

    @classmethod
    def of(cls, problem: Problem, orders: Mapping[int, Sequence[int]]) -> StandingPlan:
        """Return these orders as a standing plan of that problem."""
        full = {shift.id: tuple(orders.get(shift.id, ())) for shift in problem.shifts}
        routes = {shift.id: Standing.of(problem, shift, full) for shift in problem.shifts}
        return cls(problem, full, routes, Penalties.of(problem))
