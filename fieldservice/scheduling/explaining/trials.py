"""The visits to explain, tried in every form a person could grant: where each then fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fieldservice.scheduling.eligibility import overload, refusal
from fieldservice.scheduling.explaining.applying import unwished, with_overtime
from fieldservice.scheduling.explaining.places import Easier, Places
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.explaining.swapping import Swap
from fieldservice.scheduling.insertion import Place, inserted
from fieldservice.scheduling.problem import Problem, Rule, TimeWindow, Visit
from fieldservice.scheduling.timing import Route, time_route

MORE_OVERTIME = 7200
"""Seconds of extra overtime tried on each shift."""

SOON = 3600
"""Seconds by which a window is widened on both sides before any time at all is tried."""

NOT_FOR_PEOPLE = frozenset({Rule.PIN, Rule.CAPACITY})
"""Rules that no person waives to have a visit served: a van holds no more than it holds."""


@dataclass(frozen=True, slots=True)
class Forms:
    """A visit as it is, and as it would be if somebody gave way."""

    plain: Easier
    soon: Easier
    later: Easier
    """At any time but before its first window."""
    anytime: Easier
    unwished: Easier
    waived: dict[Rule, Easier]

    @classmethod
    def of(cls, plan: StandingPlan, visit: Visit, not_before: int | None) -> Forms:
        """Return every form worth a try; nothing may start before `not_before`."""
        windows = plan.problem.windows(visit)
        wider = tuple(_wider(window, not_before) for window in windows)
        last = max((shift.latest_end for shift in plan.problem.shifts), default=0)
        free = () if not_before is None else (TimeWindow(not_before, max(not_before, last)),)
        bounds = [window.start for window in windows[:1]]
        first = max(bounds + ([] if not_before is None else [not_before]), default=0)
        rules = sorted(_rules_in_the_way(plan, visit) - NOT_FOR_PEOPLE)
        return cls(
            plain=Easier(visit),
            soon=Easier(replace(visit, windows=wider)),
            later=Easier(replace(visit, windows=(TimeWindow(first, max(first, last)),))),
            anytime=Easier(replace(visit, windows=free)),
            unwished=Easier(unwished(visit)),
            waived={rule: Easier(visit, frozenset({rule})) for rule in rules},
        )

    @property
    def all(self) -> list[Easier]:
        """Each of them."""
        return [
            *(self.plain, self.soon, self.later, self.anytime, self.unwished),
            *self.waived.values(),
        ]


class Trials:
    """Answers for all visits to explain, worked out on one packed plan."""

    def __init__(
        self,
        plan: StandingPlan,
        visits: Sequence[Visit],
        *,
        quickly: bool,
        not_before: int | None = None,
    ) -> None:
        self.plan, self.not_before = plan, not_before
        self.forms = {visit.id: Forms.of(plan, visit, not_before) for visit in visits}
        asked = [easier for forms in self.forms.values() for easier in forms.all]
        self._places = Places(plan, asked, quickly=quickly)
        both = [one for forms in self.forms.values() for one in (forms.plain, forms.anytime)]
        self._later = Places(_longer(plan), both, quickly=quickly)

    def places(self, easier: Easier) -> list[Place]:
        """Return the cheapest place on every route that can take the visit in that form."""
        return self._places.of(easier)

    def later_places(self, easier: Easier) -> list[Place]:
        """Return the same where everybody may work two hours longer."""
        return self._later.of(easier)

    def swaps(self, visit: Visit) -> list[Swap]:
        """Return the cheapest place in the stead of each visit worth no more."""
        return self._places.swaps(self.forms[visit.id].plain)

    def timed(self, easier: Easier, place: Place) -> tuple[Route, int]:
        """Return the route with the visit in that form at that place, and when it starts."""
        return self._timed(self._places, easier, place)

    def timed_later(self, visit: Visit, place: Place) -> Route:
        """Return the route with the visit at that place, however long that takes."""
        return self._timed(self._later, self.forms[visit.id].plain, place)[0]

    def _timed(self, places: Places, easier: Easier, place: Place) -> tuple[Route, int]:
        number = places.number(easier)
        order = inserted(self.plan.orders[place.shift_id], place.position, number)
        route = time_route(places.problem, places.problem.shift(place.shift_id), order)
        return route, next(stop.start for stop in route.stops if stop.visit_id == number)


def _longer(plan: StandingPlan) -> StandingPlan:
    shifts = tuple(
        with_overtime(shift, shift.latest_end - shift.window.end + MORE_OVERTIME)
        for shift in plan.problem.shifts
    )
    problem: Problem = replace(plan.problem, shifts=shifts)
    return StandingPlan.of(problem, plan.orders)


def _rules_in_the_way(plan: StandingPlan, visit: Visit) -> set[Rule]:
    found = set()
    for route in plan.routes.values():
        rule = refusal(plan.problem, route.shift, visit) or overload(
            plan.problem, route.shift, [*route.visits, visit]
        )
        if rule:
            found.add(rule)
    return found


def _wider(window: TimeWindow, not_before: int | None) -> TimeWindow:
    start, end = window.start - SOON, window.end + SOON
    if not_before is None:
        return TimeWindow(start, end)
    return TimeWindow(max(start, not_before), max(end, not_before))
