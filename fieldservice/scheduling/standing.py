"""A route as it stands, with all that helps to judge one more visit quickly.

`free` and `due` are the usual push-forward bounds (Savelsbergh 1992), breaks left out; `along`
keeps the exact states after each stop, so that only what follows an insertion is timed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from fieldservice.scheduling.labels import Along, begin, finish, onward
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import constant_cost, travel_along


@dataclass(frozen=True)
class Standing:
    """One route's visits, price and bounds; lists are by position, the end or start included.

    The bounds are taken at once; most routes are never asked for their exact states and price.
    """

    problem: Problem
    shift: Shift
    visits: tuple[Visit, ...]
    travel: int
    free: list[int]
    due: list[int]
    unbounded: bool
    """Whether pins make the bounds worthless."""

    @cached_property
    def along(self) -> list[Along]:
        """The states after each stop, the start first."""
        return _along(self.problem, self.shift, self.visits)

    @property
    def faults(self) -> int:
        """Seconds by which the route breaks rules already."""
        return self._price[0]

    @property
    def cost(self) -> int:
        """What the route costs."""
        return self._price[1]

    @cached_property
    def _price(self) -> tuple[int, int]:
        if not self.visits:
            return 0, 0
        faults, paid, _ = finish(self.problem, self.shift, self.along[-1])
        return faults, paid + constant_cost(self.problem, self.shift, self.visits, self.travel)

    @property
    def legs(self) -> list[tuple[int | None, int | None]]:
        """The places before and after each position."""
        places = [self.shift.start, *(visit.location for visit in self.visits), self.shift.end]
        return list(pairwise(places))

    @classmethod
    def of(cls, problem: Problem, shift: Shift, sequences: Mapping[int, Sequence[int]]) -> Standing:
        """Return that shift's route in a plan."""
        visits = tuple(problem.visit(visit_id) for visit_id in sequences.get(shift.id, ()))
        return cls(
            problem=problem,
            shift=shift,
            visits=visits,
            travel=travel_along(problem, shift, visits) if visits else 0,
            free=_earliest_free(problem, shift, visits),
            due=_latest_arrival(problem, shift, visits),
            unbounded=any(visit.pin for visit in visits),
        )


def _along(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> list[Along]:
    states = [begin(shift)]
    for visit in visits:
        state = onward(problem, shift, states[-1], visit)
        assert state is not None
        states.append(state)
    return states


def _earliest_free(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> list[int]:
    """Return, for the start and each visit, when it can be over at the earliest."""
    free, place = [shift.window.start], shift.start
    for visit in visits:
        arrival = problem.arrival(shift, free[-1], place, visit.location)
        setup = visit.setup_on(shift) if place != visit.location else 0
        work = setup + visit.service_on(shift)
        open_still = [w.start for w in visit.windows if arrival <= w.end + visit.max_lateness]
        free.append(max(arrival, min(open_still, default=arrival)) + work)
        place = visit.location
    return free


def _latest_arrival(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> list[int]:
    """Return, for each visit and the end, the last arrival from which the rest still works.

    Setting up is left out, as it may be skipped behind an inserted visit.
    """
    due, place = [shift.latest_end], shift.end
    for visit in reversed(visits):
        last = problem.departure(shift, due[-1], visit.location, place)
        if shift.last_departure is not None:
            last = min(last, shift.last_departure)
        last -= visit.service_on(shift)
        due.append(min([last, *_last_starts(visit)]))
        place = visit.location
    return due[::-1]


def _last_starts(visit: Visit) -> list[int]:
    return [max(w.end for w in visit.windows) + visit.max_lateness] if visit.windows else []
