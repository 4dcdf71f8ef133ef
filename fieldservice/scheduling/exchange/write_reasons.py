"""Why visits are left out and what would change that, as JSON; see docs/format.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldservice.scheduling.explaining.alternatives import Alternative
from fieldservice.scheduling.explaining.words import fix_sentence, reason_sentence
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.reasons import Fix, Reason, Unassigned

Document = dict[str, Any]


def explanation_document(
    problem: Problem, left_out: Unassigned, skills: Mapping[int, str] | None = None
) -> Document:
    """Return the reasons, and what stands in the way of each vehicle where that was asked."""
    reasons = [_reason(problem, left_out.visit_id, reason, skills) for reason in left_out.reasons]
    vehicles = [
        {"vehicle": one.shift_id, "rule": one.rule.value, "proved": one.proved}
        for one in left_out.obstacles
    ]
    return {"reasons": reasons, "vehicles": vehicles}


def fix_document(problem: Problem, fix: Fix) -> Document:
    """Return the fix for people and for machines."""
    document: Document = {
        "change": fix_sentence(problem, fix),
        "cost": fix.cost,
        "penalty": fix.penalty,
        "kind": fix.kind.value,
        "vehicle": fix.shift_id,
        "position": fix.position,
        "start": fix.start,
    }
    if fix.window is not None:
        document["time_window"] = [fix.window.start, fix.window.end]
    if fix.overtime is not None:
        document["overtime"] = fix.overtime
    if fix.leaves is not None:
        document["job"] = fix.leaves
    if fix.rule is not None:
        document["rule"] = fix.rule.value
    return document


def alternative_document(alternative: Alternative) -> Document:
    """Return another place for a visit that has one."""
    return {
        "vehicle": alternative.shift_id,
        "position": alternative.position,
        "start": alternative.start,
        "cost": alternative.cost,
    }


def _reason(
    problem: Problem, visit_id: int, reason: Reason, skills: Mapping[int, str] | None
) -> Document:
    return {
        "rule": reason.rule.value,
        "text": reason_sentence(problem, problem.visit(visit_id), reason, skills),
        "proved": reason.proved,
        "fixes": [fix_document(problem, fix) for fix in reason.fixes],
    }
