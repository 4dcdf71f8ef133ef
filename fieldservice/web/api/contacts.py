"""Contacts over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.customers import Contact, Customer
from fieldservice.operations import external_ids
from fieldservice.operations.customers import records
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.people import contact_form
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.customers import (
    ContactChange,
    ContactsAsked,
    ContactSchema,
    ContactUpsert,
    NewContact,
)
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("contacts", "People who answer for a customer, and how to reach them.")

UNKNOWN = "This contact is not known."
AT = "/api/v1/contacts/{0.id}"


@blueprint.get("/contacts")
@needs(Scope.CUSTOMERS_READ)
@takes(ContactsAsked, "query")
@answers(200, page_of(ContactSchema))
def list_contacts(asked: Asked) -> Page:
    """List contacts."""
    query = filtered(select(Contact), Contact, asked, "customer_id", "external_id", "phone")
    return page(db.session(), query, Contact, asked)


@blueprint.get("/contacts/<int:contact_id>")
@needs(Scope.CUSTOMERS_READ)
@answers(200, ContactSchema)
def show_contact(contact_id: int) -> Response:
    """Read a contact."""
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(UNKNOWN)
    return shown(contact, ContactSchema)


@blueprint.post("/customers/<int:customer_id>/contacts")
@needs(Scope.CUSTOMERS_WRITE)
@takes(NewContact)
@answers(201, ContactSchema)
def add_contact(asked: Asked, customer_id: int) -> Response:
    """Add a person to a customer."""

    def deed(session: Session) -> Contact:
        contact = _set(session, customer_id, None, asked)
        external_ids.give(session, contact, asked.get("external_id"))
        return contact

    return written(deed, ContactSchema, 201, AT)


@blueprint.patch("/contacts/<int:contact_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(ContactChange)
@answers(200, ContactSchema)
def change_contact(asked: Asked, contact_id: int) -> Response:
    """Change a person's name, number, language or preference."""

    def deed(session: Session) -> Contact:
        contact = held(session, Contact, contact_id, UNKNOWN)
        if set(asked) - {"external_id"}:
            _set(session, contact.customer_id, contact, asked)
        if "external_id" in asked:
            external_ids.give(session, contact, asked["external_id"])
        return contact

    return written(deed, ContactSchema)


@blueprint.put("/contacts/by-external-id/<outside:external_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(ContactUpsert)
@answers(200, ContactSchema)
@may_answer(201, ContactSchema, "Added")
def put_contact(asked: Asked, external_id: str) -> Response:
    """Have a person as another system knows them, be they new or not."""

    def make(session: Session) -> Contact:
        require(asked, "customer_id", "name", "language")
        known(session, Customer, asked["customer_id"], "customer_id")
        return _set(session, asked["customer_id"], None, asked)

    def change(session: Session, contact: Contact) -> None:
        if set(asked) - {"customer_id"}:
            _set(session, contact.customer_id, contact, asked)

    return upserted(Contact, external_id, make, change, ContactSchema, AT, asked)


def _set(session: Session, customer_id: int, one: Contact | None, asked: Asked) -> Contact:
    form, contact_id = contact_form(asked, one), one.id if one else None
    now, actor_id = clock.now(), caller().user_id
    return records.set_contact(session, customer_id, contact_id, form, now, actor_id)
