"""What somebody wants done, as far as a time for it depends on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldservice.errors import Refused
from fieldservice.models.customers import Site
from fieldservice.models.kinds import Kind
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder
from fieldservice.operations.bookings.windows import ArrivalWindow

USUAL_MINUTES = 60
"""What a visit takes where the territory says nothing about its kind."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit somebody wants a time for: where, how long, and what it asks of who comes."""

    subject: str
    """Whom it is for; times offered to one are of no use to another."""
    kind: Kind
    lat: float
    lon: float
    duration_minutes: int
    skills: frozenset[tuple[int, int]] = frozenset()
    """Skill ids, each with the level it takes."""
    earliest: datetime | None = None
    latest: datetime | None = None
    preferred_technician_id: int | None = None
    moving: frozenset[int] = frozenset()
    """Visits that give up their place on the day for it."""
    told: tuple[ArrivalWindow, ...] = ()
    """What the customer has now, a window a visit: not offered as another time."""

    def allowed_in(self, window: ArrivalWindow) -> tuple[datetime, datetime]:
        """When it may start inside that window; the wrong way round where it may not."""
        first = max(window.from_at, self.earliest or window.from_at)
        return first, min(window.until_at, self.latest or window.until_at)

    @property
    def digest(self) -> str:
        """What an offer is sealed for: it fits this wish and no other."""
        asked = (self.subject, self.kind, self.lat, self.lon, self.duration_minutes)
        return hashlib.sha256(repr((*asked, sorted(self.skills))).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class KindNeeds:
    """What a kind of work takes where nobody says otherwise."""

    duration_minutes: int
    skill_id: int | None


def needs_of(territory: Territory, kind: Kind) -> KindNeeds:
    """The territory's own usual duration and skill for that kind."""
    usual = next((one for one in territory.kinds if one.kind == kind), None)
    return (
        KindNeeds(usual.duration_minutes, usual.skill_id)
        if usual
        else KindNeeds(USUAL_MINUTES, None)
    )


def wish_for_site(
    territory: Territory, site: Site, kind: Kind, duration_minutes: int | None
) -> Wish:
    """The wish for new work at a site, with what its kind usually needs."""
    needs = needs_of(territory, kind)
    lat, lon = point_of(site)
    return Wish(
        subject=f"site:{site.id}",
        kind=kind,
        lat=lat,
        lon=lon,
        duration_minutes=duration_minutes or needs.duration_minutes,
        skills=frozenset({(needs.skill_id, 1)} if needs.skill_id else ()),
    )


def wish_for_visits(visits: Sequence[Visit]) -> Wish:
    """The wish for work already asked for: the visits of one order, taken together."""
    first = visits[0]
    order = first.work_order
    lat, lon = point_of(order.site)
    return Wish(
        subject=f"visit:{first.id}",
        kind=order.kind,
        lat=lat,
        lon=lon,
        duration_minutes=sum(visit.duration_minutes for visit in visits),
        skills=_skills(order),
        earliest=None if first.told_from else first.earliest_at,
        latest=None if first.told_from else first.latest_at,
        preferred_technician_id=first.preferred_technician_id,
        moving=frozenset(visit.id for visit in visits),
        told=windows_told(visits),
    )


def windows_told(visits: Sequence[Visit]) -> tuple[ArrivalWindow, ...]:
    """The windows promised for those of them that are still to come."""
    return tuple(
        ArrivalWindow(one.told_from, one.told_until)
        for one in visits
        if one.state in UPCOMING and one.told_from and one.told_until
    )


def _skills(order: WorkOrder) -> frozenset[tuple[int, int]]:
    return frozenset((one.skill_id, one.level) for one in order.skills)


def point_of(site: Site) -> tuple[float, float]:
    """Where the site is, or a refusal that says what is missing."""
    if site.lat is None or site.lon is None:
        raise Refused(
            "%(street)s, %(municipality)s is not on the map yet, so no time can be promised. "
            "Edit the site and give its point.",
            "site",
            street=site.street,
            municipality=site.municipality,
        )
    return site.lat, site.lon
