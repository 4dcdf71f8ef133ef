"""Everything the office knows of one customer, gathered for one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.clock import local_day
from fieldservice.errors import NotFound
from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact, Customer
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import Route, Stop
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import ENDED, Visit, VisitState, WorkOrder
from fieldservice.operations.customers.warranty_line import WarrantyLine, warranty_of


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as a page tells it."""

    visit_id: int
    version: int
    state: VisitState
    kind: Kind
    reference: str
    summary: str
    address: str
    zone: str
    told_from: datetime | None
    told_until: datetime | None
    technician: str | None
    product: str | None
    created_at: datetime
    ended_at: datetime | None
    remarks: str | None
    cancelled_because: str | None
    eta_at: datetime | None
    confirmed_at: datetime | None
    warranty_until: date | None
    """The last day of the appliance's warranty, where it still runs at the visit."""
    linked: int
    """How many visits the same work takes."""


@dataclass(frozen=True, slots=True)
class AssetLine:
    """One appliance with what can be said of its warranty."""

    asset_id: int
    site_id: int
    product: str
    serial: str | None
    address: str
    warranty: WarrantyLine


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A customer with visits to come, waiting and past, and what is installed there."""

    customer: Customer
    upcoming: tuple[VisitLine, ...]
    requested: tuple[VisitLine, ...]
    history: tuple[VisitLine, ...]
    assets: tuple[AssetLine, ...]


def customer_file(session: Session, customer_id: int, now: datetime) -> CustomerFile:
    """The customer's file as of now."""
    customer = session.scalar(
        select(Customer)
        .where(Customer.id == customer_id)
        .options(
            joinedload(Customer.territory),
            selectinload(Customer.sites),
            selectinload(Customer.contacts).selectinload(Contact.consents),
        )
    )
    if customer is None:
        raise NotFound("This customer is not known.")
    lines = visit_lines(session, _visits(session, WorkOrder.customer_id == customer_id))
    waiting = (VisitState.REQUESTED,)
    return CustomerFile(
        customer=customer,
        upcoming=_by_window(one for one in lines if one.state not in (*ENDED, *waiting)),
        requested=tuple(one for one in lines if one.state in waiting),
        history=_by_window(one for one in lines if one.state in ENDED)[::-1],
        assets=_assets(session, customer, now),
    )


def requested_visits(session: Session, territory_id: int) -> list[tuple[Customer, VisitLine]]:
    """The visits that wait for a time, oldest first, each with who asked."""
    visits = _visits(
        session,
        Visit.territory_id == territory_id,
        Visit.state == VisitState.REQUESTED,
    )
    lines = visit_lines(session, visits)
    return [(visit.work_order.customer, line) for visit, line in zip(visits, lines, strict=True)]


def visit_line(session: Session, visit_id: int) -> tuple[Customer, VisitLine]:
    """One visit and whose it is."""
    visits = _visits(session, Visit.id == visit_id)
    if not visits:
        raise NotFound("This visit is not known.")
    return visits[0].work_order.customer, visit_lines(session, visits)[0]


def _visits(session: Session, *conditions: object) -> Sequence[Visit]:
    order = joinedload(Visit.work_order)
    return session.scalars(
        select(Visit)
        .join(WorkOrder)
        .where(*conditions)  # type: ignore[arg-type]
        .options(
            order.joinedload(WorkOrder.site),
            order.joinedload(WorkOrder.customer).selectinload(Customer.contacts),
            order.joinedload(WorkOrder.asset).joinedload(Asset.product),
            order.selectinload(WorkOrder.visits),
        )
        .order_by(Visit.created_at, Visit.id)
    ).all()


def visit_lines(session: Session, visits: Sequence[Visit]) -> list[VisitLine]:
    """What a page tells of each of these visits."""
    names = _technicians(session, visits)
    return [_line(visit, names.get(visit.id)) for visit in visits]


def _line(visit: Visit, technician: str | None) -> VisitLine:
    order = visit.work_order
    gone = VisitState.CANCELLED
    return VisitLine(
        visit_id=visit.id,
        version=visit.version,
        state=visit.state,
        kind=order.kind,
        reference=order.reference,
        summary=order.summary,
        address=order.site.address,
        zone=order.site.zone,
        told_from=visit.told_from,
        told_until=visit.told_until,
        technician=technician,
        product=order.asset.product.full_name if order.asset else None,
        created_at=visit.created_at,
        ended_at=visit.ended_at,
        remarks=visit.remarks,
        cancelled_because=visit.cancelled_because,
        eta_at=visit.eta_at,
        confirmed_at=visit.confirmed_at,
        warranty_until=_running(order.asset, visit),
        linked=sum(one.state != gone for one in order.visits),
    )


def _running(asset: Asset | None, visit: Visit) -> date | None:
    until = asset.warranty_until if asset else None
    zone = visit.work_order.site.zone
    day = visit.service_on or local_day(visit.created_at, zone)
    return until if until and day <= until else None


def _technicians(session: Session, visits: Sequence[Visit]) -> dict[int, str]:
    members = joinedload(Stop.route).joinedload(Route.shift).selectinload(Shift.members)
    stops = session.scalars(
        select(Stop)
        .where(Stop.visit_id.in_([visit.id for visit in visits]))
        .options(members.joinedload(ShiftMember.technician))
    )
    return {stop.visit_id: stop.route.shift.lead.name for stop in stops if stop.visit_id}


def _by_window(lines: Iterable[VisitLine]) -> tuple[VisitLine, ...]:
    return tuple(sorted(lines, key=lambda one: one.told_from or one.ended_at or one.created_at))


def _assets(session: Session, customer: Customer, now: datetime) -> tuple[AssetLine, ...]:
    today = local_day(now, customer.territory.zone)
    found = session.scalars(
        select(Asset)
        .where(Asset.customer_id == customer.id)
        .options(joinedload(Asset.product), joinedload(Asset.site))
        .order_by(Asset.id)
    )
    return tuple(
        AssetLine(
            asset_id=asset.id,
            site_id=asset.site_id,
            product=asset.product.full_name,
            serial=asset.serial,
            address=asset.site.address,
            warranty=warranty_of(asset, today),
        )
        for asset in found
    )
