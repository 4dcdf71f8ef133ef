"""Why a visit that depends on others is on no route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from fieldservice.scheduling.between.agreeing import agree
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explaining.unserved import explain
from fieldservice.scheduling.orders import served
from fieldservice.scheduling.problem import Problem, Rule
from fieldservice.scheduling.proof import Proofs
from fieldservice.scheduling.reasons import NO_SHIFT, Reason, Unassigned


def explain_together(
    problem: Problem,
    orders: Mapping[int, Sequence[int]],
    ties: Ties,
    time_left: Callable[[], bool],
) -> dict[int, Unassigned]:
    """Return by visit id why these orders leave it out."""
    draft = Draft(agree(problem, orders, ties))
    draft.follow(orders)
    found = explain(draft, time_left)
    if problem.max_changes is not None:
        # Such a place is there, but it moves others: what it would change is no offer.
        limited = (Reason(Rule.MAX_CHANGES),)
        found = {
            visit_id: replace(one, reasons=limited) if one.reasons[0].rule is Rule.PENALTY else one
            for visit_id, one in found.items()
        }
    proofs = Proofs(problem, time_left)
    for visit_id in ties.tied - served(orders):
        reasons = tuple(_of_tied(problem, ties, proofs, visit_id))
        found[visit_id] = Unassigned(visit_id, reasons)
    return found


def _of_tied(problem: Problem, ties: Ties, proofs: Proofs, visit_id: int) -> Iterator[Reason]:
    if not problem.shifts:
        yield NO_SHIFT
        return
    for members in ties.groups.values():
        if visit_id not in members:
            continue
        able = {one: _able(problem, proofs, one) for one in members}
        unable = [one for one in members if not able[one]]
        for one in unable:
            yield Reason(Rule.GROUP, proved=True, other=one)
        if not unable:
            yield Reason(Rule.GROUP, proved=_matched(able) < len(members))
    for one, wait in ties.waits:
        if visit_id in (one, wait.visit_id):
            yield Reason(Rule.AFTER, other=wait.visit_id if one == visit_id else one)


def _able(problem: Problem, proofs: Proofs, visit_id: int) -> set[int]:
    visit = problem.visit(visit_id)
    return {s.id for s in problem.shifts if proofs.impossible(s, visit) is None}


def _matched(able: Mapping[int, set[int]]) -> int:
    """Return how many visits of a crew can have a shift of their own (Kuhn 1955)."""
    holder: dict[int, int] = {}

    def seat(visit_id: int, tried: set[int]) -> bool:
        for shift_id in able[visit_id] - tried:
            tried.add(shift_id)
            if shift_id not in holder or seat(holder[shift_id], tried):
                holder[shift_id] = visit_id
                return True
        return False

    return sum(seat(visit_id, set()) for visit_id in able)
