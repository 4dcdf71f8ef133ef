"""What a person has waived, as the planner takes it: allowed as far as it stands, no further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import RouteFacts, StopFacts
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.problem import Overtime, Rule, TimeWindow
from fieldservice.scheduling.skills import lacking

STARTS = frozenset({Rule.WINDOW, Rule.LATENESS})
HOURS = frozenset({Rule.OVERTIME, Rule.SHIFT_HOURS})


@dataclass(frozen=True, slots=True)
class Waived:
    """The rules waived for each visit that has a stop, and those stops."""

    rules: Mapping[int, frozenset[Rule]]
    stops: Mapping[int, StopFacts]
    clockface: Clockface

    def visit(self, visit: planner.Visit, shifts: Sequence[planner.Shift]) -> planner.Visit:
        """The visit with its waived rules widened to what stands today.

        A plain waiver would let the planner break the rule further; this one cannot get worse.
        """
        rules, stop = self.rules.get(visit.id, frozenset()), self.stops.get(visit.id)
        if stop is None:
            return visit
        if rules & STARTS and visit.windows:
            start = self.clockface.seconds(stop.starts_at)
            visit = replace(visit, windows=_reaching(visit.windows, start))
        if Rule.SKILL in rules:
            able = {shift.id for shift in shifts if not lacking(visit, shift)}
            here = frozenset(able | {stop.shift_id})
            visit = replace(visit, skill_levels={}, allowed_shifts=here)
        return visit

    def shift(self, shift: planner.Shift, route: RouteFacts) -> planner.Shift:
        """The shift with its end moved to where a waived visit already makes it end."""
        waived = (self.rules.get(stop.visit_id or 0, frozenset()) for stop in route.stops)
        if not route.overtime_seconds or not any(rules & HOURS for rules in waived):
            return shift
        allowed = shift.overtime or Overtime(0)
        return replace(
            shift,
            overtime=Overtime(
                max(allowed.max, route.overtime_seconds), cost_per_second=allowed.cost_per_second
            ),
        )

    def left(self, known: Iterable[int]) -> frozenset[planner.Waiver]:
        """The waivers of rules that cannot be widened and stay plain."""
        plain = {visit_id: self.rules.get(visit_id, frozenset()) for visit_id in known}
        return frozenset(
            planner.Waiver(rule, visit_id)
            for visit_id, rules in plain.items()
            for rule in rules - STARTS - HOURS - {Rule.SKILL}
            if visit_id in self.stops
        )


def _reaching(windows: tuple[TimeWindow, ...], start: int) -> tuple[TimeWindow, ...]:
    first, *rest = windows
    if start < first.start:
        return (TimeWindow(start, first.end), *rest)
    last = windows[-1]
    return (*windows[:-1], TimeWindow(last.start, max(last.end, start)))


def waived(
    names: Mapping[int, frozenset[str]], stops: Mapping[int, StopFacts], clockface: Clockface
) -> Waived:
    """What counts now of what was waived for these visits."""
    rules = {
        visit_id: frozenset(Rule(name) for name in some)
        for visit_id, some in names.items()
        if visit_id in stops
    }
    return Waived(rules, stops, clockface)
