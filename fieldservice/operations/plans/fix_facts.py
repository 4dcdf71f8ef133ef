"""What the house needs to know of a fix to show it and to make it come true."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.operations.plans.waivers import WAIVABLE
from fieldservice.scheduling.explaining.wider import outside
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.reasons import Fix, FixKind

FIRST = 0
"""Behind no visit at all."""


def can_be_taken(problem: Problem, visit_id: int, fix: Fix) -> bool:
    """Whether the house has a verb for it: nobody comes earlier than was promised by a waiver."""
    if fix.kind is FixKind.WAIVER:
        return fix.rule in WAIVABLE
    if fix.kind is FixKind.WINDOW:
        windows = problem.windows(problem.visit(visit_id))
        return fix.start >= min(window.start for window in windows)
    if fix.kind is FixKind.SWAP:
        return fix.leaves is not None and fix.leaves > 0
    return fix.kind in (FixKind.SERVE, FixKind.OVERTIME)


def behind(order: Sequence[int], fix: Fix) -> int:
    """Whom the visit follows on a route of that order once the fix is made."""
    rest = [one for one in order if one != fix.leaves]
    return rest[fix.position - 1] if fix.position else FIRST


def minutes_given(problem: Problem, visit_id: int, fix: Fix) -> int:
    """How many minutes outside its window, or after hours, the fix allows."""
    if fix.kind is FixKind.WINDOW:
        return -(-outside(problem.windows(problem.visit(visit_id)), fix.start) // 60)
    return -(-(fix.overtime or 0) // 60)


def is_told(problem: Problem, visit_id: int, fix: Fix) -> bool:
    """Whether it starts outside of the window the customer knows: publishing tells another."""
    told = problem.visit(visit_id).told
    return told is not None and fix.start not in told
