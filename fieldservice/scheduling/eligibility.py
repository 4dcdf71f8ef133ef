"""Which shift may serve which visit, and how much one shift may hold, whatever the hour."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.reserve import reserve_taken
from fieldservice.scheduling.skills import lacking
from fieldservice.scheduling.timing import legs_along, travel_along


def refusal(problem: Problem, shift: Shift, visit: Visit) -> Rule | None:
    """Return the rule that keeps the visit off that shift at any hour, None when it may go there.

    A pin overrules all the others: people put it there.
    """
    if visit.pin:
        return None if visit.pin.shift_id == shift.id else Rule.PIN
    for rule, broken in (
        (Rule.SKILL, bool(lacking(visit, shift))),
        (Rule.ALLOWED_SHIFT, not _allowed(shift, visit)),
        (Rule.FORBIDDEN_SHIFT, shift.id in visit.forbidden_shifts),
        (Rule.AREA, not problem.covers(shift, visit)),
    ):
        if broken and not problem.waived(rule, visit.id):
            return rule
    return overload(problem, shift, [visit])


def overload(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> Rule | None:
    """Return the limit of the shift that these visits together exceed, travel time apart."""
    if shift.max_tasks is not None and len(visits) > shift.max_tasks:
        return _unless_waived(problem, Rule.MAX_TASKS, visits)
    for good, capacity in enumerate(shift.capacity):
        if sum(visit.delivery[good] for visit in visits if visit.delivery) > capacity:
            return _unless_waived(problem, Rule.CAPACITY, visits)
    return None


def over_limit(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> Rule | None:
    """Return the limit of the shift exceeded by visiting them in this order, whatever the hour."""
    if not visits:
        return None
    for rule, broken in (
        (Rule.MAX_TRAVEL_TIME, _drives_too_much),
        (Rule.MAX_LEG_TIME, _drives_too_far),
        (Rule.RESERVE, _takes_reserve),
    ):
        if broken(problem, shift, visits):
            return _unless_waived(problem, rule, visits)
    return None


def _drives_too_much(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> bool:
    most = shift.max_travel_time
    return most is not None and travel_along(problem, shift, visits) > most


def _drives_too_far(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> bool:
    most = shift.max_leg_time
    return most is not None and max(legs_along(problem, shift, visits)) > most


def _takes_reserve(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> bool:
    return bool(shift.reserve) and reserve_taken(problem, shift, visits) > 0


def _allowed(shift: Shift, visit: Visit) -> bool:
    return visit.allowed_shifts is None or shift.id in visit.allowed_shifts


def _unless_waived(problem: Problem, rule: Rule, visits: Sequence[Visit]) -> Rule | None:
    return None if any(problem.waived(rule, visit.id) for visit in visits) else rule
