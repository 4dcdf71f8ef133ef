"""The rules between routes, each tested on the claimed stops: one rule, one function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from fieldservice.scheduling.between.costs import moved
from fieldservice.scheduling.between.ties import Ties
from fieldservice.scheduling.check_route import Violation
from fieldservice.scheduling.problem import After, Problem, Rule
from fieldservice.scheduling.timing import Route, Stop

Where = Mapping[int, tuple[Route, Stop]]
"""The route and the stop of each visit served."""


def violations_between(
    problem: Problem, routes: Sequence[Route], ties: Ties
) -> Iterator[Violation]:
    """Yield what these routes break together."""
    where = {
        stop.visit_id: (route, stop)
        for route in routes
        for stop in route.stops
        if stop.visit_id is not None
    }
    for members in ties.groups.values():
        yield from _group(members, where)
    for visit_id, wait in ties.waits:
        yield from _after(visit_id, wait, where)
    yield from _tools(problem, routes)
    yield from _rest(problem, routes)
    yield from _changes(problem, routes)


def _group(members: Sequence[int], where: Where) -> Iterator[Violation]:
    present = [visit_id for visit_id in members if visit_id in where]
    if not present:
        return
    for visit_id in set(members) - set(present):
        text = f"Visit {visit_id} is left out, though others of its crew are not."
        yield Violation(Rule.GROUP, None, visit_id, text)
    first = min(where[visit_id][1].start for visit_id in present)
    taken = set()
    for visit_id in present:
        route, stop = where[visit_id]
        if stop.start > first:
            text = f"Visit {visit_id} starts {stop.start - first} s after others of its crew."
            yield Violation(Rule.GROUP, route.shift_id, visit_id, text, stop.start - first)
        if route.shift_id in taken:
            text = f"Shift {route.shift_id} is to be in a crew twice at once."
            yield Violation(Rule.GROUP, route.shift_id, visit_id, text)
        taken.add(route.shift_id)


def _after(visit_id: int, wait: After, where: Where) -> Iterator[Violation]:
    if visit_id not in where:
        return
    route, stop = where[visit_id]
    if wait.visit_id not in where:
        text = f"Visit {visit_id} is after visit {wait.visit_id}, which is left out."
        yield Violation(Rule.AFTER, route.shift_id, visit_id, text)
        return
    other, before = where[wait.visit_id]
    gap = stop.start - before.end
    if gap < wait.delay:
        text = f"Visit {visit_id} starts {wait.delay - gap} s too soon after {wait.visit_id}."
        yield Violation(Rule.AFTER, route.shift_id, visit_id, text, wait.delay - gap)
    if wait.max_delay is not None and gap > wait.max_delay:
        text = f"Visit {visit_id} starts {gap - wait.max_delay} s too late after {wait.visit_id}."
        yield Violation(Rule.AFTER, route.shift_id, visit_id, text, gap - wait.max_delay)
    if wait.same_shift and other.shift_id != route.shift_id:
        text = f"Visit {visit_id} is not on the shift that makes visit {wait.visit_id}."
        yield Violation(Rule.AFTER, route.shift_id, visit_id, text)


def _tools(problem: Problem, routes: Sequence[Route]) -> Iterator[Violation]:
    carrying: dict[int, list[int]] = defaultdict(list)
    for route in routes:
        needed = {tool for i in route.visit_ids for tool in problem.visit(i).tools}
        for tool in needed:
            carrying[tool].append(route.shift_id)
    for tool, shifts in sorted(carrying.items()):
        over = len(shifts) - problem.tools.get(tool, len(shifts))
        if over > 0:
            text = f"Tool {tool} is on {len(shifts)} shifts, {over} more than there are."
            yield Violation(Rule.TOOL, None, None, text, over)


def _rest(problem: Problem, routes: Sequence[Route]) -> Iterator[Violation]:
    days: dict[int, list[Route]] = defaultdict(list)
    for route in routes:
        technician = problem.shift(route.shift_id).technician
        if technician is not None and route.visit_ids:
            days[technician].append(route)
    for technician, worked in days.items():
        for before, following in pairwise(sorted(worked, key=lambda route: route.departure)):
            short = before.finish + problem.shift(following.shift_id).rest - following.departure
            if short > 0:
                text = f"Technician {technician} rests {short} s too little."
                yield Violation(Rule.REST, following.shift_id, None, text, short)


def _changes(problem: Problem, routes: Sequence[Route]) -> Iterator[Violation]:
    if problem.max_changes is None:
        return
    changes = sum(len(moved(problem, route)) for route in routes)
    if changes > problem.max_changes:
        text = f"The plan moves {changes} visits, {problem.max_changes} at most."
        yield Violation(Rule.MAX_CHANGES, None, None, text, changes - problem.max_changes)
