"""A visit as the planner sees it: when it may start, who may go, what is fixed already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fieldservice.models.plans import Stop
from fieldservice.models.work_orders import ENDED, STARTED, Visit, VisitState
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import ActivityFacts, StopFacts, VisitFacts
from fieldservice.operations.plans.leaving_out import priority_on
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.problem import Pin, TimeWindow
from fieldservice.scheduling.replanning import KEEPING_COST, LATENESS_COST, MOST_LATENESS

PREFERENCE_COST = 900


@dataclass(frozen=True, slots=True)
class Today:
    """What of the day has passed: nothing may start before `now` any more."""

    now: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What all visits of a day share."""

    day: date
    country: str
    clockface: Clockface
    today: Today | None
    """None on a day that has not begun."""
    shifts_of: Mapping[int, frozenset[int]]
    """Shift ids by technician id."""


def planned_visit(
    visit: VisitFacts, location: int, stop: StopFacts | None, setting: Setting
) -> planner.Visit:
    """The visit for the planner, whether it waits, is under way or is over."""
    if stop is not None and visit.state in (*STARTED, *ENDED):
        return _begun(visit, location, stop, setting)
    preferred, cost = _preference(visit, stop, setting)
    return planner.Visit(
        id=visit.id,
        location=location,
        service=visit.duration_minutes * 60,
        windows=_windows(visit, setting),
        skill_levels=dict(visit.skills),
        priority=priority_on(visit, setting.day, setting.country),
        preferred_shifts=preferred,
        preference_cost=cost,
        pin=Pin(stop.shift_id) if stop is not None and stop.pinned else None,
        max_lateness=MOST_LATENESS if setting.today else 0,
        lateness_cost_per_second=LATENESS_COST,
        told=_told(visit, setting.clockface),
    )


def _told(visit: VisitFacts, clockface: Clockface) -> TimeWindow | None:
    if visit.told_from is None or visit.told_until is None:
        return None
    return TimeWindow(clockface.seconds(visit.told_from), clockface.seconds(visit.told_until))


def _begun(visit: VisitFacts, location: int, stop: StopFacts, setting: Setting) -> planner.Visit:
    start = visit.arrived_at or visit.eta_at or stop.starts_at
    minutes = visit.duration_minutes
    seconds = minutes * 60
    if visit.ended_at is not None:
        seconds = max(0, int((visit.ended_at - start).total_seconds()))
    elif visit.state == VisitState.ON_SITE and setting.today:
        seconds = max(seconds, setting.today.now - setting.clockface.seconds(start))
    return planner.Visit(
        id=visit.id,
        location=location,
        service=seconds,
        pin=Pin(stop.shift_id, setting.clockface.seconds(start)),
    )


def _windows(visit: VisitFacts, setting: Setting) -> tuple[TimeWindow, ...]:
    first, last = allowed_start(visit)
    if first is None and last is None and setting.today is None:
        return ()
    begins = setting.clockface.seconds(first) if first else 0
    ends = setting.clockface.seconds(last) if last else 36 * 3600
    if setting.today:
        # What nobody has begun cannot begin in the past; a promise already broken is due now.
        begins, ends = max(begins, setting.today.now), max(ends, setting.today.now)
    return (TimeWindow(begins, ends),)


def allowed_start(visit: Visit | VisitFacts) -> tuple[datetime | None, datetime | None]:
    """The promised window where one was told, else the visit's own bounds."""
    if visit.told_from is not None:
        return visit.told_from, visit.told_until
    return visit.earliest_at, visit.latest_at


def _preference(
    visit: VisitFacts, stop: StopFacts | None, setting: Setting
) -> tuple[frozenset[int], int]:
    if stop is not None and stop.committed:
        return frozenset({stop.shift_id}), KEEPING_COST
    wanted = setting.shifts_of.get(visit.preferred_technician_id or 0, frozenset())
    return wanted, PREFERENCE_COST if wanted else 0


def planned_activity(activity: ActivityFacts, location: int, clockface: Clockface) -> planner.Visit:
    """A training or meeting: pinned to its shift and its hour, under its negative id."""
    start = clockface.seconds(activity.starts_at)
    return planner.Visit(
        id=-activity.id,
        location=location,
        service=clockface.seconds(activity.ends_at) - start,
        windows=(TimeWindow(start, start),),
        pin=Pin(activity.shift_id, start),
        description=activity.title,
    )


def stop_by_visit(stops: Iterable[Stop]) -> dict[int, Stop]:
    """The stop of each visit, by visit id."""
    return {stop.visit_id: stop for stop in stops if stop.visit_id is not None}
