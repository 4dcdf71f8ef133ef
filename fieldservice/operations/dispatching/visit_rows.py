"""Visits together with their place on a working plan, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import NotFound
from fieldservice.models.plans import Route, Stop
from fieldservice.models.technicians import ShiftMember
from fieldservice.models.work_orders import Visit, WorkOrder


@dataclass(frozen=True, slots=True)
class Planned:
    """Where and when a visit stands on the working plan."""

    shift_id: int
    technician_id: int
    """Who drives the van."""
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    committed: bool
    pinned: bool


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit and its planned place; none while it is on no route."""

    visit: Visit
    planned: Planned | None


_DRIVER = (
    select(ShiftMember.technician_id)
    .where(ShiftMember.shift_id == Route.shift_id)
    .order_by(ShiftMember.id)
    .limit(1)
    .scalar_subquery()
)
_PLACES = (
    select(
        Stop.visit_id,
        Route.shift_id,
        _DRIVER,
        Stop.arrives_at,
        Stop.starts_at,
        Stop.ends_at,
        Stop.committed,
        Stop.pinned,
    )
    .join(Route, Route.id == Stop.route_id)
    .where(Stop.visit_id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(Stop.crew_place.desc())
)


def known_visit(session: Session, visit_id: int) -> Visit:
    """The visit of that number."""
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFound("This visit is not known.")
    return visit


def visit_rows(session: Session, visits: Sequence[Visit]) -> list[VisitRow]:
    """These visits in their order, each with its planned place."""
    if session.autoflush:
        session.flush()
    wanted = {"visit_ids": [visit.id for visit in visits]}
    rows = session.connection().execute(_PLACES, wanted)
    first = {row[0]: Planned(*row[1:]) for row in rows}
    return [VisitRow(visit, first.get(visit.id)) for visit in visits]


def with_orders(query: Select[Visit]) -> Select[Visit]:
    """The same visits, read together with their work orders."""
    return query.options(joinedload(Visit.work_order))


def of_customer(query: Select[Visit], customer_id: int) -> Select[Visit]:
    """Only a customer's."""
    orders = select(WorkOrder.id).where(WorkOrder.customer_id == customer_id)
    return query.where(Visit.work_order_id.in_(orders))


def of_technician(query: Select[Visit], technician_id: int) -> Select[Visit]:
    """Only those on the working route of a van this technician is in."""
    on_routes = (
        select(Stop.visit_id)
        .join(Route, Route.id == Stop.route_id)
        .join(ShiftMember, ShiftMember.shift_id == Route.shift_id)
        .where(ShiftMember.technician_id == technician_id, Stop.visit_id.is_not(None))
    )
    return query.where(Visit.id.in_(on_routes))
