"""The one place that decides which rules are in the bound, and says in words which are not.

A rule may be left out where that only makes plans cheaper or more. Of a rule that is not named
here nothing is known, and then there is no bound at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit, Waiver, Weights
from fieldservice.scheduling.search.packing import ELIGIBLE_ANYWAY
from fieldservice.scheduling.timing import legs_along, price, travel_along
from fieldservice.scheduling.travel import TravelMatrix

KEPT: dict[type, frozenset[str]] = {
    Visit: frozenset(
        (
            *("id", "location", "service", "service_per_type", "setup", "setup_per_type"),
            *("windows", "max_lateness", "lateness_cost_per_second", "skills", "skill_levels"),
            *("priority", "penalty", "optional", "delivery", "preferred_shifts"),
            *("preference_cost", "allowed_shifts", "forbidden_shifts", "pin"),
            *("movable", "urgent", "told", "description"),
        )
    ),
    Shift: frozenset(
        (
            *("id", "type", "start", "end", "window", "breaks", "overtime", "last_departure"),
            *("skills", "skill_levels", "area", "capacity", "speed_factor", "max_tasks"),
            *("max_travel_time", "max_leg_time", "fixed_cost", "cost_per_hour", "profile"),
            *("steps", "starts", "description"),
        )
    ),
    Weights: frozenset(("travel",)),
    Problem: frozenset(
        ("visits", "shifts", "travel", "locations", "waivers", "weights", "spreads", "demand")
    ),
}
"""The fields the bound takes as they are meant; those of visits that only matter to a field left
out are among them."""

DROPPED: dict[type, Mapping[str, str]] = {
    Visit: {
        "group": "crews that start together",
        "after": "visits that wait for others",
        "together": "one technician for what belongs together",
        "tools": "shared tools",
    },
    Shift: {
        "reserve": "the reserve",
        "technician": "rest between days",
        "rest": "rest between days",
    },
    Weights: {
        "balance": "balance",
        "change": "changes",
        "together": "one technician for what belongs together",
        "risk": "promises at risk",
    },
    Problem: {"tools": "shared tools", "max_changes": "changes"},
}
"""Fields whose rule only forbids plans or only adds cost, so that it may be left out: its name."""

LIMITS = {
    Rule.CAPACITY: "capacity",
    Rule.MAX_TASKS: "max_tasks",
    Rule.MAX_TRAVEL_TIME: "max_travel_time",
    Rule.MAX_LEG_TIME: "max_leg_time",
    Rule.LAST_DEPARTURE: "last_departure",
}
UNLIMITED: dict[str, Any] = {name: () if name == "capacity" else None for name in LIMITS.values()}
HARMLESS = {
    *(*ELIGIBLE_ANYWAY, Rule.UNKNOWN, Rule.DUPLICATE, Rule.MISSING, Rule.MEASURE),
    *(Rule.OVERLAP, Rule.PENALTY, Rule.DURATION, Rule.RESERVE),
}
"""Waivers of these change nothing, or nothing that is not already in the visit's own rules."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A problem whose cheapest plan costs no more than that of the problem asked.

    `aside` are the shifts that people's decisions have broken: whatever they serve, they have to
    drive there. `words` name each rule left out.
    """

    problem: Problem
    aside: tuple[Shift, ...]
    words: tuple[str, ...]


def relax(problem: Problem) -> Relaxed | None:
    """Return the problem as the bound takes it; None where a rule is unknown to it."""
    words = _dropped(problem)
    if words is None:
        return None
    limits = _waived_limits(problem)
    lawless, bound_elsewhere = _lawless(problem), _bound_elsewhere(problem)
    aside = tuple(
        shift
        for shift in problem.shifts
        if shift.id in lawless
        or shift.id in bound_elsewhere
        or price(problem, shift, pinned_sequence(problem, shift))[0]
    )
    numbers = {shift.id for shift in aside}
    words += [f"the rules of shift {shift.id}, broken by people's decisions" for shift in aside]
    words += [f"{name} of shift {shift_id}, waived" for shift_id, name in sorted(limits)]
    shifts = tuple(
        _loosened(problem, shift, {name for shift_id, name in limits if shift_id == shift.id})
        for shift in problem.shifts
        if shift.id not in numbers
    )
    visits = tuple(
        replace(visit, after=())
        for visit in problem.visits
        if not (visit.pin and visit.pin.shift_id in numbers)
    )
    here = {visit.id for visit in visits}
    waivers = frozenset(
        waiver
        for waiver in problem.waivers
        if waiver.rule in ELIGIBLE_ANYWAY and waiver.visit_id in here
    )
    shifts = tuple(replace(shift, steps=(), starts=(), reserve=0) for shift in shifts)
    hurried = _hurried(problem)
    words += [f"slow hours of {profile!r}" for profile in sorted(hurried)]
    travel = {**problem.travel, **hurried}
    return Relaxed(
        replace(problem, visits=visits, shifts=shifts, waivers=waivers, travel=travel),
        aside,
        tuple(words),
    )


def _hurried(problem: Problem) -> dict[str, TravelMatrix]:
    """Return the travel times of profiles whose speeds are taken as the fastest at every hour.

    Where a break may wait for another of its windows pricing knows the first one only, which is
    the best at one speed.
    """
    choosing = {
        shift.profile
        for shift in problem.shifts
        if any(len(rest.windows) > 1 for rest in shift.breaks) and not problem.speeds(shift).is_even
    }
    plain = {profile: problem.travel[profile] for profile in choosing}
    return {name: replace(one, speeds=one.speeds.at_best()) for name, one in plain.items()}


def _dropped(problem: Problem) -> list[str] | None:
    """Return the rules left out of the whole problem; None when one of them is unknown."""
    words = set()
    for part in (problem, problem.weights, *problem.visits, *problem.shifts):
        for name in _in_use(part):
            if name not in DROPPED[type(part)]:
                return None
            words.add(DROPPED[type(part)][name])
    return sorted(words)


def _in_use(part: Any) -> Iterator[str]:
    """Yield the fields, of those not kept, that say something."""
    for field in _others(type(part)):
        usual = field.default
        if usual is MISSING and field.default_factory is not MISSING:
            usual = field.default_factory()
        if getattr(part, field.name) != usual:
            yield field.name


def _others(kind: type) -> list[Any]:
    return [field for field in fields(kind) if field.init and field.name not in KEPT[kind]]


def _waived_limits(problem: Problem) -> set[tuple[int, str]]:
    """Return (shift, field) wherever a visit that may go there has the limit waived."""
    return {
        (shift.id, LIMITS[waiver.rule])
        for waiver in problem.waivers
        if waiver.rule in LIMITS
        for shift in _possible(problem, waiver)
    }


def _lawless(problem: Problem) -> Collection[int]:
    """Return the shifts that a waived rule of time might free of their hours or breaks."""
    return {
        shift.id
        for waiver in problem.waivers
        if waiver.rule not in LIMITS and waiver.rule not in HARMLESS
        for shift in _possible(problem, waiver)
    }


def _bound_elsewhere(problem: Problem) -> Collection[int]:
    """Return the shifts with pinned visits that wait for other routes, whatever that breaks."""
    awaited = {after.visit_id for visit in problem.visits for after in visit.after}
    return {
        visit.pin.shift_id
        for visit in problem.visits
        if visit.pin and (visit.after or visit.group is not None or visit.id in awaited)
    }


def _possible(problem: Problem, waiver: Waiver) -> list[Shift]:
    visit = problem.visit(waiver.visit_id)
    return [shift for shift in problem.shifts if refusal(problem, shift, visit) is None]


def _loosened(problem: Problem, shift: Shift, waived: Collection[str]) -> Shift:
    """Take waived limits off, and raise those that the pinned visits exceed by themselves."""
    pinned = [problem.visit(one) for one in pinned_sequence(problem, shift)]
    changes: dict[str, Any] = {name: UNLIMITED[name] for name in waived}
    if pinned and shift.max_tasks is not None:
        changes.setdefault("max_tasks", max(shift.max_tasks, len(pinned)))
    if pinned and shift.max_travel_time is not None:
        driven = travel_along(problem, shift, pinned)
        changes.setdefault("max_travel_time", max(shift.max_travel_time, driven))
    if pinned and shift.max_leg_time is not None:
        longest = max(legs_along(problem, shift, pinned))
        changes.setdefault("max_leg_time", max(shift.max_leg_time, longest))
    if pinned and shift.capacity:
        loads = [visit.delivery for visit in pinned if visit.delivery]
        carried = [sum(load[good] for load in loads) for good in range(len(shift.capacity))]
        # What pins exceed of one good is accepted of any other as well.
        more = sum(max(0, load - most) for load, most in zip(carried, shift.capacity, strict=True))
        changes.setdefault("capacity", tuple(most + more for most in shift.capacity))
    return replace(shift, **changes)
