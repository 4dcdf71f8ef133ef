"""Shifts already rostered follow a technician whose usual week has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Shift, ShiftMember, Technician, WorkingHours
from fieldservice.models.territories import Territory
from fieldservice.operations.plans.days import roster, service_day, set_hours, touch


def follow_usual_week(
    session: Session, now: datetime, territory: Territory, technician: Technician
) -> tuple[date, ...]:
    """Bring the open days after today in line; those that had visits planned are returned.

    A shift with visits stays where the day is no longer worked, so that nobody is forgotten:
    the dispatcher plans that day again.
    """
    session.flush()
    concerned: list[date] = []
    for open_day in _days_to_come(session, now, territory):
        day = service_day(session, territory.id, open_day)
        if _bring_in_line(session, day, territory.zone, technician):
            concerned.append(open_day)
        roster(session, day)
        touch(day)
        session.flush()
    return tuple(concerned)


def _days_to_come(session: Session, now: datetime, territory: Territory) -> Sequence[date]:
    return session.scalars(
        select(ServiceDay.day)
        .where(
            ServiceDay.territory_id == territory.id,
            ServiceDay.day > local_day(now, territory.zone),
        )
        .order_by(ServiceDay.day)
    ).all()


def _bring_in_line(session: Session, day: ServiceDay, zone: str, technician: Technician) -> bool:
    """Change or end the technician's shift of that day; whether it has stops to plan again."""
    usual = _usual_on(technician, day.day)
    shift = _shift_of(session, day, technician)
    if shift is None:
        _ride_along(session, day, technician, usual)
        return False
    route = next(one for one in day.routes if one.shift_id == shift.id)
    has_stops = bool(route.stops)
    if shift.lead is not technician:
        _leave_van(session, shift, technician)
        _ride_along(session, day, technician, usual)
        return has_stops
    if usual is not None and usual.rides_with_id is None:
        before = (shift.starts_at, shift.ends_at)
        set_hours(shift, zone, usual)
        return has_stops and before != (shift.starts_at, shift.ends_at)
    if not has_stops:
        day.routes.remove(route)
        session.flush()
        session.delete(shift)
        session.flush()
        _ride_along(session, day, technician, usual)
    return has_stops


def _usual_on(technician: Technician, day: date) -> WorkingHours | None:
    week = technician.working_hours if technician.is_active else []
    return next((usual for usual in week if usual.weekday == day.weekday()), None)


def _shift_of(session: Session, day: ServiceDay, technician: Technician) -> Shift | None:
    return session.scalar(
        select(Shift)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(
            Shift.territory_id == day.territory_id,
            Shift.service_on == day.day,
            ShiftMember.technician_id == technician.id,
        )
    )


def _leave_van(session: Session, shift: Shift, technician: Technician) -> None:
    mine = next(one for one in shift.members if one.technician_id == technician.id)
    shift.members.remove(mine)
    session.flush()


def _ride_along(
    session: Session, day: ServiceDay, technician: Technician, usual: WorkingHours | None
) -> None:
    """Join the van of that day, where somebody else drives it."""
    if usual is None or usual.rides_with_id is None:
        return
    lead = session.get_one(Technician, usual.rides_with_id)
    shift = _shift_of(session, day, lead)
    if shift is not None and shift.lead is lead:
        shift.members.append(ShiftMember(technician=technician))
        session.flush()
