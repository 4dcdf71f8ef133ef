"""A better plan carried over to a day that has moved since it was computed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldservice.operations.plans.waivers import worsened
from fieldservice.operations.plans.workplan import Sequences, completed, findings_of, place_best
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.problem import Problem

Places = Mapping[int, int | None]
"""The shift of each visit, None where it had none."""


@dataclass(frozen=True, slots=True)
class Rebased:
    """What is left of a proposal: the orders to lay out."""

    orders: Sequences
    whole: bool
    """False where some of the proposal had to give way."""


def places_of(orders: Mapping[int, Sequence[int]]) -> dict[int, int | None]:
    """The shift of every visit in these orders."""
    return {visit_id: shift_id for shift_id, order in orders.items() for visit_id in order}


def rebase(
    problem: Problem,
    working: Mapping[int, Sequence[int]],
    proposed: Mapping[int, Sequence[int]],
    based_on: Places,
) -> Rebased:
    """The proposal on the day as it is now, never losing a visit that it meant to keep.

    `working` is the plan of now, `based_on` where each visit stood when the search began:
    who was moved by a person since then stays where that person put it. What was booked
    since keeps its shift or finds another, what has gone is left out. Where all of that
    does not fit, routes go back to the working plan, together with all those they
    exchange visits with, until the rest does.
    """
    target = _carried_over(problem, working, proposed, based_on)
    reverted: set[int] = set()
    while True:
        orders = _fitted(problem, working, _with_reverted(working, target, reverted))
        lost = _lost(working, orders, target)
        if not lost and not _breaks_more(problem, working, orders):
            return Rebased(orders, whole=not reverted and _same(orders, target))
        grown = _grown(working, target, reverted, lost, orders)
        if grown == reverted:
            return Rebased({one: list(order) for one, order in working.items()}, whole=False)
        reverted = grown


def _carried_over(
    problem: Problem,
    working: Mapping[int, Sequence[int]],
    proposed: Mapping[int, Sequence[int]],
    based_on: Places,
) -> Sequences:
    now_at, then_for = places_of(working), places_of(proposed)
    target: Sequences = {shift.id: [] for shift in problem.shifts}
    for shift_id, order in proposed.items():
        if shift_id in target:
            target[shift_id] = [
                one
                for one in order
                if problem.has_visit(one) and not _stays(problem, one, shift_id, now_at, based_on)
            ]
    settled = places_of(target)
    for visit_id, home in now_at.items():
        if visit_id in settled or home is None or not problem.has_visit(visit_id):
            continue
        given_up = based_on.get(visit_id) == home and visit_id not in then_for
        if not given_up or problem.visit(visit_id).pin:
            place_best(problem, home, target[home], visit_id)
    return {one: _as_begun(problem, order) for one, order in completed(problem, target).items()}


def _stays(problem: Problem, visit_id: int, wanted: int, now_at: Places, based_on: Places) -> bool:
    """Whether the visit belongs elsewhere than the proposal says: pinned, or moved since."""
    pin = problem.visit(visit_id).pin
    if pin is not None:
        return pin.shift_id != wanted
    return now_at.get(visit_id) != based_on.get(visit_id) and now_at.get(visit_id) != wanted


def _as_begun(problem: Problem, order: Sequence[int]) -> list[int]:
    """The order with what has a fixed hour in the order of those hours."""
    fixed = {one: _fixed_start(problem, one) for one in order}
    result = [one for one in order if fixed[one] is None or one < 0]
    for one in sorted((o for o in order if o not in result), key=lambda o: fixed[o] or 0):
        mine = fixed[one] or 0
        before = [
            at
            for at, other in enumerate(result, 1)
            if (start := fixed[other]) is not None and start <= mine
        ]
        result.insert(max(before, default=0), one)
    return result


def _fixed_start(problem: Problem, visit_id: int) -> int | None:
    pin = problem.visit(visit_id).pin
    return pin.start if pin else None


def _fitted(problem: Problem, working: Mapping[int, Sequence[int]], target: Sequences) -> Sequences:
    """The orders themselves where they break nothing more than today's; else mended."""
    if not _breaks_more(problem, working, target):
        return {one: list(order) for one, order in target.items()}
    draft = Draft(problem)
    draft.adopt(target)
    wanted = set(places_of(target))
    draft.insert_all(visit for visit in draft.unserved if visit.id in wanted)
    return {one: list(order) for one, order in draft.orders.items()}


def _breaks_more(problem: Problem, working: Mapping[int, Sequence[int]], orders: Sequences) -> bool:
    return bool(worsened(findings_of(problem, working), findings_of(problem, orders)))


def _lost(working: Mapping[int, Sequence[int]], orders: Sequences, target: Sequences) -> set[int]:
    """Visits that have a place now, were meant to keep one and found none."""
    return (set(places_of(working)) & set(places_of(target))) - set(places_of(orders))


def _with_reverted(
    working: Mapping[int, Sequence[int]], target: Sequences, reverted: Iterable[int]
) -> Sequences:
    back = {shift_id: list(working.get(shift_id, ())) for shift_id in reverted}
    at_home = {visit_id for order in back.values() for visit_id in order}
    kept = {
        shift_id: [one for one in order if one not in at_home]
        for shift_id, order in target.items()
        if shift_id not in back
    }
    return kept | back


def _grown(
    working: Mapping[int, Sequence[int]],
    target: Sequences,
    reverted: set[int],
    lost: set[int],
    orders: Sequences,
) -> set[int]:
    """More routes to give back: those of the lost visits, and all who trade with them."""
    home, goal = places_of(working), places_of(target)
    grown = set(reverted)
    if lost:
        grown |= {shift for one in lost if (shift := home.get(one)) is not None}
    else:
        grown |= {shift for one, shift in goal.items() if home.get(one) != shift and shift}
    while True:
        # A visit that leaves a reverted route's target must be at home on a reverted route too.
        pulled = {
            shift
            for one, wanted in goal.items()
            if wanted in grown and (shift := home.get(one)) is not None
        }
        if pulled <= grown:
            return grown
        grown |= pulled


def _same(orders: Sequences, target: Sequences) -> bool:
    return {s: o for s, o in orders.items() if o} == {s: o for s, o in target.items() if o}
