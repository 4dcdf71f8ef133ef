"""Everything a technician needs at one customer's door, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact, ContactRole, PlaceQuality
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.road.own_routes import own_visit


@dataclass(frozen=True, slots=True)
class CardContact:
    """Somebody to ring about the visit."""

    name: str
    role: ContactRole
    phone: str
    phone_shown: str
    language: Language


@dataclass(frozen=True, slots=True)
class CardAsset:
    """The product the visit is about."""

    product: str
    serial: str | None
    installed_on: date | None
    warranty_until: date | None
    under_warranty: bool


@dataclass(frozen=True, slots=True)
class VisitCard:
    """One visit as its technician reads it."""

    visit_id: int
    version: int
    state: VisitState
    kind: Kind
    reference: str
    customer: str
    summary: str
    address: str
    lat: float | None
    lon: float | None
    place_is_exact: bool
    access_notes: str | None
    zone: str
    day: date
    starts_at: datetime
    minutes: int
    told_from: datetime | None
    told_until: datetime | None
    eta_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    remarks: str | None
    parts_used: str | None
    contacts: tuple[CardContact, ...]
    asset: CardAsset | None
    earlier: tuple[str, ...]
    """What was noted on earlier visits of the same work."""
    next_visit_on: date | None
    """The day the same work goes on, where it takes several."""


def visit_card(session: Session, technician_id: int, visit_id: int) -> VisitCard:
    """The card of a visit on the technician's own published route."""
    own = own_visit(session, technician_id, visit_id)
    visit, order, site = own.visit, own.visit.work_order, own.visit.work_order.site
    territory = session.get_one(Territory, visit.territory_id)
    return VisitCard(
        visit_id=visit.id,
        version=visit.version,
        state=visit.state,
        kind=order.kind,
        reference=order.reference,
        customer=order.customer.name,
        summary=order.summary,
        address=site.address,
        lat=site.lat,
        lon=site.lon,
        place_is_exact=site.place_quality in (PlaceQuality.EXACT, PlaceQuality.STREET),
        access_notes=site.access_notes,
        zone=territory.zone,
        day=own.shift.service_on,
        starts_at=own.stop.starts_at,
        minutes=visit.duration_minutes,
        told_from=visit.told_from,
        told_until=visit.told_until,
        eta_at=visit.eta_at,
        arrived_at=visit.arrived_at,
        ended_at=visit.ended_at,
        remarks=visit.remarks,
        parts_used=visit.parts_used,
        contacts=_contacts(order),
        asset=_asset(order.asset, own.shift.service_on),
        earlier=_earlier(order, visit),
        next_visit_on=_next_day(order, visit),
    )


def _contacts(order: WorkOrder) -> tuple[CardContact, ...]:
    """Those named for this work, else those of the customer."""
    named = [(one.contact, one.role) for one in order.contacts]
    known = named or [(one, one.role) for one in order.customer.contacts]
    return tuple(_contact(contact, role) for contact, role in known if contact.phone)


def _contact(contact: Contact, role: ContactRole) -> CardContact:
    phone = contact.phone or ""
    return CardContact(contact.name, role, phone, shown_phone(phone), contact.language)


def _asset(asset: Asset | None, day: date) -> CardAsset | None:
    if asset is None:
        return None
    return CardAsset(
        product=asset.product.full_name,
        serial=asset.serial,
        installed_on=asset.installed_on,
        warranty_until=asset.warranty_until,
        under_warranty=asset.warranty_until is not None and asset.warranty_until >= day,
    )


def _earlier(order: WorkOrder, visit: Visit) -> tuple[str, ...]:
    return tuple(
        one.remarks for one in order.visits if one.sequence < visit.sequence and one.remarks
    )


def _next_day(order: WorkOrder, visit: Visit) -> date | None:
    days = (one.service_on for one in order.visits if one.sequence > visit.sequence)
    return min((day for day in days if day is not None), default=None)
