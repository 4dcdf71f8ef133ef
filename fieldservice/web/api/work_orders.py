"""Work orders over the API."""

from __future__ import annotations

import secrets

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.customers import Customer
from fieldservice.models.work_orders import WorkOrder
from fieldservice.operations import external_ids
from fieldservice.operations.bookings.order_changes import OrderChange, change_order
from fieldservice.operations.bookings.work_orders import NewOrder, take_order
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import called, known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.work_orders import (
    NewWorkOrder,
    WorkOrderChange,
    WorkOrdersAsked,
    WorkOrderSchema,
    WorkOrderUpsert,
)
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("work_orders", "What customers want done; each is done in visits.")

UNKNOWN = "There is no such work order."
AT = "/api/v1/work-orders/{0.id}"
FILTERS = ("territory_id", "customer_id", "site_id", "state", "external_id", "reference")
TAKEN = (
    "customer_id",
    "site_id",
    "kind",
    "summary",
    "asset_id",
    "duration_minutes",
    "priority",
    "text_contact_id",
)
NAMES = {
    "site": "site_id",
    "asset": "asset_id",
    "contact": "text_contact_id",
    "duration": "duration_minutes",
}


@blueprint.get("/work-orders")
@needs(Scope.WORK_ORDERS_READ)
@takes(WorkOrdersAsked, "query")
@answers(200, page_of(WorkOrderSchema))
def list_work_orders(asked: Asked) -> Page:
    """List work orders."""
    query = select(WorkOrder).options(
        selectinload(WorkOrder.skills), selectinload(WorkOrder.contacts)
    )
    return page(db.session(), filtered(query, WorkOrder, asked, *FILTERS), WorkOrder, asked)


@blueprint.get("/work-orders/<int:work_order_id>")
@needs(Scope.WORK_ORDERS_READ)
@answers(200, WorkOrderSchema)
def show_work_order(work_order_id: int) -> Response:
    """Read a work order."""
    order = db.session.get(WorkOrder, work_order_id)
    if order is None:
        raise NotFound(UNKNOWN)
    return shown(order, WorkOrderSchema)


@blueprint.post("/work-orders")
@needs(Scope.WORK_ORDERS_WRITE)
@takes(NewWorkOrder)
@answers(201, WorkOrderSchema)
def take_work_order(asked: Asked) -> Response:
    """Take a work order; its first visit is requested and has no time yet."""

    def deed(session: Session) -> WorkOrder:
        order = _taken(session, asked)
        external_ids.give(session, order, asked.get("external_id"))
        return order

    return written(deed, WorkOrderSchema, 201, AT)


@blueprint.patch("/work-orders/<int:work_order_id>")
@needs(Scope.WORK_ORDERS_WRITE)
@takes(WorkOrderChange)
@answers(200, WorkOrderSchema)
def change_work_order(asked: Asked, work_order_id: int) -> Response:
    """Change what an order says, how urgent it is and by when it is due."""

    def deed(session: Session) -> WorkOrder:
        order = held(session, WorkOrder, work_order_id, UNKNOWN)
        _changed(session, order, asked)
        if "external_id" in asked:
            external_ids.give(session, order, asked["external_id"])
        return order

    return written(deed, WorkOrderSchema)


@blueprint.put("/work-orders/by-external-id/<outside:external_id>")
@needs(Scope.WORK_ORDERS_WRITE)
@takes(WorkOrderUpsert)
@answers(200, WorkOrderSchema)
@may_answer(201, WorkOrderSchema, "Taken")
def put_work_order(asked: Asked, external_id: str) -> Response:
    """Have a work order as another system knows it, be it new or not."""

    def make(session: Session) -> WorkOrder:
        require(asked, "customer_id", "site_id", "kind", "summary")
        return _taken(session, asked)

    def change(session: Session, order: WorkOrder) -> None:
        _changed(session, order, asked)

    return upserted(WorkOrder, external_id, make, change, WorkOrderSchema, AT, asked)


def _taken(session: Session, asked: Asked) -> WorkOrder:
    now, actor_id = clock.now(), caller().user_id
    known(session, Customer, asked["customer_id"], "customer_id")
    wanted = NewOrder(
        form_key=f"api:{secrets.token_hex(16)}",
        **{name: asked[name] for name in TAKEN if name in asked},
    )
    with called(NAMES):
        order = take_order(session, wanted, now, actor_id)
    if asked.get("due_on"):
        _changed(session, order, {"due_on": asked["due_on"]})
    return order


def _changed(session: Session, order: WorkOrder, asked: Asked) -> None:
    said = {"summary", "priority", "due_on"} & set(asked)
    if all(asked[name] == getattr(order, name) for name in said):
        # What is sent again says nothing new, and an order that is over may be sent again.
        return
    change = OrderChange(
        summary=asked.get("summary", order.summary),
        priority=asked.get("priority", order.priority),
        due_on=asked.get("due_on", order.due_on),
    )
    change_order(session, clock.now(), caller().user_id, order, change)
