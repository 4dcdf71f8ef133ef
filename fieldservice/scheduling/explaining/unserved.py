"""Why visits are on no route: the obstacle on each shift, proved or met, and what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.explaining.fixes import fixes
from fieldservice.scheduling.explaining.obstacles import least_broken, likely
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.explaining.trials import Trials
from fieldservice.scheduling.insertion import Place, cheapest_on
from fieldservice.scheduling.problem import Rule, Visit
from fieldservice.scheduling.proof import Proofs
from fieldservice.scheduling.reasons import NO_SHIFT, Obstacle, Reason, Unassigned
from fieldservice.scheduling.standing import Standing

MOST_TRIED = 20
"""Unserved visits for which changes are worked out; the others get reasons alone."""


def explain(draft: Draft, time_left: Callable[[], bool]) -> dict[int, Unassigned]:
    """Return by visit id why each is left out; changes for the dearest, while time is left."""
    plan = StandingPlan(draft.problem, draft.orders, draft.routes, draft.penalties)
    unserved = sorted(draft.unserved, key=lambda visit: -plan.penalties.cost(visit))
    proofs = Proofs(plan.problem, time_left)
    trials = None
    if unserved and plan.routes and time_left():
        trials = Trials(plan, unserved[:MOST_TRIED], quickly=True)
    found = {}
    for place, visit in enumerate(unserved):
        if trials and place < MOST_TRIED and time_left():
            found[visit.id] = _thoroughly(trials, proofs, visit)
        else:
            found[visit.id] = _briefly(plan, proofs, visit)
    return found


def explain_one(plan: StandingPlan, visit: Visit, not_before: int | None = None) -> Unassigned:
    """Return why that one visit is left out, at once and without kernels.

    Nothing is moved to start before `not_before`.
    """
    if not plan.routes:
        return explain_briefly(plan, visit)
    trials = Trials(plan, [visit], quickly=False, not_before=not_before)
    return _thoroughly(trials, Proofs(plan.problem, lambda: True), visit)


def explain_briefly(plan: StandingPlan, visit: Visit) -> Unassigned:
    """Return why that one visit is left out, with nothing that would help."""
    return _briefly(plan, Proofs(plan.problem, lambda: True), visit)


def _thoroughly(trials: Trials, proofs: Proofs, visit: Visit) -> Unassigned:
    plan, forms = trials.plan, trials.forms[visit.id]
    open_now = {place.shift_id: place.cost for place in reversed(trials.places(forms.plain))}
    at_any_time = {place.shift_id for place in trials.places(forms.anytime)}
    with_more_hours = {
        place.shift_id
        for easier in (forms.plain, forms.anytime)
        for place in trials.later_places(easier)
    }

    def met(route: Standing) -> Obstacle:
        shift = route.shift
        if shift.id in open_now:
            return Obstacle(shift.id, Rule.PENALTY)
        if plan.problem.windows(visit) and shift.id in at_any_time:
            return Obstacle(shift.id, Rule.WINDOW)
        if shift.id in with_more_hours:
            return Obstacle(shift.id, Rule.OVERTIME if shift.overtime else Rule.SHIFT_HOURS)
        return least_broken(plan.problem, route, visit)

    obstacles = _obstacles(plan, proofs, visit, met)
    blocked = {one.shift_id: one.rule for one in obstacles}
    first, *others = _reasons(obstacles, min(open_now.values(), default=None))
    first = replace(first, fixes=fixes(trials, visit, blocked))
    return Unassigned(visit.id, (first, *others), obstacles)


def _briefly(plan: StandingPlan, proofs: Proofs, visit: Visit) -> Unassigned:
    if not plan.routes:
        return Unassigned(visit.id, (NO_SHIFT,))
    cheapest = _cheapest(plan, visit) if proofs.unhurried() else None

    def met(route: Standing) -> Obstacle:
        if cheapest and cheapest.shift_id == route.shift.id:
            return Obstacle(route.shift.id, Rule.PENALTY)
        return likely(plan.problem, route, visit)

    obstacles = _obstacles(plan, proofs, visit, met)
    return Unassigned(visit.id, tuple(_reasons(obstacles, cheapest.cost if cheapest else None)))


def _cheapest(plan: StandingPlan, visit: Visit) -> Place | None:
    found = (cheapest_on(plan.problem, route, visit) for route in plan.routes.values())
    return min((place for place in found if place), default=None)


def _obstacles(
    plan: StandingPlan, proofs: Proofs, visit: Visit, met: Callable[[Standing], Obstacle]
) -> tuple[Obstacle, ...]:
    found = []
    for route in plan.routes.values():
        rule = proofs.impossible(route.shift, visit)
        found.append(Obstacle(route.shift.id, rule, proved=True) if rule else met(route))
    return tuple(found)


def _reasons(obstacles: Sequence[Obstacle], cost: int | None) -> Iterator[Reason]:
    """Yield one reason for each rule, what a plan could change first, naming its shifts.

    A reason is proved only where every shift is: no plan at all could serve the visit then.
    """
    shifts: dict[tuple[bool, Rule], list[int]] = defaultdict(list)
    for one in sorted(obstacles, key=lambda one: (one.proved, one.rule is not Rule.PENALTY)):
        shifts[one.proved, one.rule].append(one.shift_id)
    hopeless = all(one.proved for one in obstacles)
    for (never, rule), ids in shifts.items():
        paid = cost if rule is Rule.PENALTY else None
        yield Reason(rule, hopeless, tuple(ids), never, paid)
        if rule is Rule.PENALTY:
            return
