"""Visits over the API: read, moved, cancelled, confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Refused
from fieldservice.models.api import Scope
from fieldservice.models.customers import Contact
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings import booking, cancelling
from fieldservice.operations.bookings.confirming import confirm
from fieldservice.operations.dispatching.visit_rows import (
    known_visit,
    of_customer,
    of_technician,
    visit_rows,
    with_orders,
)
from fieldservice.web.api.again import Answer, answered, told
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.offers import booked
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.visits import (
    BookingSchema,
    CancelWanted,
    ConfirmWanted,
    MoveWanted,
    VisitsAsked,
    VisitSchema,
)
from fieldservice.web.offering import asked as asking

blueprint = Resource("visits", "Promised calls at sites.")

COLUMNS = ("territory_id", "work_order_id", "service_on", "state", "external_id")


@blueprint.get("/visits")
@needs(Scope.VISITS_READ)
@takes(VisitsAsked, "query")
@answers(200, page_of(VisitSchema))
def list_visits(asked: Asked) -> Page:
    """List visits."""
    query = filtered(with_orders(select(Visit)), Visit, asked, *COLUMNS)
    if "customer_id" in asked:
        query = of_customer(query, asked["customer_id"])
    if "technician_id" in asked:
        query = of_technician(query, asked["technician_id"])
    found = page(db.session(), query, Visit, asked)
    return replace(found, items=visit_rows(db.session(), found.items))


@blueprint.get("/visits/<int:visit_id>")
@needs(Scope.VISITS_READ)
@answers(200, VisitSchema)
def show_visit(visit_id: int) -> Any:
    """Read a visit."""
    visit = known_visit(db.session(), visit_id)
    return visit_rows(db.session(), [visit])[0]


@blueprint.post("/visits/<int:visit_id>/move")
@needs(Scope.VISITS_WRITE)
@takes(MoveWanted)
@answers(200, BookingSchema)
def move_visit(asked: Asked, visit_id: int) -> Response:
    """Give a visit, and what belongs to it, another offered window."""
    asks = asking(caller().user_id)

    def deed(session: Session) -> Answer:
        version = asked.get("version")
        return booked(session, booking.move(session, visit_id, version, asked["offer"], asks))

    return answered(deed)


@blueprint.post("/visits/<int:visit_id>/cancel")
@needs(Scope.VISITS_WRITE)
@takes(CancelWanted)
@answers(200, BookingSchema)
def cancel_visit(asked: Asked, visit_id: int) -> Response:
    """Call a visit off, and what belongs to it; its customer is told."""
    asks = asking(caller().user_id)

    def deed(session: Session) -> Answer:
        reason, version = asked.get("reason", "").strip(), asked.get("version")
        gone = cancelling.cancel(session, visit_id, version, reason, asks)
        return booked(session, gone or [known_visit(session, visit_id)])

    return answered(deed)


@blueprint.post("/visits/<int:visit_id>/confirm")
@needs(Scope.VISITS_WRITE)
@takes(ConfirmWanted)
@answers(200, VisitSchema)
def confirm_visit(asked: Asked, visit_id: int) -> Response:
    """Note that the customer finds the window suitable."""
    actor_id = caller().user_id

    def deed(session: Session) -> Answer:
        visit = known_visit(session, visit_id)
        contact = _contact(session, visit, asked.get("contact_id"))
        confirm(session, visit, clock.now(), "api", contact, actor_id)
        session.flush()
        session.refresh(visit)
        return told(session, visit_rows(session, [visit])[0], VisitSchema)

    return answered(deed)


def _contact(session: Session, visit: Visit, contact_id: int | None) -> Contact | None:
    if contact_id is None:
        return None
    contact = session.get(Contact, contact_id)
    if contact is None or contact.customer_id != visit.work_order.customer_id:
        raise Refused("Choose one of the customer's contacts, or leave it out.", "contact_id")
    return contact
