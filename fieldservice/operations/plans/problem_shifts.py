"""A rostered shift as the planner sees it: hours less absences, lunch, skills with levels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import CrewMember, ShiftFacts
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.hours import fits, without
from fieldservice.scheduling.problem import Break, Overtime, TimeWindow

LUNCH = 1


def levels_of(crew: Iterable[CrewMember], day: date) -> dict[int, int]:
    """The highest level at which one of them holds each skill whose certificate still counts."""
    levels: dict[int, int] = {}
    for member in crew:
        for held in member.skills:
            if held.expires_on is None or held.expires_on >= day:
                levels[held.skill_id] = max(held.level, levels.get(held.skill_id, 0))
    return levels


def planned_shift(
    shift: ShiftFacts, clockface: Clockface, home: int, steps: Iterable[int]
) -> planner.Shift | None:
    """The shift for the planner, or None where nobody who can work alone is there."""
    if shift.lead.is_trainee:
        return None
    there = [one for one in shift.members if one is shift.lead or not _misses(one, shift)]
    hours = TimeWindow(clockface.seconds(shift.starts_at), clockface.seconds(shift.ends_at))
    rostered = planner.Shift(
        id=shift.id,
        start=home,
        end=home,
        window=hours,
        breaks=_lunch(shift, clockface, hours),
        skill_levels=levels_of(there, shift.service_on),
        overtime=Overtime(shift.overtime_minutes * 60) if shift.overtime_minutes else None,
        steps=tuple(steps),
        description=shift.lead.name,
    )
    return _present(rostered, shift, clockface)


def _present(
    rostered: planner.Shift, shift: ShiftFacts, clockface: Clockface
) -> planner.Shift | None:
    """The shift less the absences of whoever drives."""
    left: planner.Shift | None = rostered
    for absence in shift.lead.absences:
        gone, back = clockface.seconds(absence.starts_at), clockface.seconds(absence.ends_at)
        left = without(left, gone, back) if left is not None else None
    return left


def _misses(rider: CrewMember, shift: ShiftFacts) -> bool:
    """Whether the second pair of hands is away for some of the shift."""
    return any(
        absence.starts_at < shift.ends_at and absence.ends_at > shift.starts_at
        for absence in rider.absences
    )


def _lunch(shift: ShiftFacts, clockface: Clockface, hours: TimeWindow) -> tuple[Break, ...]:
    """Lunch where the hours contain its whole window."""
    if not shift.lunch_minutes or shift.lunch_from_at is None or shift.lunch_until_at is None:
        return ()
    first, last = clockface.seconds(shift.lunch_from_at), clockface.seconds(shift.lunch_until_at)
    lunch = Break(LUNCH, shift.lunch_minutes * 60, (TimeWindow(first, last),))
    return (lunch,) if fits(lunch, hours) else ()
