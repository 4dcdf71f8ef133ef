"""Reasons and fixes in English sentences, for the exchange format and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Rule, Visit
from fieldservice.scheduling.reasons import Fix, FixKind, Reason
from fieldservice.scheduling.skills import in_words, lacking

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
    Rule.MAX_TRAVEL_TIME: "drives as long as it may already",
    Rule.MAX_LEG_TIME: "would have to drive too far at a stretch",
    Rule.LAST_DEPARTURE: "would leave its last visit too late",
    Rule.RESERVE: "keeps the rest of its hours for urgent visits",
    Rule.WINDOW: "has no gap left in the time window",
    Rule.SHIFT_HOURS: "has no gap left in its hours",
    Rule.OVERTIME: "would need more overtime than it may work",
    Rule.BREAK: "could not take its break",
    Rule.TOOL: "would need a shared tool that is on other shifts already",
    Rule.REST: "would leave its technician too little rest",
}
BETWEEN = {Rule.GROUP, Rule.AFTER, Rule.MAX_CHANGES}
NAMED = 3


def reason_sentence(
    problem: Problem, visit: Visit, reason: Reason, skills: Mapping[int, str] | None = None
) -> str:
    """Say why the visit is left out; `skills` are the names of those it needs."""
    if reason.rule is Rule.PENALTY and reason.cost is not None:
        saved = Penalties.of(problem).cost(visit)
        return f"Serving it costs {reason.cost} s, leaving it out {saved} s."
    if reason.rule is Rule.NOBODY:
        return "There is no technician, no vehicle at all."
    if reason.rule in BETWEEN:
        return _between_sentence(reason)
    words = (NEVER if reason.never else FULL).get(reason.rule) or f"breaks its {reason.rule} rule"
    if reason.rule is Rule.SKILL:
        words = _what_is_lacking(problem, visit, reason.shift_ids, skills)
    who = _who(problem, reason.shift_ids)
    return f"{who[0].upper()}{who[1:]} {words}."


def _between_sentence(reason: Reason) -> str:
    if reason.rule is Rule.MAX_CHANGES:
        return "No more visits may be moved, and there is no other place for it."
    if reason.rule is Rule.AFTER:
        return f"No places were found for it and visit {reason.other}, one after the other."
    if reason.other is not None:
        return f"No shift can make visit {reason.other} of its crew."
    if reason.proved:
        return "Its crew needs more shifts at once than there are."
    return "No time was found at which its whole crew is free."


def fix_sentence(problem: Problem, fix: Fix) -> str:
    """Say what to change; times are seconds of the problem's own origin."""
    who = name_of(problem, fix.shift_id)
    if fix.kind is FixKind.SWAP:
        return f"Let {who} leave out visit {fix.leaves} instead."
    if fix.overtime is not None:
        longest = problem.shift(fix.shift_id)
        more = -(-(fix.overtime - (longest.latest_end - longest.window.end)) // 60)
        return f"Allow {who} {more} min more overtime."
    if fix.window is not None:
        where = "on another day, " if fix.kind is FixKind.DAY else ""
        return f"Let it start {where}between {fix.window.start} s and {fix.window.end} s."
    if fix.rule is not None:
        return f"Waive the {fix.rule} rule and send {who}."
    if fix.kind is FixKind.WISH:
        return f"Drop the wish for a technician and send {who}."
    return f"Serve it all the same and send {who}."


def _what_is_lacking(
    problem: Problem, visit: Visit, shift_ids: Sequence[int], skills: Mapping[int, str] | None
) -> str:
    """Name the skills and levels where all of these shifts lack the same."""
    shifts = (problem.shift(shift_id) for shift_id in shift_ids)
    lacks = {in_words(lacking(visit, shift), skills) for shift in shifts}
    return f"lacks {lacks.pop()}" if len(lacks) == 1 else NEVER[Rule.SKILL]


def name_of(problem: Problem, shift_id: int) -> str:
    """Return how a shift is called."""
    return problem.shift(shift_id).description or f"shift {shift_id}"


def _who(problem: Problem, shift_ids: Sequence[int]) -> str:
    if len(shift_ids) == len(problem.shifts) > 1:
        return "Every shift"
    who = "; ".join(name_of(problem, shift_id) for shift_id in shift_ids[:NAMED])
    who += f" and {len(shift_ids) - NAMED} more" if len(shift_ids) > NAMED else ""
    return f"{who}: each" if len(shift_ids) > 1 else who
