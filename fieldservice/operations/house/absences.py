"""Absences: a span a technician does not work, and the published visits that lose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import instant, local_day, wall
from fieldservice.errors import NotFound, Refused
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Absence, Shift, Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, Visit
from fieldservice.operations import audit
from fieldservice.operations.house.technicians import technician_of
from fieldservice.operations.plans.days import service_day, touch


@dataclass(frozen=True, slots=True)
class AbsenceEntry:
    """From when until when, on the wall; without hours whole days, both ends included."""

    reason: str
    first_day: date
    last_day: date
    gone_from: time | None = None
    back_at: time | None = None


@dataclass(frozen=True, slots=True)
class Stranded:
    """A published visit whose technician will not be there."""

    visit_id: int
    customer: str
    day: date
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """An absence just written, with what it leaves to plan again."""

    absence_id: int
    stranded: tuple[Stranded, ...]


def add_absence(
    session: Session, now: datetime, actor_id: int | None, technician_id: int, entry: AbsenceEntry
) -> NewAbsence:
    """Write an absence down; it covers its first instant and not its last."""
    technician = technician_of(session, technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    starts_at, ends_at = span(entry, territory.zone)
    _refuse_overlap(technician, starts_at, ends_at, territory.zone)
    absence = Absence(starts_at=starts_at, ends_at=ends_at, reason=entry.reason)
    technician.absences.append(absence)
    session.flush()
    audit.record(session, now, actor_id, "absence.added", absence, technician_id=technician.id)
    _raise_days(session, territory, starts_at, ends_at)
    return NewAbsence(absence.id, stranded_by(session, technician, starts_at, ends_at))


def change_absence(
    session: Session, now: datetime, actor_id: int | None, absence_id: int, entry: AbsenceEntry
) -> NewAbsence:
    """Another span or reason; the days of both spans are looked at again."""
    absence = absence_of(session, absence_id)
    technician = technician_of(session, absence.technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    starts_at, ends_at = span(entry, territory.zone)
    _refuse_overlap(technician, starts_at, ends_at, territory.zone, but=absence)
    before = (absence.starts_at, absence.ends_at)
    absence.starts_at, absence.ends_at, absence.reason = starts_at, ends_at, entry.reason
    session.flush()
    audit.record(session, now, actor_id, "absence.changed", absence, technician_id=technician.id)
    _raise_days(session, territory, *before)
    _raise_days(session, territory, starts_at, ends_at)
    return NewAbsence(absence.id, stranded_by(session, technician, starts_at, ends_at))


def remove_absence(
    session: Session, now: datetime, actor_id: int | None, absence_id: int
) -> Technician:
    """They are there after all."""
    absence = absence_of(session, absence_id)
    technician = technician_of(session, absence.technician_id)
    territory = session.get_one(Territory, technician.territory_id)
    audit.record(session, now, actor_id, "absence.removed", absence, technician_id=technician.id)
    technician.absences.remove(absence)
    session.flush()
    _raise_days(session, territory, absence.starts_at, absence.ends_at)
    return technician


def absence_of(session: Session, absence_id: int) -> Absence:
    """The absence of that number."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound("This absence was removed already.")
    return absence


def span(entry: AbsenceEntry, zone: str) -> tuple[datetime, datetime]:
    """The absence as instants, half-open; a day without an hour counts whole."""
    starts_at = instant(entry.first_day, entry.gone_from or time.min, zone)
    ends_at = (
        instant(entry.last_day, entry.back_at, zone)
        if entry.back_at
        else instant(entry.last_day + timedelta(days=1), time.min, zone)
    )
    if ends_at <= starts_at:
        ends, starts = wall(ends_at, zone), wall(starts_at, zone)
        same_day = ends.date() == starts.date()
        shape = "%H:%M" if same_day else "%a %-d %b %H:%M"
        raise Refused(
            "Ends %(ends)s, before it starts %(starts)s. Change the end.",
            "back_at" if same_day and entry.back_at else "last_day",
            ends=ends.strftime(shape),
            starts=starts.strftime(shape),
        )
    return starts_at, ends_at


def stranded_by(
    session: Session, technician: Technician, starts_at: datetime, ends_at: datetime
) -> tuple[Stranded, ...]:
    """Published visits in that span on a van the technician drives."""
    stops = session.scalars(
        select(Stop)
        .join(Route, Route.id == Stop.route_id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Visit, Visit.id == Stop.visit_id)
        .where(
            Shift.territory_id == technician.territory_id,
            Stop.committed,
            Stop.starts_at < ends_at,
            Stop.ends_at > starts_at,
            Visit.state.not_in(ENDED),
        )
        .order_by(Stop.starts_at)
    )
    return tuple(_stranded(stop) for stop in stops if stop.route.shift.lead is technician)


def _stranded(stop: Stop) -> Stranded:
    visit = stop.visit
    if visit is None:
        raise NotFound("This stop is no visit.")
    customer = visit.work_order.customer.name
    return Stranded(visit.id, customer, stop.route.shift.service_on, stop.starts_at)


def _refuse_overlap(
    technician: Technician,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    but: Absence | None = None,
) -> None:
    for known in technician.absences:
        if known is not but and known.starts_at < ends_at and known.ends_at > starts_at:
            gone, back = wall(known.starts_at, zone), wall(known.ends_at, zone)
            raise Refused(
                "%(technician)s is absent already from %(gone)s to %(back)s. Remove that one "
                "first, or choose other days.",
                "first_day",
                technician=technician.name,
                gone=f"{gone:%a %-d %b %H:%M}",
                back=f"{back:%a %-d %b %H:%M}",
            )


def _raise_days(
    session: Session, territory: Territory, starts_at: datetime, ends_at: datetime
) -> None:
    """Whoever planned these days without knowing must look at them again."""
    for open_day in _open_days(session, territory, starts_at, ends_at):
        touch(service_day(session, territory.id, open_day))
    session.flush()


def _open_days(
    session: Session, territory: Territory, starts_at: datetime, ends_at: datetime
) -> Sequence[date]:
    # A night shift of the day before may reach into the absence.
    first = local_day(starts_at, territory.zone) - timedelta(days=1)
    return session.scalars(
        select(ServiceDay.day)
        .where(
            ServiceDay.territory_id == territory.id,
            ServiceDay.day.between(first, local_day(ends_at, territory.zone)),
        )
        .order_by(ServiceDay.day)
    ).all()
