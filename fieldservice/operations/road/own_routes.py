"""Which visits are a technician's own: those on the newest published route of their van."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import NotFound
from fieldservice.models.plans import Publication, StopKind
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import Visit, WorkOrder

NOT_YOURS = "This visit is not on your route."


@dataclass(frozen=True, slots=True)
class PublishedStop:
    """A stop as the technician was given it."""

    kind: StopKind
    visit_id: int | None
    activity_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """A visit together with the published route that makes it the technician's."""

    visit: Visit
    publication: Publication

    @property
    def shift(self) -> Shift:
        """The van that drives there."""
        return self.publication.shift

    @property
    def stop(self) -> PublishedStop:
        """The visit's place on that route."""
        stops = stops_of(self.publication)
        return next(stop for stop in stops if stop.visit_id == self.visit.id)


def stops_of(publication: Publication) -> tuple[PublishedStop, ...]:
    """The published stops in order, read back from how they are kept."""
    return tuple(
        PublishedStop(
            kind=StopKind(kept["kind"]),
            visit_id=kept.get("visit_id"),
            activity_id=kept.get("activity_id"),
            starts_at=datetime.fromisoformat(kept["starts_at"]),
            ends_at=datetime.fromisoformat(kept["ends_at"]),
        )
        for kept in publication.stops
    )


def publications(session: Session, technician_id: int, day: date) -> dict[int, list[Publication]]:
    """All that was published to the technician's vans of that day, oldest first, by shift."""
    found = session.scalars(
        select(Publication)
        .join(Shift, Shift.id == Publication.shift_id)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(ShiftMember.technician_id == technician_id, Shift.service_on == day)
        .options(
            joinedload(Publication.shift)
            .selectinload(Shift.members)
            .joinedload(ShiftMember.technician)
        )
        .order_by(Shift.starts_at, Publication.id)
    )
    by_shift: dict[int, list[Publication]] = {}
    for publication in found:
        by_shift.setdefault(publication.shift_id, []).append(publication)
    return by_shift


def newest(session: Session, technician_id: int, day: date) -> tuple[Publication, ...]:
    """The published routes that count on that day, one for each van the technician is in."""
    return tuple(some[-1] for some in publications(session, technician_id, day).values())


def own_visit(session: Session, technician_id: int, visit_id: int) -> OwnVisit:
    """The visit where it is on the technician's published route; for all others it is not there."""
    order = joinedload(Visit.work_order)
    visit = session.scalar(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(order.joinedload(WorkOrder.site), order.selectinload(WorkOrder.visits))
    )
    if visit is None or visit.service_on is None:
        raise NotFound(NOT_YOURS)
    for publication in newest(session, technician_id, visit.service_on):
        if any(stop.visit_id == visit_id for stop in stops_of(publication)):
            return OwnVisit(visit, publication)
    raise NotFound(NOT_YOURS)
