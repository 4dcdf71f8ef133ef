"""What a technician may do to a visit from which state, and what is said where they may not."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import day_span
from fieldservice.errors import Conflict, Refused, Stale
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import STARTED, Visit, VisitState
from fieldservice.operations.road.own_routes import OwnVisit, stops_of


class Deed(enum.StrEnum):
    """What a technician does about a visit."""

    SET_OUT = "set_out"
    ARRIVE = "arrive"
    FINISH = "finish"
    NO_ACCESS = "no_access"


@dataclass(frozen=True, slots=True)
class Step:
    """The states a deed may begin in and the one it ends in."""

    begins: frozenset[VisitState]
    ends: VisitState


STEPS = {
    Deed.SET_OUT: Step(frozenset({VisitState.PLANNED}), VisitState.EN_ROUTE),
    # The next customer may live in the same house: nobody sets out for them.
    Deed.ARRIVE: Step(frozenset({VisitState.PLANNED, VisitState.EN_ROUTE}), VisitState.ON_SITE),
    Deed.FINISH: Step(frozenset({VisitState.ON_SITE}), VisitState.COMPLETED),
    Deed.NO_ACCESS: Step(
        frozenset({VisitState.EN_ROUTE, VisitState.ON_SITE}), VisitState.NO_ACCESS
    ),
}

STEPS_BACK = (
    VisitState.EN_ROUTE,
    VisitState.ON_SITE,
    VisitState.COMPLETED,
    VisitState.NO_ACCESS,
)
"""The states a correction can lead out of."""

WHY_NOT = {
    VisitState.REQUESTED: "The office is planning this visit again. Wait for your new route.",
    VisitState.BOOKED: "The office is planning this visit again. Wait for your new route.",
    VisitState.PLANNED: "This visit has not begun. Say first that you are on your way.",
    VisitState.EN_ROUTE: "You are on your way to this visit. Say first that you have arrived.",
    VisitState.ON_SITE: "You are at this visit already. Step back if you are not.",
    VisitState.COMPLETED: "This visit is finished. Step back first if it is not.",
    VisitState.NO_ACCESS: "This visit ended without access. Step back first if it did not.",
    VisitState.CANCELLED: "This visit was cancelled. Call the office if you are at the door.",
}

LATE_ENTRIES = timedelta(hours=12)
"""How long after its day a visit can still be written up by those who do it at night."""


def check_step(visit: Visit, deed: Deed, version: int | None) -> bool:
    """Whether the deed is still to be done; False where it was done already, by a double tap."""
    step = STEPS[deed]
    if visit.state == step.ends:
        return False
    if visit.state not in step.begins:
        raise Conflict(WHY_NOT[visit.state])
    check_version(visit, version)
    return True


def check_version(visit: Visit, version: int | None) -> None:
    """Refuse to act on a page that shows the visit as it no longer is."""
    if version is not None and version != visit.version:
        raise Stale("This visit was changed since you opened it. Read it again, then go on.")


def check_day(
    session: Session, own: OwnVisit, now: datetime, grace: timedelta = timedelta()
) -> None:
    """Visits are begun on their own day; `grace` allows for writing it up afterwards."""
    day = own.shift.service_on
    begins, ends = day_span(day, session.get_one(Territory, own.visit.territory_id).zone)
    if now < min(begins, own.shift.starts_at):
        raise Refused("This visit is on %(day)s. Begin it on that day.", day=day)
    if now >= max(ends, own.shift.ends_at) + grace:
        raise Refused("This visit was on %(day)s. Ask the office for a new day.", day=day)


def check_alone(session: Session, own: OwnVisit) -> None:
    """A van is on its way to, or at, one visit at a time."""
    ids = [stop.visit_id for stop in stops_of(own.publication) if stop.visit_id is not None]
    other = session.scalar(
        select(Visit).where(Visit.id.in_(ids), Visit.id != own.visit.id, Visit.state.in_(STARTED))
    )
    if other is not None:
        raise Refused(
            "%(customer)s comes first: finish that visit, or step back from it, before you "
            "begin another.",
            customer=other.work_order.customer.name,
        )
