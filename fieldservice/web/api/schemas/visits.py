"""Times offered, bookings and visits."""

from __future__ import annotations

from fieldservice.models.kinds import Kind
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.bookings.cancelling import LONGEST_REASON
from fieldservice.operations.bookings.work_orders import LONGEST_SUMMARY, LONGEST_WORK
from fieldservice.web.api.schemas import base

LONGEST_OFFER = 4000
FARTHEST = 60
"""Days ahead times may be asked for."""


class OfferSchema(base.Read):
    """One arrival window that can be kept, and what it costs in driving."""

    offer = base.text(
        LONGEST_OFFER,
        attribute="token",
        metadata={"description": "Sealed; send it back to book this window within half an hour."},
    )
    service_on = base.day(attribute="day")
    window_from = base.moment()
    window_until = base.moment()
    zone = base.text(60)
    planned_start = base.moment()
    technician = base.text()
    extra_seconds = base.whole(
        -86_400, 86_400, metadata={"description": "Driving it adds to that day's plan."}
    )
    fits_best = base.yes_or_no(
        metadata={"description": "One of the three cheapest that are likely to be kept."}
    )
    days = base.whole(1, 31, metadata={"description": "How many days the work takes."})


class OffersSchema(base.Read):
    """The windows that can be kept, the cheapest first."""

    offers = base.some(base.inside(OfferSchema), 2000)
    nothing_before = base.day(
        allow_none=True,
        metadata={"description": "Where nothing can be offered: the last day looked at."},
    )
    missing_skills = base.some(
        base.text(), 100, metadata={"description": "Skills the work takes and nobody holds."}
    )


class OffersWanted(base.Wanted):
    """What times are wanted for: new work at a site, or a visit there is already."""

    site_id = base.record_id()
    kind = base.choice(Kind)
    duration_minutes = base.whole(5, LONGEST_WORK)
    visit_id = base.record_id(metadata={"description": "Instead of a site and a kind."})
    days = base.whole(1, FARTHEST, metadata={"description": "How many days ahead to look."})


class BookingWanted(base.Wanted):
    """An offered window and what it is for: new work, or a work order taken before."""

    offer = base.text(LONGEST_OFFER, required=True)
    work_order_id = base.record_id(metadata={"description": "Instead of all below."})
    site_id = base.record_id()
    kind = base.choice(Kind)
    summary = base.text(LONGEST_SUMMARY)
    duration_minutes = base.whole(
        5, LONGEST_WORK, metadata={"description": "As it was when the times were asked for."}
    )
    asset_id = base.record_id()
    contact_id = base.record_id(metadata={"description": "Who gets the texts."})
    priority = base.whole(0, 100)
    external_id = base.external_id(metadata={"description": "Of the work order."})


class PlannedSchema(base.Read):
    """Where and when a visit stands on the working plan; customers are told windows instead."""

    shift_id = base.record_id()
    technician_id = base.record_id()
    arrives_at = base.moment()
    starts_at = base.moment()
    ends_at = base.moment()
    committed = base.yes_or_no(metadata={"description": "Whether it was published so."})
    pinned = base.yes_or_no()


class VisitSchema(base.Read):
    """One promised call at a site."""

    id = base.record_id(attribute="visit.id")
    external_id = base.external_id(allow_none=True, attribute="visit.external_id")
    territory_id = base.record_id(attribute="visit.territory_id")
    work_order_id = base.record_id(attribute="visit.work_order_id")
    customer_id = base.record_id(attribute="visit.work_order.customer_id")
    site_id = base.record_id(attribute="visit.work_order.site_id")
    kind = base.choice(Kind, attribute="visit.work_order.kind")
    sequence = base.whole(1, 1000, attribute="visit.sequence")
    state = base.choice(VisitState, attribute="visit.state")
    version = base.whole(
        1,
        2**31 - 1,
        attribute="visit.version",
        metadata={"description": "Send it with a deed: another version is not changed."},
    )
    duration_minutes = base.whole(0, 100_000, attribute="visit.duration_minutes")
    service_on = base.day(allow_none=True, attribute="visit.service_on")
    told_from = base.moment(
        allow_none=True,
        attribute="visit.told_from",
        metadata={"description": "The arrival window last told to the customer."},
    )
    told_until = base.moment(allow_none=True, attribute="visit.told_until")
    confirmed_at = base.moment(allow_none=True, attribute="visit.confirmed_at")
    planned = base.inside(
        PlannedSchema,
        allow_none=True,
        metadata={"description": "Null while it is on no route. Does not move “updated_at”."},
    )
    eta_at = base.moment(allow_none=True, attribute="visit.eta_at")
    en_route_at = base.moment(allow_none=True, attribute="visit.en_route_at")
    arrived_at = base.moment(allow_none=True, attribute="visit.arrived_at")
    ended_at = base.moment(allow_none=True, attribute="visit.ended_at")
    remarks = base.text(10_000, 0, allow_none=True, attribute="visit.remarks")
    parts_used = base.text(10_000, 0, allow_none=True, attribute="visit.parts_used")
    cancelled_because = base.text(
        LONGEST_REASON, 0, allow_none=True, attribute="visit.cancelled_because"
    )
    created_at = base.moment(attribute="visit.created_at")
    updated_at = base.moment(attribute="visit.updated_at")


class BookingSchema(base.Read):
    """A work order with the visits that are booked for it, one for each day it takes."""

    work_order_id = base.record_id()
    reference = base.text(40)
    visits = base.some(base.inside(VisitSchema), 100)


class VisitsAsked(base.PageAsked):
    """Which visits to list."""

    territory_id = base.record_id(from_text=True)
    work_order_id = base.record_id(from_text=True)
    customer_id = base.record_id(from_text=True)
    technician_id = base.record_id(
        from_text=True, metadata={"description": "In whose van they are on the working plan."}
    )
    service_on = base.day()
    state = base.choice(VisitState)
    external_id = base.external_id()


class MoveWanted(base.Wanted):
    """The window a visit is to have instead."""

    offer = base.text(LONGEST_OFFER, required=True)
    version = base.whole(1, 2**31 - 1)


class CancelWanted(base.Wanted):
    """Why it is called off."""

    reason = base.text(LONGEST_REASON, 0)
    version = base.whole(1, 2**31 - 1)


class ConfirmWanted(base.Wanted):
    """Who said that the window suits."""

    contact_id = base.record_id()
