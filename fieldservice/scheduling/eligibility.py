"""Which shift may serve which visit, and how much one shift may hold, whatever the hour."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.timing import travel_along


def refusal(problem: Problem, shift: Shift, visit: Visit) -> Rule | None:
    """Return the rule that keeps the visit off that shift at any hour, None when it may go there.

    A pin overrules all the others: people put it there.
    """
    if visit.pin:
        return None if visit.pin.shift_id == shift.id else Rule.PIN
    for rule, broken in (
        (Rule.SKILL, not visit.skills <= shift.skills),
        (Rule.ALLOWED_SHIFT, not _allowed(shift, visit)),
        (Rule.FORBIDDEN_SHIFT, shift.id in visit.forbidden_shifts),
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


def drives_too_much(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> bool:
    """Tell whether visiting them in this order exceeds the shift's travel time."""
    if shift.max_travel_time is None:
        return False
    if travel_along(problem, shift, visits) <= shift.max_travel_time:
        return False
    return _unless_waived(problem, Rule.MAX_TRAVEL_TIME, visits) is not None


def _allowed(shift: Shift, visit: Visit) -> bool:
    return visit.allowed_shifts is None or shift.id in visit.allowed_shifts


def _unless_waived(problem: Problem, rule: Rule, visits: Sequence[Visit]) -> Rule | None:
    return None if any(problem.waived(rule, visit.id) for visit in visits) else rule
