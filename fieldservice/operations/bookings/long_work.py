"""Work that no single shift can hold, shared out over days."""

from __future__ import annotations

from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.openings import (
    CANDIDATE,
    Candidate,
    TrialDay,
    with_candidates,
)
from fieldservice.operations.bookings.windows import ArrivalWindow
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.problem import Problem, Shift

STEP = 15
"""Shares are whole quarters of an hour, but for the last one."""


def day_minutes(trial: TrialDay, territory: Territory, wish: Wish) -> int:
    """The longest such visit somebody able to do it could hold on that day; 0 where nobody can."""
    if not trial.shifts:
        return 0
    midnight = trial.at.clockface.moment(0)
    anytime = Candidate(ArrivalWindow(midnight, midnight), 0)
    problem = with_candidates(trial, territory, wish, [anytime])
    visit = problem.visit(CANDIDATE)
    able = [shift for shift in problem.shifts if refusal(problem, shift, visit) is None]
    return max((_free(problem, shift, visit.location) for shift in able), default=0) // 60


def _free(problem: Problem, shift: Shift, place: int) -> int:
    """The longest stretch at that place on an empty day: rests cut a day, never a service."""
    begins = [problem.arrival(shift, shift.window.start, shift.start, place)]
    ends = [problem.departure(shift, shift.window.end, place, shift.end)]
    for rest in reversed(shift.breaks):
        ends.insert(0, rest.windows[-1].end)
    begins += [rest.windows[0].start + rest.duration for rest in shift.breaks]
    return max(0, *(end - begin for begin, end in zip(begins, ends, strict=True)))


def shares(minutes: int, longest: int) -> list[int]:
    """The work in as few equal shares as fit, none longer than `longest`."""
    days = -(-minutes // longest)
    even = -(-minutes // days)
    rounded = -(-even // STEP) * STEP
    share = rounded if rounded <= longest else even
    return [*[share] * (days - 1), minutes - share * (days - 1)]
