"""Activities: what stands on a route and is no visit, at its hour and place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import instant, wall
from fieldservice.errors import NotFound, Refused
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Activity, Shift, ShiftMember, Technician
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.operations.customers.homes import point_or_place
from fieldservice.operations.house.technicians import technician_of
from fieldservice.operations.plans.days import service_day, touch
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import lay_out, sequences

USUAL_TITLES = ("Training", "Meeting", "Store pick-up", "Workshop")


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """What, when and where, as the office writes it down."""

    title: str
    day: date
    starts: time
    ends: time
    place: str
    point: str
    """Coordinates, a map link or a municipality."""

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise Refused(
                "Ends %(ends)s, before it starts %(starts)s. Change the end.",
                "ends",
                ends=f"{self.ends:%H:%M}",
                starts=f"{self.starts:%H:%M}",
            )


def add_activity(
    session: Session, now: datetime, actor_id: int | None, technician_id: int, entry: ActivityEntry
) -> Activity:
    """Put an activity on the technician's shift; the visits around it make room."""
    technician = technician_of(session, technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    starts_at = instant(entry.day, entry.starts, territory.zone)
    ends_at = instant(entry.day, entry.ends, territory.zone)
    if ends_at <= now:
        raise Refused(
            "%(day)s %(ends)s is over. Choose another.",
            "day",
            day=entry.day,
            ends=f"{entry.ends:%H:%M}",
        )
    point = point_or_place(session, territory, entry.point, "point")
    day = service_day(session, territory.id, entry.day)
    shift = _shift(session, technician, entry.day)
    _refuse_outside(shift, starts_at, ends_at, territory.zone)
    _refuse_overlap(session, shift, starts_at, ends_at)
    activity = Activity(
        shift_id=shift.id,
        title=entry.title,
        starts_at=starts_at,
        ends_at=ends_at,
        lat=point.lat,
        lon=point.lon,
        place=entry.place,
    )
    session.add(activity)
    audit.record(session, now, actor_id, "activity.added", activity, shift_id=shift.id)
    _lay_out_again(session, day, now)
    return activity


def remove_activity(
    session: Session, now: datetime, actor_id: int | None, activity_id: int
) -> Shift:
    """It does not take place; its time is free again."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound("This activity was removed already.")
    shift = activity.shift
    day = service_day(session, shift.territory_id, shift.service_on)
    audit.record(session, now, actor_id, "activity.removed", activity, shift_id=shift.id)
    for route in day.routes:
        for stop in [one for one in route.stops if one.activity_id == activity_id]:
            route.stops.remove(stop)
    session.flush()
    session.delete(activity)
    session.flush()
    _lay_out_again(session, day, now)
    return shift


def _shift(session: Session, technician: Technician, day: date) -> Shift:
    shift = session.scalar(
        select(Shift)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(ShiftMember.technician_id == technician.id, Shift.service_on == day)
    )
    if shift is None:
        raise Refused(
            "%(technician)s has no shift on %(day)s. Choose a day they work.",
            "day",
            technician=technician.name,
            day=day,
        )
    return shift


def _refuse_outside(shift: Shift, starts_at: datetime, ends_at: datetime, zone: str) -> None:
    if starts_at < shift.starts_at or ends_at > shift.ends_at:
        first, last = wall(shift.starts_at, zone), wall(shift.ends_at, zone)
        raise Refused(
            "The shift goes from %(first)s to %(last)s. Choose a time inside it.",
            "starts" if starts_at < shift.starts_at else "ends",
            first=f"{first:%H:%M}",
            last=f"{last:%H:%M}",
        )


def _refuse_overlap(session: Session, shift: Shift, starts_at: datetime, ends_at: datetime) -> None:
    other = session.scalar(
        select(Activity).where(
            Activity.shift_id == shift.id,
            Activity.starts_at < ends_at,
            Activity.ends_at > starts_at,
        )
    )
    if other is not None:
        raise Refused(
            "%(activity)s is at that time already. Choose another time.",
            "starts",
            activity=other.title,
        )


def _lay_out_again(session: Session, day: ServiceDay, now: datetime) -> None:
    session.flush()
    at = problem_for(session, day, now)
    lay_out(session, day, at, sequences(day, at.problem))
    touch(day)
    session.flush()
