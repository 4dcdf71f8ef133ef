"""What has gone wrong on a day, as the planner takes it, and that nobody leaves in the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fieldservice.models.disruptions import DisruptionKind
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import DayFacts, RouteFacts
from fieldservice.scheduling.disruptions import Delayed, Disruption, Snow
from fieldservice.scheduling.problem import Problem


def standing_disruptions(
    facts: DayFacts,
    problem: Problem,
    clockface: Clockface,
    place_of: Mapping[int, int],
    begun: frozenset[int],
    now: int | None,
) -> tuple[Disruption, ...]:
    """What counts at `now`, which is None before the day; `place_of` tells each visit's place."""
    found: list[Disruption] = list(_said(facts, problem, clockface, place_of))
    if now is not None:
        found += _not_left_yet(facts.routes, problem, clockface, begun, now)
    return tuple(found)


def _said(
    facts: DayFacts, problem: Problem, clockface: Clockface, place_of: Mapping[int, int]
) -> Iterator[Disruption]:
    for one in facts.disruptions:
        if one.kind is DisruptionKind.SNOW and one.percent is not None:
            area = None
            if one.municipality is not None:
                there = (v.id for v in facts.visits if v.municipality == one.municipality)
                area = frozenset(place_of[visit_id] for visit_id in there if visit_id in place_of)
            yield Snow(one.percent / 100, area)
        elif one.until is not None and problem.has_shift(one.shift_id or 0):
            yield Delayed(one.shift_id or 0, clockface.seconds(one.until))


def _not_left_yet(
    routes: Iterable[RouteFacts],
    problem: Problem,
    clockface: Clockface,
    begun: frozenset[int],
    now: int,
) -> Iterator[Delayed]:
    """Whoever should be on the way by the plan is taken to be; all others leave now or later."""
    for route in routes:
        if not problem.has_shift(route.shift.id):
            continue
        leaves = now
        for stop in route.stops:
            if stop.visit_id in begun or not problem.has_visit(stop.visit_id or 0):
                continue
            planned = clockface.seconds(stop.starts_at) - stop.travel_seconds
            leaves = min(now, planned)
            break
        if leaves > problem.shift(route.shift.id).window.start:
            yield Delayed(route.shift.id, leaves)
