"""Service days prepared for being asked about, kept by this process for as long as they stand so.

A day is kept under its mark: what is found there was made of the same rows, the same settings
and, where that counts, the same moment as it would be made of now.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlalchemy.orm import Session

from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.plans.day_marks import Mark, marked_days
from fieldservice.operations.plans.facts import CrewMember, DayFacts
from fieldservice.operations.plans.problems import DayProblem, built_problem
from fieldservice.operations.plans.reading import read_day
from fieldservice.operations.plans.workplan import Sequences, orders_read
from fieldservice.scheduling.expectation import Ahead
from fieldservice.scheduling.gaps import Gaps
from fieldservice.scheduling.problem import Problem, TimeWindow
from fieldservice.scheduling.travel import Degrees, degrees

MOST_PLACES = 20_000
"""How many places the days kept by one process have together at most: some 100 MB."""


@dataclass(frozen=True)
class PreparedDay:
    """A day, or one route of it, with what every question about it needs; worked out once."""

    at: DayProblem
    orders: Sequences
    lead_of: Mapping[int, CrewMember]
    """Who drives each shift."""
    _ahead: dict[TimeWindow, Ahead] = field(default_factory=dict)

    @classmethod
    def of(cls, at: DayProblem) -> PreparedDay:
        """The day of that problem."""
        leads = {route.shift.id: route.shift.lead for route in at.facts.routes}
        return cls(at, orders_read(at), leads)

    @cached_property
    def strict(self) -> Problem:
        """The problem for promises: without overtime, and nobody later than promised."""
        return _strict(self.at.problem)

    @cached_property
    def gaps(self) -> Gaps:
        """Where one more visit may go, as far as the strict problem tells."""
        return Gaps.of(self.strict, self.orders)

    @cached_property
    def places(self) -> Degrees:
        """Whatever a service day holds is on the map."""
        return degrees(place for place in self.at.problem.locations if place)

    def ahead(self, span: TimeWindow) -> Ahead:
        """How the day stands in that span of it."""
        if span not in self._ahead:
            problem = self.at.problem
            self._ahead[span] = Ahead.of(problem, self.orders, problem.shifts, span)
        return self._ahead[span]


def _strict(problem: Problem) -> Problem:
    if not any(shift.overtime for shift in problem.shifts) and not any(
        visit.max_lateness for visit in problem.visits
    ):
        return problem
    return replace(
        problem,
        shifts=tuple(
            replace(shift, overtime=None) if shift.overtime else shift for shift in problem.shifts
        ),
        visits=tuple(
            replace(visit, max_lateness=0) if visit.max_lateness else visit
            for visit in problem.visits
        ),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: Mark
    facts: DayFacts
    prepared: PreparedDay | None
    """None from the morning of the day on, when time is part of the question."""

    @property
    def places(self) -> int:
        return len(self.facts.visits) + len(self.facts.routes)


class Shelf:
    """The days of one database asked for last, one of each; safe under threads."""

    def __init__(self, most_places: int = MOST_PLACES) -> None:
        self._most, self._held = most_places, 0
        self._days: OrderedDict[int, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, day_id: int, mark: Mark) -> _Kept | None:
        """The day as it was prepared under that very mark."""
        with self._lock:
            kept = self._days.get(day_id)
            if kept is None or kept.mark != mark:
                return None
            self._days.move_to_end(day_id)
            return kept

    def keep(self, day_id: int, kept: _Kept) -> None:
        """Put it in the place of what was known of the day; the ones asked long ago make room."""
        with self._lock:
            before = self._days.pop(day_id, None)
            self._held += kept.places - (before.places if before else 0)
            self._days[day_id] = kept
            while self._held > self._most and len(self._days) > 1:
                _, gone = self._days.popitem(last=False)
                self._held -= gone.places


_shelves: WeakKeyDictionary[Pool, Shelf] = WeakKeyDictionary()
"""By what all engines of a database share, those that write among them."""


def prepared_days(
    session: Session,
    territory: Territory,
    wanted: Sequence[date],
    now: datetime,
    own_holds: Mapping[int, int],
) -> list[tuple[ServiceDay, PreparedDay]]:
    """Those of the days that are open, in order, as they stand at this moment.

    `own_holds` names the hold to leave out on each day where there is one.
    """
    shelf = _shelves.setdefault(session.get_bind().engine.pool, Shelf())
    marked = marked_days(session, territory, wanted, now)
    known = {day.id: shelf.find(day.id, mark) for day, mark in marked}
    read = {day.id: _read(session, day, mark, now) for day, mark in marked if known[day.id] is None}
    if read:
        # What changed between the two looks may be half in what was read: it is used, as any
        # reading is, but not kept.
        for day, mark in marked_days(session, territory, wanted, now):
            if day.id in read and read[day.id].mark == mark:
                shelf.keep(day.id, read[day.id])
    return [
        (day, _prepared(known[day.id] or read[day.id], mark, now, own_holds.get(day.id)))
        for day, mark in marked
    ]


def _read(session: Session, day: ServiceDay, mark: Mark, now: datetime) -> _Kept:
    facts = read_day(session, day, now)
    if mark.ground.has_come(now):
        return _Kept(mark, facts, None)
    return _Kept(mark, facts, PreparedDay.of(built_problem(facts, mark.ground, now)))


def _prepared(kept: _Kept, mark: Mark, now: datetime, but_hold: int | None) -> PreparedDay:
    held = any(hold.id == but_hold for hold in kept.facts.holds)
    if held or kept.prepared is None or mark.ground.has_come(now):
        return PreparedDay.of(built_problem(kept.facts, mark.ground, now, but_hold))
    return kept.prepared
