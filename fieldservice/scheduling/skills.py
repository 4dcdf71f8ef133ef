"""Skills with levels: what a visit needs against what a shift holds."""

from __future__ import annotations

from collections.abc import Mapping

from fieldservice.scheduling.shift import Shift
from fieldservice.scheduling.visit import Visit


def lacking(visit: Visit, shift: Shift) -> dict[int, int]:
    """Return the skills the visit needs and the shift has not, each with the level needed.

    A skill in the plain list is held, or needed, at level 1.
    """
    lacks = {skill: 1 for skill in visit.skills - shift.skills if skill not in shift.skill_levels}
    for skill, level in visit.skill_levels.items():
        held = shift.skill_levels.get(skill, 1 if skill in shift.skills else 0)
        if level > held:
            lacks[skill] = level
    return lacks


def in_words(lacks: Mapping[int, int], names: Mapping[int, str] | None = None) -> str:
    """Return skills as people read them: by `names` where given, else numbers with levels."""
    if names is not None:
        return ", ".join(
            f"the level needed in {names[skill]}" if level > 1 else names[skill]
            for skill, level in sorted(lacks.items())
        )
    return ", ".join(
        f"level {level} of skill {skill}" if level > 1 else f"skill {skill}"
        for skill, level in sorted(lacks.items())
    )
