"""Service days: opening them, rostering their shifts, and guarding them with a version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from fieldservice.clock import instant, is_holiday
from fieldservice.errors import NotFound
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift, ShiftMember, Technician, WorkingHours
from fieldservice.models.territories import ClosedDay, Territory

_LOCKED = (
    select(ServiceDay)
    .where(ServiceDay.territory_id == bindparam("territory_id"), ServiceDay.day == bindparam("day"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def territory_by_slug(session: Session, slug: str) -> Territory:
    """The territory of that short name, or a refusal that lists the ones there are."""
    found = session.scalar(select(Territory).where(Territory.slug == slug))
    if found is None:
        known = ", ".join(session.scalars(select(Territory.slug).order_by(Territory.slug)))
        raise NotFound(
            "There is no territory %(slug)s. Known: %(known)s.",
            slug=repr(slug),
            known=known or "none yet",
        )
    return found


def find_day(session: Session, territory_id: int, day: date) -> ServiceDay | None:
    """The service day where it was opened already."""
    return session.scalar(
        select(ServiceDay).where(ServiceDay.territory_id == territory_id, ServiceDay.day == day)
    )


def has_visits(session: Session, territory_id: int, day: date) -> bool:
    """Whether anything is on a route that day, be it a holiday or not."""
    stops = (
        select(Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .join(ServiceDay, ServiceDay.id == Route.service_day_id)
        .where(ServiceDay.territory_id == territory_id, ServiceDay.day == day)
        .where(Stop.visit_id.is_not(None))
        .limit(1)
    )
    return session.scalar(stops) is not None


def service_day(session: Session, territory_id: int, day: date) -> ServiceDay:
    """The service day, opened and rostered if need be, and locked until the commit."""
    wanted = {"territory_id": territory_id, "day": day}
    found = session.scalar(_LOCKED, wanted)
    if found is None:
        try:
            with session.begin_nested():
                session.add(ServiceDay(territory_id=territory_id, day=day))
        except IntegrityError:
            session.expire_all()
        found = session.scalars(_LOCKED, wanted).one()
        roster(session, found)
    return found


def day_by_id(session: Session, service_day_id: int) -> ServiceDay:
    """The service day of that number, locked until the commit."""
    found = session.scalar(
        select(ServiceDay)
        .where(ServiceDay.id == service_day_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such day any more. Choose another.")
    return found


def touch(day: ServiceDay) -> None:
    """Raise the day's version: whoever read an older one cannot write any more."""
    day.version += 1


def roster(session: Session, day: ServiceDay) -> None:
    """Give every technician whose usual week includes this day a shift and a route.

    Shifts already there stay as they are. Nobody works on a holiday or a closed day.
    """
    territory = session.get_one(Territory, day.territory_id)
    if is_holiday(day.day, territory.country) or _is_closed(session, day):
        return
    rostered = set(
        session.scalars(
            select(ShiftMember.technician_id)
            .join(Shift)
            .where(Shift.territory_id == day.territory_id, Shift.service_on == day.day)
        )
    )
    for usual, *riders in crews_of_week(session, day.territory_id).get(day.day.weekday(), ()):
        if usual.technician_id not in rostered:
            add_shift(day, territory.zone, usual, riders)
    session.flush()


def _is_closed(session: Session, day: ServiceDay) -> bool:
    closed = select(ClosedDay.id).where(
        ClosedDay.territory_id == day.territory_id, ClosedDay.day == day.day
    )
    return session.scalar(closed) is not None


def crews_of_week(session: Session, territory_id: int) -> dict[int, list[list[WorkingHours]]]:
    """Who works in which van on each weekday of the usual week, the driver first."""
    hours = session.scalars(
        select(WorkingHours)
        .join(Technician, Technician.id == WorkingHours.technician_id)
        .where(Technician.territory_id == territory_id, Technician.is_active)
        .order_by(WorkingHours.technician_id)
    ).all()
    crews: dict[int, list[list[WorkingHours]]] = defaultdict(list)
    for lead in hours:
        if lead.rides_with_id is None:
            riders = [
                one
                for one in hours
                if one.rides_with_id == lead.technician_id and one.weekday == lead.weekday
            ]
            crews[lead.weekday].append([lead, *riders])
    return crews


def add_shift(
    day: ServiceDay,
    zone: str,
    usual: WorkingHours,
    riders: Sequence[WorkingHours] = (),
) -> Shift:
    """A shift of these hours on this day, with an empty route; the caller flushes."""
    shift = Shift(
        territory_id=day.territory_id,
        service_on=day.day,
        members=[ShiftMember(technician_id=one.technician_id) for one in (usual, *riders)],
    )
    set_hours(shift, zone, usual)
    day.routes.append(Route(shift=shift))
    return shift


def set_hours(shift: Shift, zone: str, usual: WorkingHours) -> None:
    """Give a shift the usual hours of its weekday, as instants of its own date."""
    for name, value in hours_on(shift.service_on, zone, usual).items():
        setattr(shift, name, value)


def hours_on(day: date, zone: str, usual: WorkingHours) -> dict[str, datetime | int | None]:
    """The usual hours of a weekday as the fields of a shift on that date."""
    lunch = usual.lunch_minutes and usual.lunch_from and usual.lunch_until
    first, last = (usual.lunch_from, usual.lunch_until) if lunch else (None, None)
    return {
        "starts_at": instant(day, usual.starts, zone),
        "ends_at": _end(day, usual.starts, usual.ends, zone),
        "lunch_from_at": instant(day, first, zone) if first else None,
        "lunch_until_at": instant(day, last, zone) if last else None,
        "lunch_minutes": usual.lunch_minutes if lunch else 0,
        "overtime_minutes": usual.overtime_minutes,
    }


def _end(day: date, starts: time, ends: time, zone: str) -> datetime:
    """A shift that ends before it starts ends the next morning."""
    return instant(day if ends > starts else day + timedelta(days=1), ends, zone)


def loaded_day(session: Session, day: ServiceDay) -> ServiceDay:
    """The same day with its routes, shifts, members and stops read in few queries."""
    from_routes = selectinload(ServiceDay.routes)
    members = from_routes.joinedload(Route.shift).selectinload(Shift.members)
    return session.scalars(
        select(ServiceDay)
        .where(ServiceDay.id == day.id)
        .options(
            from_routes.selectinload(Route.stops),
            members.joinedload(ShiftMember.technician).selectinload(Technician.skills),
            members.joinedload(ShiftMember.technician).selectinload(Technician.absences),
        )
        .execution_options(populate_existing=False)
    ).one()
