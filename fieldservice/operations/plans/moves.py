"""The moves between two plans of a day: who changes van or order, and who must be told. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldservice.operations.plans.rebase import places_of
from fieldservice.operations.plans.workplan import plan_of
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem

Orders = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Move:
    """One visit's old and new place; times in the planner's seconds."""

    visit_id: int
    from_shift_id: int | None
    from_start: int | None
    to_shift_id: int | None
    to_position: int | None
    to_start: int | None


def moves_between(problem: Problem, old: Orders, new: Orders) -> tuple[Move, ...]:
    """Who changes van, gains or loses a place, or has to change places on a route."""
    home, goal = places_of(old), places_of(new)
    changed = {one for one in home.keys() | goal.keys() if home.get(one) != goal.get(one)}
    for shift_id, order in new.items():
        stayed = [one for one in order if home.get(one) == shift_id]
        before = [one for one in old.get(shift_id, ()) if one in set(stayed)]
        changed |= out_of_order(before, stayed)
    old_starts, new_starts = starts(plan_of(problem, old)), starts(plan_of(problem, new))
    return tuple(
        Move(
            visit_id=one,
            from_shift_id=home.get(one),
            from_start=old_starts.get(one),
            to_shift_id=goal.get(one),
            to_position=_position(new, goal.get(one), one),
            to_start=new_starts.get(one),
        )
        for one in sorted(changed)
        if one > 0
    )


def starts(plan: Plan) -> dict[int, int]:
    """When service starts at each visit on a route."""
    return {
        stop.visit_id: stop.start
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id is not None
    }


def _position(orders: Orders, shift_id: int | None, visit_id: int) -> int | None:
    if shift_id is None:
        return None
    return [one for one in orders[shift_id] if one > 0].index(visit_id)


def out_of_order(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """The fewest that must move to turn one order of the same visits into the other.

    All but a longest increasing subsequence (Schensted 1961).
    """
    rank = {one: place for place, one in enumerate(before)}
    tails: list[int] = []
    at_tail: list[int] = []
    previous: dict[int, int | None] = {}
    for one in after:
        place = bisect_left(tails, rank[one])
        previous[one] = at_tail[place - 1] if place else None
        tails[place : place + 1] = [rank[one]]
        at_tail[place : place + 1] = [one]
    kept: set[int] = set()
    last = at_tail[-1] if at_tail else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return set(after) - kept
