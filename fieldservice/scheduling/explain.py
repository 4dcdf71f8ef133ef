"""Why a visit is on no route, and the smallest changes that would put it on one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.eligibility import overload
from fieldservice.scheduling.insertion import Insertion, inserted, insertions
from fieldservice.scheduling.plan import Fix, Reason
from fieldservice.scheduling.problem import Overtime, Problem, Rule, Shift, Visit
from fieldservice.scheduling.proof import Proofs
from fieldservice.scheduling.timing import time_route

MOST_FIXED = 20
"""Unserved visits for which changes are worked out; the others get reasons alone."""

MORE_OVERTIME = 7200
"""Seconds of extra overtime tried on each shift."""

NEVER = {
    Rule.SKILL: "lacks the skills",
    Rule.ALLOWED_SHIFT: "is not among those allowed",
    Rule.FORBIDDEN_SHIFT: "is forbidden",
    Rule.AREA: "does not work there",
    Rule.PIN: "is not the one it is pinned to",
    Rule.CAPACITY: "cannot carry the load",
    Rule.MAX_TASKS: "makes no visits",
    Rule.SHIFT_HOURS: "is too short for the drive and the work",
    Rule.WINDOW: "has no working hours that fit the time window",
}
FULL = {
    Rule.CAPACITY: "carries its full load already",
    Rule.MAX_TASKS: "makes its full number of visits already",
    Rule.WINDOW: "has no gap left in the time window",
    Rule.SHIFT_HOURS: "has no gap left in its hours",
}


def explain(draft: Draft, time_left: Callable[[], bool]) -> dict[int, tuple[Reason, ...]]:
    """Return reasons by visit id; changes are tried for the dearest visits while time is left."""
    unserved = sorted(draft.unserved, key=lambda visit: -draft.penalties.cost(visit))
    proofs = Proofs(draft.problem, time_left)
    return {
        visit.id: _reasons(draft, proofs, visit, with_fixes=place < MOST_FIXED and time_left())
        for place, visit in enumerate(unserved)
    }


def _reasons(draft: Draft, proofs: Proofs, visit: Visit, *, with_fixes: bool) -> tuple[Reason, ...]:
    if not draft.problem.shifts:
        return (Reason(Rule.SHIFT_HOURS, "There is no shift at all.", proved=True),)
    never = {shift.id: proofs.impossible(shift, visit) for shift in draft.problem.shifts}
    if all(never.values()):
        return tuple(_grouped(draft.problem, never, NEVER, proved=True))
    place = draft.cheapest(visit) if proofs.unhurried() else None
    if place is not None:
        text = f"Serving it costs {place.cost} s, leaving it out {draft.penalties.cost(visit)} s."
        return (Reason(Rule.PENALTY, text),)
    open_to = [shift for shift in draft.problem.shifts if not never[shift.id]]
    full = {shift.id: _what_is_full(draft, shift, visit) for shift in open_to}
    fixes = tuple(_fixes(draft, visit)) if with_fixes else ()
    first, *others = _grouped(draft.problem, full, FULL, proved=False)
    closed = {shift_id: rule for shift_id, rule in never.items() if rule}
    others += _grouped(draft.problem, closed, NEVER, proved=False)
    return (replace(first, fixes=fixes), *others)


def _grouped(
    problem: Problem,
    rules: Mapping[int, Rule | None],
    texts: Mapping[Rule, str],
    *,
    proved: bool,
) -> Iterator[Reason]:
    """Yield one reason for each rule, naming the shifts it concerns."""
    shifts: dict[Rule, list[Shift]] = defaultdict(list)
    for shift_id, rule in rules.items():
        if rule:
            shifts[rule].append(problem.shift(shift_id))
    for rule, concerned in shifts.items():
        if len(concerned) == len(problem.shifts) > 1:
            who = "Every shift"
        else:
            who = "; ".join(_named(shift) for shift in concerned[:3])
            who += f" and {len(concerned) - 3} more" if len(concerned) > 3 else ""
            who += ": each" if len(concerned) > 1 else ""
        yield Reason(rule, f"{who[0].upper()}{who[1:]} {texts[rule]}.", proved)


def _named(shift: Shift) -> str:
    return shift.description or f"shift {shift.id}"


def _what_is_full(draft: Draft, shift: Shift, visit: Visit) -> Rule:
    present = [draft.problem.visit(visit_id) for visit_id in draft.orders[shift.id]]
    limit = overload(draft.problem, shift, [*present, visit])
    return limit or (Rule.WINDOW if draft.problem.windows(visit) else Rule.SHIFT_HOURS)


def _fixes(draft: Draft, visit: Visit) -> Iterator[Fix]:
    yield from _wider_window(draft, visit)
    yield from _more_overtime(draft, visit)


def _wider_window(draft: Draft, visit: Visit) -> Iterator[Fix]:
    if not visit.windows:
        return
    anytime = replace(visit, windows=())
    changed = _with_visit(draft.problem, anytime)

    def gap(found: Insertion) -> int:
        outside = (max(w.start - found.start, found.start - w.end, 0) for w in visit.windows)
        return min(outside)

    found = min(insertions(changed, draft.orders, anytime), key=gap, default=None)
    if found:
        minutes = -(-gap(found) // 60)
        yield Fix(f"Widen the time window by {minutes} min.", found.cost)


def _more_overtime(draft: Draft, visit: Visit) -> Iterator[Fix]:
    longer = tuple(_longer(shift) for shift in draft.problem.shifts)
    changed = replace(draft.problem, shifts=longer)
    best: tuple[int, int, Shift] | None = None
    for found in insertions(changed, draft.orders, visit):
        shift = draft.problem.shift(found.shift_id)
        order = inserted(draft.orders[shift.id], found.position, visit.id)
        finish = time_route(changed, changed.shift(shift.id), order).finish
        extra = max(0, finish - shift.latest_end)
        if best is None or extra < best[0]:
            best = extra, found.cost, shift
    if best:
        minutes = -(-best[0] // 60)
        yield Fix(f"Allow {_named(best[2])} {minutes} min more overtime.", best[1])


def _longer(shift: Shift) -> Shift:
    overtime = shift.overtime or Overtime(0)
    return replace(shift, overtime=replace(overtime, max=overtime.max + MORE_OVERTIME))


def _with_visit(problem: Problem, changed: Visit) -> Problem:
    visits = tuple(changed if visit.id == changed.id else visit for visit in problem.visits)
    return replace(problem, visits=visits)
