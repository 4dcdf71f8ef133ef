"""Taking work orders: what is wanted, where, and who is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

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
    WorkOrderState,
)
from fieldservice.operations import audit
from fieldservice.operations.bookings.references import next_order_id, reference_of
from fieldservice.operations.bookings.wishes import Wish, needs_of, wish_for_site

LONGEST_WORK = 5 * 12 * 60
LONGEST_SUMMARY = 2000
_BY_FORM = select(WorkOrder.id, WorkOrder.customer_id).where(
    WorkOrder.form_key == bindparam("form_key")
)
_GROUND = (
    select(Customer, Site)
    .join(Site, Site.customer_id == Customer.id)
    .where(Customer.id == bindparam("customer_id"), Site.id == bindparam("site_id"))
    .options(
        joinedload(Customer.territory).joinedload(Territory.kinds),
        joinedload(Customer.contacts).joinedload(Contact.consents),
        joinedload(Customer.contacts).joinedload(Contact.untextable),
        joinedload(Customer.contacts).joinedload(Contact.opt_outs),
    )
)


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


@dataclass(frozen=True, slots=True)
class Ground:
    """Whom and where new work is for."""

    customer: Customer
    site: Site
    asset: Asset | None = None


def wish_of(session: Session, wanted: NewOrder) -> Wish:
    """What a time for this new work depends on; refused where it contradicts itself."""
    return wish_on(ground_of(session, wanted), wanted)


def wish_on(ground: Ground, wanted: NewOrder) -> Wish:
    """The same, on ground that was looked at already."""
    territory = ground.customer.territory
    return wish_for_site(territory, ground.site, wanted.kind, wanted.duration_minutes)


def take_order(
    session: Session, wanted: NewOrder, now: datetime, actor_id: int | None
) -> WorkOrder:
    """The work order with its first visit, which is requested and has no time yet."""
    order = known_order(session, wanted)
    if order is None:
        ground = ground_of(session, wanted)
        order = draft_order(session, ground, wanted, now)
        order.visits = [draft_visit(ground, wanted, order, now)]
        session.add(order)
        session.flush()
        audit.record_all(session, now, actor_id, [taken(order)])
    return order


def known_order(session: Session, wanted: NewOrder) -> WorkOrder | None:
    """The order taken already with this customer's form."""
    known = session.connection().execute(_BY_FORM, {"form_key": wanted.form_key}).one_or_none()
    if known is None:
        return None
    if known.customer_id != wanted.customer_id:
        raise Refused("This form was sent for another customer. Reload the page.", "form_key")
    return session.get_one(WorkOrder, known.id)


def draft_order(session: Session, ground: Ground, wanted: NewOrder, now: datetime) -> WorkOrder:
    """A new order without its visit, numbered but known to no session yet."""
    customer, site = ground.customer, ground.site
    needs = needs_of(customer.territory, wanted.kind)
    order_id = next_order_id(session)
    return WorkOrder(
        id=order_id,
        territory_id=customer.territory_id,
        customer_id=customer.id,
        customer=customer,
        site_id=site.id,
        site=site,
        asset_id=wanted.asset_id,
        asset=ground.asset,
        reference=reference_of(session, customer.territory, now, order_id),
        kind=wanted.kind,
        state=WorkOrderState.OPEN,
        summary=wanted.summary.strip(),
        priority=wanted.priority,
        form_key=wanted.form_key,
        created_at=now,
        skills=[RequiredSkill(skill_id=needs.skill_id)] if needs.skill_id else [],
        contacts=_contacts(session, wanted),
    )


def draft_visit(ground: Ground, wanted: NewOrder, order: WorkOrder, now: datetime) -> Visit:
    """The order's first visit, requested, known to no session yet."""
    needs = needs_of(ground.customer.territory, wanted.kind)
    return Visit(
        territory_id=order.territory_id,
        sequence=1,
        state=VisitState.REQUESTED,
        version=1,
        duration_minutes=wanted.duration_minutes or needs.duration_minutes,
        created_at=now,
    )


def taken(order: WorkOrder) -> audit.Deed:
    """That the work order was taken."""
    return audit.Deed("work_order.taken", order, {"customer_id": order.customer_id})


def _contacts(session: Session, wanted: NewOrder) -> list[WorkOrderContact]:
    if wanted.text_contact_id is None:
        return []
    contact = session.get(Contact, wanted.text_contact_id)
    if contact is None or contact.customer_id != wanted.customer_id:
        raise Refused("Choose who gets the texts among the customer's contacts.", "contact")
    named = WorkOrderContact(contact_id=contact.id, role=contact.role, receives_texts=True)
    named.contact = contact
    return [named]


def ground_of(session: Session, wanted: NewOrder) -> Ground:
    """The customer and the site, read at once; refused where they do not belong together."""
    asked = {"customer_id": wanted.customer_id, "site_id": wanted.site_id}
    found = session.execute(_GROUND, asked).unique().one_or_none()
    if found is None:
        if session.get(Customer, wanted.customer_id) is None:
            raise NotFound("This customer is not known.")
        raise Refused("Choose one of the customer's sites.", "site")
    asset = _known_asset(session, wanted) if wanted.asset_id else None
    _check_words(wanted)
    return Ground(*found, asset=asset)


def _known_asset(session: Session, wanted: NewOrder) -> Asset:
    asset = session.get(Asset, wanted.asset_id)
    if asset is None or asset.customer_id != wanted.customer_id:
        raise Refused("Choose one of the customer's own appliances.", "asset")
    if asset.site_id != wanted.site_id:
        raise Refused(
            "This appliance stands at another site. Choose that site or another appliance.",
            "asset",
        )
    return asset


def _check_words(wanted: NewOrder) -> None:
    if not wanted.summary.strip():
        raise Refused("Say in a few words what is wrong or wanted.", "summary")
    if len(wanted.summary) > LONGEST_SUMMARY:
        raise Refused("Say it in at most %(longest)s letters.", "summary", longest=LONGEST_SUMMARY)
    minutes = wanted.duration_minutes
    if minutes is not None and not 5 <= minutes <= LONGEST_WORK:
        raise Refused(
            "A visit takes from 5 to %(longest)s minutes, not %(minutes)s. Change the duration.",
            "duration",
            longest=LONGEST_WORK,
            minutes=minutes,
        )
    if not 0 <= wanted.priority <= 100:
        raise Refused(
            "A priority lies between 0 and 100, not %(priority)s. Change it.",
            "priority",
            priority=wanted.priority,
        )
