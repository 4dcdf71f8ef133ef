"""Taking work orders: what is wanted, where, and who is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact, Customer, Site
from fieldservice.models.kinds import Kind
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations import audit
from fieldservice.operations.bookings.references import next_reference
from fieldservice.operations.bookings.wishes import Wish, needs_of, wish_for_site

LONGEST_WORK = 5 * 12 * 60
LONGEST_SUMMARY = 2000


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What somebody wants done, as it was asked."""

    customer_id: int
    site_id: int
    kind: Kind
    summary: str
    form_key: str
    """The form it came with: sent twice, it is taken once."""
    asset_id: int | None = None
    duration_minutes: int | None = None
    priority: int = 0
    text_contact_id: int | None = None


def wish_of(session: Session, wanted: NewOrder) -> Wish:
    """What a time for this new work depends on; refused where it contradicts itself."""
    customer, site = _checked(session, wanted)
    territory = session.get_one(Territory, customer.territory_id)
    return wish_for_site(session, territory, site, wanted.kind, wanted.duration_minutes)


def take_order(
    session: Session, wanted: NewOrder, now: datetime, actor_id: int | None
) -> WorkOrder:
    """The work order with its first visit, which is requested and has no time yet."""
    known = session.scalar(select(WorkOrder).where(WorkOrder.form_key == wanted.form_key))
    if known is not None and known.customer_id == wanted.customer_id:
        return known
    customer, site = _checked(session, wanted)
    territory = session.get_one(Territory, customer.territory_id)
    needs = needs_of(session, territory, wanted.kind)
    order = WorkOrder(
        territory_id=territory.id,
        customer_id=customer.id,
        site_id=site.id,
        asset_id=wanted.asset_id,
        reference=next_reference(session, territory, now),
        kind=wanted.kind,
        summary=wanted.summary.strip(),
        priority=wanted.priority,
        form_key=wanted.form_key,
        created_at=now,
        skills=[RequiredSkill(skill_id=needs.skill_id)] if needs.skill_id else [],
        contacts=_contacts(session, wanted),
        visits=[
            Visit(
                territory_id=territory.id,
                state=VisitState.REQUESTED,
                duration_minutes=wanted.duration_minutes or needs.duration_minutes,
                created_at=now,
            )
        ],
    )
    session.add(order)
    session.flush()
    audit.record(session, now, actor_id, "work_order.taken", order, customer_id=customer.id)
    return order


def _contacts(session: Session, wanted: NewOrder) -> list[WorkOrderContact]:
    if wanted.text_contact_id is None:
        return []
    contact = session.get(Contact, wanted.text_contact_id)
    if contact is None or contact.customer_id != wanted.customer_id:
        raise Refused("Choose who gets the texts among the customer's contacts.", "contact")
    return [WorkOrderContact(contact_id=contact.id, role=contact.role)]


def _checked(session: Session, wanted: NewOrder) -> tuple[Customer, Site]:
    customer = session.get(Customer, wanted.customer_id)
    if customer is None:
        raise NotFound("This customer is not known.")
    site = session.get(Site, wanted.site_id)
    if site is None or site.customer_id != customer.id:
        raise Refused("Choose one of the customer's sites.", "site")
    asset = session.get(Asset, wanted.asset_id) if wanted.asset_id else None
    if wanted.asset_id and (asset is None or asset.customer_id != customer.id):
        raise Refused("Choose one of the customer's own appliances.", "asset")
    if asset is not None and asset.site_id != site.id:
        raise Refused(
            "This appliance stands at another site. Choose that site or another appliance.",
            "asset",
        )
    _check_words(wanted)
    return customer, site


def _check_words(wanted: NewOrder) -> None:
    if not wanted.summary.strip():
        raise Refused("Say in a few words what is wrong or wanted.", "summary")
    if len(wanted.summary) > LONGEST_SUMMARY:
        raise Refused(f"Say it in at most {LONGEST_SUMMARY} letters.", "summary")
    minutes = wanted.duration_minutes
    if minutes is not None and not 5 <= minutes <= LONGEST_WORK:
        raise Refused(
            f"A visit takes from 5 to {LONGEST_WORK} minutes, not {minutes}. Change the duration.",
            "duration",
        )
    if not 0 <= wanted.priority <= 100:
        raise Refused(
            f"A priority lies between 0 and 100, not {wanted.priority}. Change it.", "priority"
        )
