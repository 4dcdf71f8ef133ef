"""Which shift may serve which visit, whatever the hour: `eligibility` for all pairs at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.legs import Array


def fit_of(problem: Problem, visits: Sequence[Visit], shifts: Sequence[Shift]) -> Array:
    """Return `fit[c, k]`: FIT, NOT_FIT or NOT_WISHED."""
    fit = np.full((len(visits), len(shifts)), at.FIT, np.uint8)
    column = {shift.id: k for k, shift in enumerate(shifts)}
    held = _levels(shifts)
    bounded = [k for k, shift in enumerate(shifts) if shift.area]

    def only(ids: Collection[int]) -> Array:
        mask = np.zeros(len(shifts), bool)
        mask[[column[one] for one in ids if one in column]] = True
        return mask

    for row, visit in zip(fit, visits, strict=True):
        if visit.pin:
            row[~only((visit.pin.shift_id,))] = at.NOT_FIT
            continue
        if not problem.waived(Rule.SKILL, visit.id):
            row[~_able(visit, held, len(shifts))] = at.NOT_FIT
        if visit.allowed_shifts is not None and not problem.waived(Rule.ALLOWED_SHIFT, visit.id):
            row[~only(visit.allowed_shifts)] = at.NOT_FIT
        if visit.forbidden_shifts and not problem.waived(Rule.FORBIDDEN_SHIFT, visit.id):
            row[only(visit.forbidden_shifts)] = at.NOT_FIT
        if not problem.waived(Rule.AREA, visit.id):
            row[[k for k in bounded if not problem.covers(shifts[k], visit)]] = at.NOT_FIT
        if visit.preferred_shifts:
            row[(row == at.FIT) & ~only(visit.preferred_shifts)] = at.NOT_WISHED
    return fit


def _levels(shifts: Sequence[Shift]) -> dict[int, Array]:
    """Return the level at which each shift holds each skill, 0 where it does not."""
    held: dict[int, Array] = {}
    for k, shift in enumerate(shifts):
        for skill, level in _together(shift.skills, shift.skill_levels):
            row = held.setdefault(skill, np.zeros(len(shifts), np.int64))
            row[k] = max(row[k], level)
    return held


def _able(visit: Visit, held: Mapping[int, Array], count: int) -> Array:
    able = np.ones(count, bool)
    for skill, level in _together(visit.skills, visit.skill_levels):
        able &= held[skill] >= level if skill in held else False
    return able


def _together(skills: Iterable[int], levels: Mapping[int, int]) -> Iterable[tuple[int, int]]:
    yield from ((skill, 1) for skill in skills)
    yield from levels.items()
