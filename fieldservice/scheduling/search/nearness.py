"""How far everything is: travel seconds by class of shift, and what is near what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.legs import Array

NEIGHBOURS = 100
NEAR_SHIFTS = 12
TOO_FAR = 2**31 - 1
"""Seconds of a drive nobody makes: longer than its shift may drive at a stretch."""


def travel_by_class(problem: Problem, shifts: Sequence[Shift]) -> tuple[list[int], Array]:
    """Return the class of each shift and the travel seconds of each class.

    Shifts of one class drive alike. Behind the last place comes one that is nowhere.
    """
    numbers: dict[tuple[str, float, int | None], int] = {}
    classes, tables = [], []
    # Where nobody works and no matrix is given there still are places.
    named = (visit.location + 1 for visit in problem.visits)
    size = max((*map(len, problem.travel.values()), *named), default=0) + 1
    for shift in shifts:
        key = (shift.profile, shift.speed_factor, shift.max_leg_time)
        if key not in numbers:
            numbers[key] = len(numbers)
            seconds, most = problem.seconds(shift), shift.max_leg_time
            tables.append(seconds if most is None else np.where(seconds > most, TOO_FAR, seconds))
        classes.append(numbers[key])
    travel = np.zeros((max(1, len(tables)), size, size), np.int32)
    for number, table in enumerate(tables):
        travel[number, : len(table), : len(table)] = np.minimum(table, TOO_FAR)
    return classes, travel


def most_driving(shift: Shift) -> int:
    """Return the seconds that shift may drive; one drive too far is more than that."""
    most = at.NEVER if shift.max_travel_time is None else shift.max_travel_time
    return most if shift.max_leg_time is None else min(most, TOO_FAR - 1)


def near(travel: Array, places: Array) -> Array:
    """Return for each visit the nearest others, itself first, both ways counted."""
    count = min(len(places), NEIGHBOURS)
    found = np.zeros((len(places), count), np.int32)
    for i, place in enumerate(places):
        both = travel[place, places].astype(np.int64) + travel[places, place]
        both[i] = -1
        some = np.argpartition(both, count - 1)[:count]
        found[i] = some[np.lexsort((some, both[some]))]
    return found


def near_shifts(
    travel: Array,
    visit: Array,
    shifts: Sequence[Shift],
    classes: Sequence[int],
    fit: Array,
    nowhere: int,
) -> Array:
    """Return for each visit the nearest shifts that may serve it, -1 behind the last."""
    found = np.full((len(visit), NEAR_SHIFTS), -1, np.int32)
    if not shifts:
        return found
    by = np.array(classes)
    ends = np.array([[_place(one, nowhere) for one in (s.start, s.end)] for s in shifts])
    for i, row in enumerate(visit):
        seconds = travel[by, ends[:, 0], row[at.PLACE]] + travel[
            by, row[at.PLACE], ends[:, 1]
        ].astype(np.int64)
        able = np.flatnonzero(fit[i] != at.NOT_FIT)
        closest = able[np.argsort(seconds[able], kind="stable")[:NEAR_SHIFTS]]
        found[i, : len(closest)] = closest
    return found


def _place(index: int | None, nowhere: int) -> int:
    return nowhere if index is None else index
