"""Keeping to the number of visits that may be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fieldservice.scheduling.between.costs import SAME_TIME, moved
from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.orders import Orders, served, without
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, TimeWindow, Visit


def keep_within_budget(problem: Problem, orders: Mapping[int, Sequence[int]], ties: Ties) -> Orders:
    """Return the orders without moved visits, the cheapest left out first, until few enough are.

    Pinned visits stay, and nobody stays whose crew or predecessor goes.
    """
    kept = {shift_id: tuple(order) for shift_id, order in orders.items()}
    if problem.max_changes is None:
        return kept
    penalties = Penalties.of(problem)
    pinned = {visit.id for visit in problem.visits if visit.pin}
    while True:
        routes = time_together(problem, kept, ties)
        found = [visit_id for route in routes for visit_id in moved(problem, route)]
        loose = [visit_id for visit_id in found if visit_id not in pinned]
        if len(found) <= problem.max_changes or not loose:
            return kept
        gone = min(loose, key=lambda one: (penalties.cost(problem.visit(one)), one))
        kept = without(kept, ({gone} | ties.forlorn(served(kept) - {gone})) - pinned)


def staying(problem: Problem, true: Problem) -> Problem:
    """Return the problem with each visit when its customer was told, or where and when it was.

    Where its windows leave nothing of that time it keeps its windows.
    """
    return replace(problem, visits=tuple(_staying(visit, true) for visit in problem.visits))


def _staying(visit: Visit, true: Problem) -> Visit:
    if visit.pin:
        return visit
    if visit.told is not None:
        windows = _within(visit, visit.told)
        return replace(visit, windows=windows, max_lateness=0) if windows else visit
    known = true.reference.get(visit.id)
    if known is None:
        return visit
    shift_id, start = known
    windows = visit.windows
    if start is not None:
        windows = _within(visit, TimeWindow(start - SAME_TIME, start + SAME_TIME))
    allowed = frozenset({shift_id})
    if visit.allowed_shifts is not None:
        allowed &= visit.allowed_shifts
    return replace(visit, allowed_shifts=allowed, windows=windows or visit.windows)


def _within(visit: Visit, bounds: TimeWindow) -> tuple[TimeWindow, ...]:
    """Return what those bounds leave of the visit's windows."""
    return tuple(
        TimeWindow(max(window.start, bounds.start), min(window.end, bounds.end))
        for window in visit.windows or (bounds,)
        if max(window.start, bounds.start) <= min(window.end, bounds.end)
    )
