"""Many days opened at once are the same days as those opened one by one."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import Route, ServiceDay
from fieldservice.models.technicians import Shift, WorkingHours
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.opening import open_days
from tests.conftest import SessionFactory
from tests.factories import TODAY, a_technician, a_territory

DAYS = [TODAY + timedelta(days=ahead) for ahead in range(300)]


def an_office(session: Session) -> Territory:
    """Two vans, one with an apprentice and a night shift on Fridays, and a day off in between."""
    territory = a_territory(session)
    lead = a_technician(session, territory)
    rider = a_technician(session, territory)
    for hours in rider.working_hours:
        hours.rides_with_id = lead.id
    night = a_technician(session, territory, works=None)
    hours = WorkingHours(weekday=4, starts=time(22), ends=time(6), overtime_minutes=30)
    night.working_hours.append(hours)
    a_technician(session, territory, is_active=False)
    session.add(ClosedDay(territory_id=territory.id, day=DAYS[8]))
    session.flush()
    return territory


def rosters(session: Session, territory: Territory) -> dict[date, list[tuple[Any, ...]]]:
    days = session.scalars(
        select(ServiceDay).where(ServiceDay.territory_id == territory.id).order_by(ServiceDay.day)
    )
    found: dict[date, list[tuple[Any, ...]]] = {day.day: [(day.version,)] for day in days}
    shifts = session.execute(
        select(ServiceDay.day, Shift)
        .join(Route, Route.service_day_id == ServiceDay.id)
        .join(Shift, Shift.id == Route.shift_id)
        .where(ServiceDay.territory_id == territory.id)
        .order_by(ServiceDay.day, Shift.starts_at)
    ).all()
    first = min(who for _, one in shifts for who in one.technician_ids)
    for day, one in shifts:
        hours = one.starts_at, one.ends_at, one.lunch_minutes, one.overtime_minutes
        found[day].append((*hours, *(who - first for who in one.technician_ids)))
    return found


def test_days_opened_at_once_are_those_opened_one_by_one(write: SessionFactory) -> None:
    with write() as session:
        one_by_one, at_once = an_office(session), an_office(session)
        for day in DAYS:
            service_day(session, one_by_one.id, day)
        service_day(session, at_once.id, DAYS[3])
        open_days(session, at_once, reversed(DAYS))
        session.expire_all()
        found = rosters(session, at_once)
        assert list(found) == DAYS
        assert found == rosters(session, one_by_one)
        open_days(session, at_once, DAYS)
        session.expire_all()
        assert rosters(session, at_once) == found
