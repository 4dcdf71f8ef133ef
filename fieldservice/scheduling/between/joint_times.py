"""When the routes of a plan happen once those who depend on each other wait for each other.

The earliest schedule of all routes together: each visit that comes too soon for another is held
back, its route timed anew, until nothing moves any more. The least fixed point of a system of
minimum and maximum delays (Bellman 1958), with routes in the place of edges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldservice.scheduling.between.steady import time_steadily
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import Route, Stop

ROUNDS_PER_TIE = 20
"""Rounds after which visits that keep pushing each other on are left as they are."""


def time_together(
    problem: Problem,
    sequences: Mapping[int, Sequence[int]],
    ties: Ties,
    known: dict[tuple[int, tuple[int, ...]], Route] | None = None,
) -> tuple[Route, ...]:
    """Return the routes of these orders in the problem's order, unused shifts left out.

    Where no schedule meets all ties the routes come out as they are, for `check` to find. `known`
    keeps single routes of that problem from one call to the next.
    """
    known = {} if known is None else known
    routes: dict[int, Route] = {}
    for shift in problem.shifts:
        order = tuple(sequences.get(shift.id, ()))
        if order and (shift.id, order) not in known:
            known[shift.id, order] = time_steadily(problem, problem, shift, order)
        if order:
            routes[shift.id] = known[shift.id, order]
    if ties:
        _wait_for_each_other(problem, sequences, ties, routes)
    return tuple(routes.values())


def _wait_for_each_other(
    problem: Problem,
    sequences: Mapping[int, Sequence[int]],
    ties: Ties,
    routes: dict[int, Route],
) -> None:
    tied = ties.tied
    on = {visit_id: shift for shift, order in sequences.items() for visit_id in order}
    latest = max((shift.latest_end for shift in problem.shifts), default=0)
    holds: dict[int, int] = {}
    for _ in range(ROUNDS_PER_TIE * (len(tied) + 1)):
        stops = {
            stop.visit_id: stop
            for shift_id in {on[visit_id] for visit_id in tied if visit_id in on}
            for stop in routes[shift_id].stops
            if stop.visit_id in tied and stop.visit_id is not None
        }
        later = {
            visit_id: start
            for visit_id, start in held_back(ties, stops).items()
            if start > stops[visit_id].start and start <= latest
        }
        if not later:
            return
        holds |= later
        held = problem.held(dict(holds))
        for shift_id in {on[visit_id] for visit_id in later}:
            shift = problem.shift(shift_id)
            routes[shift_id] = time_steadily(held, problem, shift, sequences[shift_id])


def held_back(ties: Ties, stops: Mapping[int, Stop]) -> dict[int, int]:
    """Return the earliest start each tied visit may have, given when the others happen now."""
    earliest: dict[int, int] = {}

    def hold(visit_id: int, start: int) -> None:
        earliest[visit_id] = max(start, earliest.get(visit_id, start))

    for members in ties.groups.values():
        present = [visit_id for visit_id in members if visit_id in stops]
        for visit_id in present:
            hold(visit_id, max(stops[one].start for one in present))
    for visit_id, wait in ties.waits:
        if visit_id not in stops or wait.visit_id not in stops:
            continue
        mine, before = stops[visit_id], stops[wait.visit_id]
        hold(visit_id, before.end + wait.delay)
        if wait.max_delay is not None:
            lasts = before.end - before.start
            hold(wait.visit_id, mine.start - wait.max_delay - lasts)
    return earliest
