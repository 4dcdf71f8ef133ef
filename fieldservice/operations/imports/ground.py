"""What a list is read against: the territory's zone, places, habits and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice.clock import local_day
from fieldservice.models.kinds import Kind
from fieldservice.models.technicians import Skill, Technician
from fieldservice.models.territories import KindDefault, Place, Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.points import Point


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A municipality of the territory's place list."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class KindNeed:
    """What a kind of visit needs where the list does not say."""

    minutes: int
    skill_id: int | None


@dataclass(frozen=True, slots=True)
class KnownTechnician:
    """A technician a list may name, with the weekdays worked."""

    id: int
    name: str
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ground:
    """The territory as rows are read against it, at one moment."""

    territory_id: int
    territory: str
    zone: str
    country: str
    now: datetime
    today: date
    places: Mapping[str, KnownPlace]
    postcodes: Mapping[str, KnownPlace]
    kinds: Mapping[Kind, KindNeed]
    technicians: Mapping[str, KnownTechnician]
    skills: Mapping[str, int]
    moved: timedelta = timedelta()
    """By how much every day of an old list is taken to be later."""

    def place(self, municipality: str, postcode: str) -> KnownPlace | None:
        """The place of that name, else of that postcode."""
        return self.places.get(fold(municipality)) or self.postcodes.get(fold(postcode))


def ground_of(session: Session, territory_id: int, now: datetime) -> Ground:
    """Read what this territory's lists are judged by."""
    territory = session.get_one(Territory, territory_id)
    rows = session.scalars(select(Place).where(Place.territory_id == territory_id))
    places = {
        row.folded_name: (row.postcode, KnownPlace(row.name, Point(row.lat, row.lon)))
        for row in rows
    }
    return Ground(
        territory_id=territory_id,
        territory=territory.name,
        zone=territory.zone,
        country=territory.country,
        now=now,
        today=local_day(now, territory.zone),
        places={name: place for name, (_, place) in places.items()},
        postcodes={fold(code): place for code, place in places.values() if code},
        kinds=_kinds(session, territory_id),
        technicians=_technicians(session, territory_id),
        skills={fold(skill.name): skill.id for skill in session.scalars(select(Skill))},
    )


def _kinds(session: Session, territory_id: int) -> dict[Kind, KindNeed]:
    rows = session.scalars(select(KindDefault).where(KindDefault.territory_id == territory_id))
    return {row.kind: KindNeed(row.duration_minutes, row.skill_id) for row in rows}


def _technicians(session: Session, territory_id: int) -> dict[str, KnownTechnician]:
    """By folded name and by staff number."""
    rows = session.scalars(
        select(Technician)
        .where(Technician.territory_id == territory_id, Technician.is_active)
        .options(selectinload(Technician.working_hours))
    )
    found: dict[str, KnownTechnician] = {}
    for row in rows:
        days = frozenset(hours.weekday for hours in row.working_hours)
        known = KnownTechnician(row.id, row.name, days)
        found[fold(row.name)] = known
        if row.external_id:
            found.setdefault(fold(row.external_id), known)
    return found
