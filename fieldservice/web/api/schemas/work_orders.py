"""Work orders."""

from __future__ import annotations

from fieldservice.models.customers import ContactRole
from fieldservice.models.kinds import Kind
from fieldservice.models.work_orders import WorkOrderState
from fieldservice.operations.bookings.work_orders import LONGEST_SUMMARY, LONGEST_WORK
from fieldservice.web.api.schemas import base


class OrderContactSchema(base.Read):
    """A person to speak to about the work."""

    contact_id = base.record_id()
    role = base.choice(ContactRole)
    receives_texts = base.yes_or_no()


class OrderSkillSchema(base.Read):
    """A skill the work asks for."""

    skill_id = base.record_id()
    name = base.text(attribute="skill.name")
    level = base.whole(1, 9)


class WorkOrderSchema(base.Read):
    """What a customer wants done."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id()
    customer_id = base.record_id()
    site_id = base.record_id()
    asset_id = base.record_id(allow_none=True)
    reference = base.text(40, metadata={"description": "What is said over the phone."})
    kind = base.choice(Kind)
    state = base.choice(WorkOrderState)
    summary = base.text(LONGEST_SUMMARY)
    priority = base.whole(0, 100)
    due_on = base.day(allow_none=True)
    skills = base.some(base.inside(OrderSkillSchema), 50)
    contacts = base.some(base.inside(OrderContactSchema), 50)
    created_at = base.moment()
    updated_at = base.moment()


class WorkOrderUpsert(base.Wanted):
    """An order as another system knows it.

    A new one needs customer, site, kind and summary; these but the summary stay as they were
    taken.
    """

    customer_id = base.record_id()
    site_id = base.record_id()
    kind = base.choice(Kind)
    summary = base.text(LONGEST_SUMMARY)
    asset_id = base.record_id(allow_none=True)
    duration_minutes = base.whole(
        5,
        LONGEST_WORK,
        allow_none=True,
        metadata={"description": "Of its visit; as usual for the kind where nothing is said."},
    )
    priority = base.whole(0, 100)
    due_on = base.day(allow_none=True)
    text_contact_id = base.record_id(
        allow_none=True, metadata={"description": "Which of the customer's contacts is written to."}
    )


class NewWorkOrder(WorkOrderUpsert):
    """What a customer wants done; its first visit waits for a time."""

    external_id = base.external_id(allow_none=True)
    customer_id = base.record_id(required=True)
    site_id = base.record_id(required=True)
    kind = base.choice(Kind, required=True)
    summary = base.text(LONGEST_SUMMARY, required=True)


class WorkOrderChange(base.Wanted):
    """What is to be different about an order."""

    external_id = base.external_id(allow_none=True)
    summary = base.text(LONGEST_SUMMARY)
    priority = base.whole(0, 100)
    due_on = base.day(allow_none=True)


class WorkOrdersAsked(base.PageAsked):
    """Which orders to list."""

    territory_id = base.record_id(from_text=True)
    customer_id = base.record_id(from_text=True)
    site_id = base.record_id(from_text=True)
    state = base.choice(WorkOrderState)
    external_id = base.external_id()
    reference = base.text(40)
