"""The settings of a territory: zone, promises, travel, closed days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import NotFound, Refused
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Skill
from fieldservice.models.territories import ClosedDay, KindDefault, Territory
from fieldservice.operations import audit
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.plans.days import service_day, touch

USUAL_MINUTES = {
    Kind.INSTALLATION: 120,
    Kind.MAINTENANCE: 60,
    Kind.REPAIR: 60,
    Kind.DEMONSTRATION: 45,
    Kind.INSPECTION: 30,
}


USUAL_HOURS = (time(9), time(18))
"""When the office answers its telephone, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and the largest a setting may be."""

    low: int
    high: int


BOUNDS = {
    "window_minutes": Bounds(15, 480),
    "offer_days": Bounds(1, 60),
    "publish_hold_minutes": Bounds(0, 60),
    "travel_base_seconds": Bounds(0, 1800),
    "travel_seconds_per_km": Bounds(20, 600),
}
KIND_MINUTES = Bounds(5, 480)


@dataclass(frozen=True, slots=True)
class KindSetting:
    """What a kind of visit needs where nobody says otherwise."""

    duration_minutes: int
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class TerritoryEntry:
    """A territory's settings as an admin writes them down."""

    name: str
    zone: str
    country: str
    phone: str | None
    default_language: Language
    public_booking: bool
    window_minutes: int
    offer_days: int
    publish_hold_minutes: int
    travel_base_seconds: int
    travel_seconds_per_km: int
    kinds: Mapping[Kind, KindSetting]
    records_calls: bool = True
    office_opens: time = USUAL_HOURS[0]
    office_closes: time = USUAL_HOURS[1]

    def __post_init__(self) -> None:
        if self.office_opens >= self.office_closes:
            raise Refused(
                "The telephone is answered until %(closes)s, before it is from %(opens)s. Change "
                "the end.",
                "office_closes",
                closes=f"{self.office_closes:%H:%M}",
                opens=f"{self.office_opens:%H:%M}",
            )
        for name, bounds in BOUNDS.items():
            number = getattr(self, name)
            if not bounds.low <= number <= bounds.high:
                raise Refused(
                    "%(setting)s is %(number)s. Choose %(low)s to %(high)s.",
                    name,
                    setting=name.replace("_", " ").capitalize(),
                    number=number,
                    low=bounds.low,
                    high=bounds.high,
                )
        clock.zone(self.zone)
        if not re.fullmatch("[A-Z]{2}", self.country):
            raise Refused(
                "Country %(country)s is not a code of two letters, such as AD.",
                "country",
                country=repr(self.country),
            )


def territories(session: Session) -> tuple[Territory, ...]:
    """All of them, by name."""
    return tuple(session.scalars(select(Territory).order_by(Territory.name, Territory.id)))


def add_territory(
    session: Session, now: datetime, actor_id: int | None, entry: TerritoryEntry
) -> Territory:
    """A new territory, with an address of its own made from its name."""
    territory = Territory(slug=_free_slug(session, entry.name))
    _write(session, territory, entry)
    session.add(territory)
    audit.record(session, now, actor_id, "territory.added", territory)
    return territory


def change_territory(
    session: Session,
    now: datetime,
    actor_id: int | None,
    territory_id: int,
    entry: TerritoryEntry,
) -> Territory:
    """The territory as written now; its plans are looked at again."""
    territory = session.get(Territory, territory_id)
    if territory is None:
        raise NotFound("There is no such territory.")
    if territory.zone != entry.zone and _has_days(session, territory_id):
        raise Refused(
            "The zone stays as it is once days are open: promises would move by hours. "
            "Make a new territory instead.",
            "zone",
        )
    _write(session, territory, entry)
    audit.record(session, now, actor_id, "territory.changed", territory)
    return territory


def add_closed_day(
    session: Session,
    now: datetime,
    actor_id: int | None,
    territory: Territory,
    day: date,
    reason: str | None,
) -> ClosedDay:
    """Nobody is rostered on that day any more; shifts already given stay until replanned."""
    if day < clock.local_day(now, territory.zone):
        raise Refused("%(day)s has passed. Choose a later day.", "day", day=day)
    known = select(ClosedDay).where(ClosedDay.territory_id == territory.id, ClosedDay.day == day)
    if session.scalar(known) is not None:
        raise Refused("%(day)s is closed already.", "day", day=day)
    closed = ClosedDay(territory_id=territory.id, day=day, reason=reason, noted_at=now)
    session.add(closed)
    audit.record(session, now, actor_id, "closed_day.added", closed, territory_id=territory.id)
    _clear(session, territory, day)
    return closed


def remove_closed_day(
    session: Session, now: datetime, actor_id: int | None, closed_day_id: int
) -> None:
    """The office works on that day after all."""
    closed = session.get(ClosedDay, closed_day_id)
    if closed is None:
        raise NotFound("This day was opened again already.")
    audit.record(
        session, now, actor_id, "closed_day.removed", closed, territory_id=closed.territory_id
    )
    session.delete(closed)
    session.flush()


def _clear(session: Session, territory: Territory, day: date) -> None:
    """Take back the shifts of an open day that nobody was given anything on."""
    known = select(ServiceDay.id).where(
        ServiceDay.territory_id == territory.id, ServiceDay.day == day
    )
    if session.scalar(known) is None:
        return
    open_day = service_day(session, territory.id, day)
    for route in [one for one in open_day.routes if not one.stops]:
        shift = route.shift
        open_day.routes.remove(route)
        session.flush()
        session.delete(shift)
    touch(open_day)
    session.flush()


def _write(session: Session, territory: Territory, entry: TerritoryEntry) -> None:
    territory.name, territory.zone, territory.country = entry.name, entry.zone, entry.country
    territory.phone = phone_number(entry.phone, entry.country) if entry.phone else None
    territory.default_language = entry.default_language.value
    territory.public_booking = entry.public_booking
    territory.records_calls = entry.records_calls
    territory.office_opens, territory.office_closes = entry.office_opens, entry.office_closes
    for name in BOUNDS:
        setattr(territory, name, getattr(entry, name))
    known = {default.kind: default for default in territory.kinds}
    for kind, setting in entry.kinds.items():
        default = known.get(kind)
        if default is None:
            default = KindDefault(kind=kind)
            territory.kinds.append(default)
        default.duration_minutes = setting.duration_minutes
        default.skill_id = _skill_id(session, setting.skill)


def _skill_id(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    known = {fold(skill.name): skill for skill in session.scalars(select(Skill))}
    skill = known.get(fold(name))
    if skill is None:
        skill = Skill(name=name)
        session.add(skill)
        session.flush()
    return skill.id


def _has_days(session: Session, territory_id: int) -> bool:
    known = select(ServiceDay.id).where(ServiceDay.territory_id == territory_id)
    return session.scalar(known.limit(1)) is not None


def _free_slug(session: Session, name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:50] or "territory"
    taken = set(session.scalars(select(Territory.slug)))
    slugs = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in slugs if slug not in taken)
