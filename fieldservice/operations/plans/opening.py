"""Opening many service days at once, as a long list or a horizon asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.clock import is_holiday
from fieldservice.models.plans import Route, ServiceDay
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.operations.bulk import Bulk
from fieldservice.operations.plans.days import crews_of_week, hours_on


def open_days(session: Session, territory: Territory, wanted: Iterable[date]) -> None:
    """Open and roster those of the days that nobody opened, in a few statements for all.

    Where somebody else opens one of them meanwhile, they are left to be opened one by one.
    """
    session.flush()
    fresh = _untouched(session, territory, sorted(set(wanted)))
    try:
        with session.begin_nested():
            _open(session, territory, fresh)
    except IntegrityError:
        session.expire_all()


def _untouched(session: Session, territory: Territory, days: Sequence[date]) -> list[date]:
    if not days:
        return []
    within = days[0], days[-1]
    opened = select(ServiceDay.day).where(
        ServiceDay.territory_id == territory.id, ServiceDay.day.between(*within)
    )
    rostered = select(Shift.service_on).where(
        Shift.territory_id == territory.id, Shift.service_on.between(*within)
    )
    known = {*session.scalars(opened), *session.scalars(rostered.distinct())}
    return [day for day in days if day not in known]


def _open(session: Session, territory: Territory, fresh: Sequence[date]) -> None:
    closed = set(
        session.scalars(select(ClosedDay.day).where(ClosedDay.territory_id == territory.id))
    )
    crews = crews_of_week(session, territory.id)
    bulk = Bulk(session)
    for day in fresh:
        day_id = bulk.add(ServiceDay, territory_id=territory.id, day=day)
        if day in closed or is_holiday(day, territory.country):
            continue
        for crew in crews.get(day.weekday(), ()):
            hours = hours_on(day, territory.zone, crew[0])
            shift_id = bulk.add(Shift, territory_id=territory.id, service_on=day, **hours)
            for member in crew:
                who = member.technician_id
                bulk.also(ShiftMember, shift_id=shift_id, technician_id=who)
            bulk.also(Route, service_day_id=day_id, shift_id=shift_id)
    bulk.write()
