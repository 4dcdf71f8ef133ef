"""Single shifts: one more on a day, other hours, or none; the usual week stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import local_day, wall
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import Route, ServiceDay
from fieldservice.models.technicians import Activity, Shift, ShiftMember, Technician
from fieldservice.models.territories import Territory
from fieldservice.operations import audit
from fieldservice.operations.house.technicians import technician_of
from fieldservice.operations.plans.days import service_day, touch
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import lay_out, sequences

LONGEST = timedelta(hours=16)
MOST_OVERTIME = 300


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """From when until when somebody works that day, as instants."""

    starts_at: datetime
    ends_at: datetime
    lunch_from_at: datetime | None = None
    lunch_until_at: datetime | None = None
    lunch_minutes: int = 0
    overtime_minutes: int = 0

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise Refused("The shift ends before it starts. Change the end.", "ends_at")
        if self.ends_at - self.starts_at > LONGEST:
            raise Refused("The shift is longer than 16 hours. Change the end.", "ends_at")
        if not 0 <= self.overtime_minutes <= MOST_OVERTIME:
            raise Refused(f"Overtime is 0 to {MOST_OVERTIME} minutes.", "overtime_minutes")
        self._check_lunch()

    def _check_lunch(self) -> None:
        if not self.lunch_minutes:
            return
        if self.lunch_from_at is None or self.lunch_until_at is None:
            raise Refused("Say when lunch may begin, first and last.", "lunch_from_at")
        if self.lunch_until_at < self.lunch_from_at:
            raise Refused("Lunch begins at the latest before the earliest.", "lunch_until_at")
        if self.lunch_from_at < self.starts_at or self.lunch_until_at > self.ends_at:
            raise Refused("Lunch begins outside the shift.", "lunch_from_at")


def add_shift(
    session: Session,
    now: datetime,
    actor_id: int | None,
    technician_ids: Sequence[int],
    entry: ShiftEntry,
) -> Shift:
    """One van on one day, driven by the first; nobody is in two vans on a day."""
    crew = [_member(session, one) for one in technician_ids]
    if not crew or len(set(technician_ids)) < len(crew):
        raise Refused("Name each technician of the van once, the driver first.", "technician_ids")
    lead = crew[0]
    territory = session.get_one(Territory, lead.territory_id)
    _check_crew(crew)
    day = _day_of(session, now, territory, entry)
    _refuse_second(session, day, crew)
    shift = Shift(
        territory_id=territory.id,
        service_on=day.day,
        members=[ShiftMember(technician_id=one.id) for one in crew],
    )
    _write(shift, entry)
    day.routes.append(Route(shift=shift))
    session.flush()
    audit.record(session, now, actor_id, "shift.added", shift, technician_id=lead.id)
    _lay_out_again(session, day, now)
    return shift


def change_shift(
    session: Session, now: datetime, actor_id: int | None, shift_id: int, entry: ShiftEntry
) -> Shift:
    """Other hours on the same day; what is planned is laid out anew and may be late."""
    shift = shift_of(session, shift_id)
    territory = session.get_one(Territory, shift.territory_id)
    _refuse_past(now, territory, shift.service_on)
    if local_day(entry.starts_at, territory.zone) != shift.service_on:
        raise Refused(
            f"This shift is on {shift.service_on:%a %-d %b %Y}. For another day, add a shift there "
            "and remove this one.",
            "starts_at",
        )
    day = service_day(session, territory.id, shift.service_on)
    _refuse_cut_activity(session, shift, entry, territory.zone)
    _write(shift, entry)
    audit.record(session, now, actor_id, "shift.changed", shift, technician_id=shift.lead.id)
    _lay_out_again(session, day, now)
    return shift


def remove_shift(session: Session, now: datetime, actor_id: int | None, shift_id: int) -> None:
    """The van does not drive that day; only while nothing is planned for it."""
    shift = shift_of(session, shift_id)
    territory = session.get_one(Territory, shift.territory_id)
    _refuse_past(now, territory, shift.service_on)
    day = service_day(session, territory.id, shift.service_on)
    route = next((one for one in day.routes if one.shift_id == shift.id), None)
    if route is not None and any(stop.visit_id or stop.activity_id for stop in route.stops):
        raise Conflict(
            "Visits or activities are planned on this shift. Move them to another one first."
        )
    audit.record(session, now, actor_id, "shift.removed", shift, technician_id=shift.lead.id)
    if route is not None:
        day.routes.remove(route)
        session.flush()
    session.delete(shift)
    touch(day)
    session.flush()


def shift_of(session: Session, shift_id: int) -> Shift:
    """The shift of that number."""
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("There is no such shift.")
    return shift


def _member(session: Session, technician_id: int) -> Technician:
    try:
        return technician_of(session, technician_id)
    except NotFound as error:
        raise Refused(f"There is no technician {technician_id}.", "technician_ids") from error


def _check_crew(crew: Sequence[Technician]) -> None:
    lead = crew[0]
    for one in crew:
        if not one.is_active:
            raise Refused(f"{one.name} works here no more.", "technician_ids")
        if one.territory_id != lead.territory_id:
            raise Refused(f"{one.name} is of another territory.", "technician_ids")
    if lead.is_trainee:
        raise Refused(
            f"{lead.name} is an apprentice and never works alone. Name the driver first.",
            "technician_ids",
        )


def _day_of(session: Session, now: datetime, territory: Territory, entry: ShiftEntry) -> ServiceDay:
    day = local_day(entry.starts_at, territory.zone)
    _refuse_past(now, territory, day)
    if (day - local_day(now, territory.zone)).days > 366:
        raise Refused("That is more than a year away. Choose an earlier day.", "starts_at")
    return service_day(session, territory.id, day)


def _refuse_past(now: datetime, territory: Territory, day: date) -> None:
    if day < local_day(now, territory.zone):
        raise Refused(f"{day:%a %-d %b %Y} has passed. Choose a later day.", "starts_at")


def _refuse_second(session: Session, day: ServiceDay, crew: Sequence[Technician]) -> None:
    busy = session.scalar(
        select(ShiftMember)
        .join(Shift, Shift.id == ShiftMember.shift_id)
        .where(
            Shift.service_on == day.day,
            ShiftMember.technician_id.in_([one.id for one in crew]),
        )
        .limit(1)
    )
    if busy is not None:
        raise Conflict(
            f"{busy.technician.name} has shift {busy.shift_id} on {day.day:%a %-d %b %Y} already. "
            "Change that one."
        )


def _refuse_cut_activity(session: Session, shift: Shift, entry: ShiftEntry, zone: str) -> None:
    cut = session.scalar(
        select(Activity).where(
            Activity.shift_id == shift.id,
            (Activity.starts_at < entry.starts_at) | (Activity.ends_at > entry.ends_at),
        )
    )
    if cut is not None:
        raise Refused(
            f"{cut.title} from {wall(cut.starts_at, zone):%H:%M} would lie outside the shift. "
            "Remove it first.",
            "starts_at" if cut.starts_at < entry.starts_at else "ends_at",
        )


def _write(shift: Shift, entry: ShiftEntry) -> None:
    lunch = bool(entry.lunch_minutes)
    shift.starts_at, shift.ends_at = entry.starts_at, entry.ends_at
    shift.lunch_from_at = entry.lunch_from_at if lunch else None
    shift.lunch_until_at = entry.lunch_until_at if lunch else None
    shift.lunch_minutes = entry.lunch_minutes
    shift.overtime_minutes = entry.overtime_minutes


def _lay_out_again(session: Session, day: ServiceDay, now: datetime) -> None:
    session.flush()
    at = problem_for(session, day, now)
    lay_out(session, day, at, sequences(day, at.problem))
    touch(day)
    session.flush()
