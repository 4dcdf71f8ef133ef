"""Business days one after another: calls are booked by day, evenings plan, each day happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.rolling.booking import HORIZON, POLICIES, Past, Policy, by_count
from benchmarks.rolling.calls import WINDOWS, Call, World
from benchmarks.rolling.diary import Day
from benchmarks.rolling.disruption import SICK, happen, take_in
from benchmarks.rolling.measures import Measures

WARM_UP = 10
"""Days until the diary is as full as it usually is; they are not measured."""

TOMORROW, LATER = 40, 5
"""Iterations of the planner for the next day and for those after it, each evening."""


@dataclass
class Rolling:
    """One way to book, in one world."""

    world: World
    policy: Policy | None
    """None books by numbers and plans on the morning of the day."""
    warm_up: int = WARM_UP
    past: Past = field(default_factory=Past)
    days: dict[int, Day] = field(default_factory=dict)
    measures: Measures = field(default_factory=Measures)

    def run(self, measured: int) -> Measures:
        """Return what came of so many days after the warm-up."""
        for today in range(self.warm_up + measured):
            if today == self.warm_up:
                self.measures = Measures()
            self._live(today)
        return self.measures

    def _live(self, today: int) -> None:
        day = self._day(today)
        for call in self._morning(day):
            self.measures.broken += 1
            self._book(call, today)
        missed = take_in(self.world, day)
        self.measures.emergencies_missed += len(missed)
        self.measures.shifts += len(day.problem.shifts)
        happen(self.world, day, self.measures)
        self.past.days = [*self.past.days[-19:], len(day.called)]
        for call in self.world.calls(today):
            self.past.note(call)
            self._book(call, today)
        del self.days[today]
        self._evening(today)

    def _morning(self, day: Day) -> list[Call]:
        sick = self.world.sick(day.number, SICK)
        return day.without(sick, TOMORROW) if sick or self.policy is None else []

    def _evening(self, today: int) -> None:
        if self.policy is None:
            return
        for number, day in sorted(self.days.items()):
            if day.called:
                day.plan(TOMORROW if number == today + 1 else LATER)

    def _book(self, call: Call, today: int) -> None:
        ahead = [self._day(today + step) for step in range(1, HORIZON + 1)]
        booked = self._by_count(call, ahead) if self.policy is None else self._offer(call, ahead)
        self.measures.turned_away += not booked

    def _by_count(self, call: Call, ahead: Sequence[Day]) -> bool:
        found = by_count(ahead, call)
        if found:
            day, window = found
            day.promise(call, WINDOWS[window])
        return found is not None

    def _offer(self, call: Call, ahead: Sequence[Day]) -> bool:
        opening = self.policy(self.world, ahead, self.past, call) if self.policy else None
        if opening:
            self._day(opening.day).book(call, opening)
        return opening is not None

    def _day(self, number: int) -> Day:
        if number not in self.days:
            self.days[number] = Day(self.world, number)
        return self.days[number]


def rolled(seed: int, technicians: int, calls_a_day: float, days: int, name: str) -> Measures:
    """Return the measures of one named way to book in one world."""
    return Rolling(World(seed, technicians, calls_a_day), POLICIES[name]).run(days)
