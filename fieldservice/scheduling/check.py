"""The law: what a plan breaks, derived from its claimed stops and from nothing a solver says.

A violation is *accepted* when a person waived the rule, or when the route holding only what is
pinned to that shift breaks the same rule at least as much; any other is *introduced*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldservice.scheduling.between.joint_times import time_together
from fieldservice.scheduling.between.law import violations_between
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.check_measures import measure_violations
from fieldservice.scheduling.check_route import Violation, route_violations
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem, Rule
from fieldservice.scheduling.timing import Route, time_route

__all__ = ["Findings", "Violation", "check", "check_route"]

NEVER_ACCEPTED = {Rule.UNKNOWN, Rule.DUPLICATE, Rule.MISSING, Rule.MEASURE, Rule.OVERLAP}
TIME_WINDOW_RULES = {Rule.WINDOW, Rule.LATENESS}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a plan breaks: entailed by people's decisions, or the planner's own doing."""

    accepted: tuple[Violation, ...] = ()
    introduced: tuple[Violation, ...] = ()


def check(problem: Problem, plan: Plan) -> Findings:
    """Return every violation of that plan, whoever made it."""
    structural = [*_unknown(problem, plan), *_not_once(problem, plan), *_misplaced(problem, plan)]
    if structural:
        return Findings(introduced=tuple(structural))
    ties = Ties.of(problem)
    # Without ties the pins of a route are timed alone, and only where something is broken.
    pinned = pinned_routes(problem, ties) if ties else {}
    findings = [check_route(problem, route, pinned.get(route.shift_id)) for route in plan.routes]
    findings.append(check_between(problem, plan.routes, ties, pinned if ties else None))
    return Findings(
        accepted=tuple(one for found in findings for one in found.accepted),
        introduced=(
            *(one for found in findings for one in found.introduced),
            *measure_violations(problem, plan),
        ),
    )


def check_route(problem: Problem, route: Route, pinned: Route | None = None) -> Findings:
    """Return the violations of one route of known stops.

    `pinned` is the route of that shift's pins alone, where it depends on other routes.
    """
    violations = list(route_violations(problem, route))
    if not violations:
        return Findings()
    entailed = _entailed(problem, route, pinned)
    return _told_apart(violations, entailed, lambda one: _waived(problem, route, one))


def check_between(
    problem: Problem,
    routes: Sequence[Route],
    ties: Ties,
    pinned: Mapping[int, Route] | None = None,
) -> Findings:
    """Return the violations of these routes together, beside those of the pins alone.

    `pinned` are the routes of `pinned_routes`, where they are at hand.
    """
    violations = list(violations_between(problem, routes, ties))
    if not violations:
        return Findings()
    decided = pinned_routes(problem, ties) if pinned is None else pinned
    entailed = _amounts(violations_between(problem, tuple(decided.values()), ties))
    return _told_apart(
        violations,
        entailed,
        lambda one: one.visit_id is not None and problem.waived(one.rule, one.visit_id),
    )


def _told_apart(
    violations: Iterable[Violation],
    entailed: Mapping[tuple[Rule, int | None], int],
    waived: Callable[[Violation], bool],
) -> Findings:
    accepted: list[Violation] = []
    introduced: list[Violation] = []
    for violation in violations:
        known = violation.amount <= entailed.get((violation.rule, violation.visit_id), -1)
        fine = violation.rule not in NEVER_ACCEPTED and (known or waived(violation))
        (accepted if fine else introduced).append(violation)
    return Findings(tuple(accepted), tuple(introduced))


def _entailed(
    problem: Problem, route: Route, pinned: Route | None
) -> Mapping[tuple[Rule, int | None], int]:
    """Return how much the pins of that shift break by themselves."""
    shift = problem.shift(route.shift_id)
    if pinned is None:
        order = pinned_sequence(problem, shift)
        if not order:
            return {}
        pinned = time_route(problem, shift, order)
    return _amounts(route_violations(problem, pinned))


def _amounts(violations: Iterable[Violation]) -> Counter[tuple[Rule, int | None]]:
    amounts: Counter[tuple[Rule, int | None]] = Counter()
    for violation in violations:
        amounts[violation.rule, violation.visit_id] += violation.amount
    return amounts


def pinned_routes(problem: Problem, ties: Ties) -> dict[int, Route]:
    """Return by shift the routes of pins alone, timed together: what people have decided."""
    orders = {shift.id: pinned_sequence(problem, shift) for shift in problem.shifts}
    return {route.shift_id: route for route in time_together(problem, orders, ties)}


def _waived(problem: Problem, route: Route, violation: Violation) -> bool:
    rules = TIME_WINDOW_RULES if violation.rule in TIME_WINDOW_RULES else {violation.rule}
    visit_ids = route.visit_ids if violation.visit_id is None else (violation.visit_id,)
    return any(problem.waived(rule, visit_id) for rule in rules for visit_id in visit_ids)


def _unknown(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for route in plan.routes:
        if not problem.has_shift(route.shift_id):
            text = f"The plan uses shift {route.shift_id}, which does not exist."
            yield Violation(Rule.UNKNOWN, route.shift_id, None, text)
            continue
        rests = {rest.id for rest in problem.shift(route.shift_id).breaks}
        for stop in route.stops:
            if stop.visit_id is None and stop.break_id not in rests:
                text = f"Shift {route.shift_id} has no break {stop.break_id}."
                yield Violation(Rule.UNKNOWN, route.shift_id, None, text)
    for visit_id in _mentioned(plan):
        if not problem.has_visit(visit_id):
            text = f"The plan mentions visit {visit_id}, which does not exist."
            yield Violation(Rule.UNKNOWN, None, visit_id, text)


def _not_once(problem: Problem, plan: Plan) -> Iterator[Violation]:
    times = Counter(_mentioned(plan))
    for visit in problem.visits:
        if times[visit.id] == 0:
            text = f"Visit {visit.id} is neither on a route nor among the unassigned."
            yield Violation(Rule.MISSING, None, visit.id, text)
    yield from _repeated("Visit", times, is_visit=True)
    yield from _repeated("Shift", Counter(route.shift_id for route in plan.routes), is_visit=False)


def _repeated(what: str, times: Counter[int], *, is_visit: bool) -> Iterator[Violation]:
    for number, count in times.items():
        if count > 1:
            text = f"{what} {number} appears {count} times in the plan."
            shift_id, visit_id = (None, number) if is_visit else (number, None)
            yield Violation(Rule.DUPLICATE, shift_id, visit_id, text, count - 1)


def _misplaced(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Yield the pinned visits that are not on their shift."""
    where = {visit_id: route.shift_id for route in plan.routes for visit_id in route.visit_ids}
    for visit in problem.visits:
        if visit.pin and where.get(visit.id) != visit.pin.shift_id:
            text = f"Visit {visit.id} is pinned to shift {visit.pin.shift_id} but not on it."
            yield Violation(Rule.PIN, visit.pin.shift_id, visit.id, text)


def _mentioned(plan: Plan) -> Iterable[int]:
    for route in plan.routes:
        yield from route.visit_ids
    for left_out in plan.unassigned:
        yield left_out.visit_id
