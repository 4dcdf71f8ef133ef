"""Customers over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.api import Scope
from fieldservice.models.customers import Contact, Customer, Site
from fieldservice.models.territories import Territory
from fieldservice.operations import external_ids
from fieldservice.operations.customers import records
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import called, inside, known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.people import contact_form, site_form
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.customers import (
    CustomerChange,
    CustomersAsked,
    CustomerSchema,
    CustomerUpsert,
    NewCustomer,
)
from fieldservice.web.api.sites import changed_site
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("customers", "Households and companies that are served.")

UNKNOWN = "This customer is not known."
PLACES = (
    {name: f"contact.{name}" for name in ("name", "phone", "email", "role", "language", "prefers")}
    | {name: f"site.{name}" for name in ("street", "municipality", "postcode")}
    | {"point": "site.lat"}
)
"""Where what operations refuse stands in what was sent."""
AT = "/api/v1/customers/{0.id}"


@blueprint.get("/customers")
@needs(Scope.CUSTOMERS_READ)
@takes(CustomersAsked, "query")
@answers(200, page_of(CustomerSchema))
def list_customers(asked: Asked) -> Page:
    """List customers."""
    query = select(Customer).options(selectinload(Customer.contacts), selectinload(Customer.sites))
    query = filtered(query, Customer, asked, "territory_id", "external_id")
    if "phone" in asked:
        query = query.where(Customer.contacts.any(Contact.phone == asked["phone"]))
    return page(db.session(), query, Customer, asked)


@blueprint.get("/customers/<int:customer_id>")
@needs(Scope.CUSTOMERS_READ)
@answers(200, CustomerSchema)
def show_customer(customer_id: int) -> Response:
    """Read a customer."""
    return shown(records.known_customer(db.session(), customer_id), CustomerSchema)


@blueprint.post("/customers")
@needs(Scope.CUSTOMERS_WRITE)
@takes(NewCustomer)
@answers(201, CustomerSchema)
def add_customer(asked: Asked) -> Response:
    """Take on a customer with a contact and a site."""
    return written(lambda session: _taken_on(session, asked), CustomerSchema, 201, AT)


@blueprint.patch("/customers/<int:customer_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(CustomerChange)
@answers(200, CustomerSchema)
def change_customer(asked: Asked, customer_id: int) -> Response:
    """Change a customer's name, note or external id."""

    def deed(session: Session) -> Customer:
        customer = held(session, Customer, customer_id, UNKNOWN)
        _changed(session, customer, asked)
        if "external_id" in asked:
            external_ids.give(session, customer, asked["external_id"])
        return customer

    return written(deed, CustomerSchema)


@blueprint.put("/customers/by-external-id/<outside:external_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(CustomerUpsert)
@answers(200, CustomerSchema)
@may_answer(201, CustomerSchema, "Taken on")
def put_customer(asked: Asked, external_id: str) -> Response:
    """Have a customer as another system knows it, be it new or not."""

    def change(session: Session, customer: Customer) -> None:
        _changed(session, customer, asked)
        _first_changed(session, customer, asked)

    def make(session: Session) -> Customer:
        require(asked, "territory_id", "contact", "site")
        return _taken_on(session, asked)

    return upserted(Customer, external_id, make, change, CustomerSchema, AT, asked)


def _taken_on(session: Session, asked: Asked) -> Customer:
    territory = known(session, Territory, asked["territory_id"], "territory_id")
    now, actor_id, note = clock.now(), caller().user_id, asked.get("note") or ""
    contact = contact_form(asked["contact"])
    with inside("site"):
        site = site_form(asked["site"])
    with called(PLACES):
        customer = records.take_on(session, territory, contact, site, now, actor_id, note)
    if asked.get("name", contact.name) != contact.name:
        records.rename(session, customer.id, asked["name"], note, now, actor_id)
    external_ids.give(session, customer, asked.get("external_id"))
    _known_as(session, customer.contacts[0], asked["contact"])
    _known_as(session, customer.sites[0], asked["site"])
    return customer


def _first_changed(session: Session, customer: Customer, asked: Asked) -> None:
    """The contact and the site it was taken on with, where they are sent."""
    now, actor_id = clock.now(), caller().user_id
    if "contact" in asked:
        contact = min(customer.contacts, key=lambda one: one.id, default=None)
        form, contact_id = contact_form(asked["contact"], contact), contact.id if contact else None
        with inside("contact"):
            contact = records.set_contact(session, customer.id, contact_id, form, now, actor_id)
        _known_as(session, contact, asked["contact"])
    if "site" in asked:
        site = min(customer.sites, key=lambda one: one.id, default=None)
        with inside("site"):
            if site is None:
                address = site_form(asked["site"])
                site = records.set_site(session, customer.id, None, address, now, actor_id)
            else:
                changed_site(session, site, asked["site"])
        _known_as(session, site, asked["site"])


def _known_as(session: Session, record: Contact | Site, asked: Asked) -> None:
    if "external_id" in asked:
        external_ids.give(session, record, asked["external_id"])


def _changed(session: Session, customer: Customer, asked: Asked) -> None:
    if not {"name", "note"} & set(asked):
        return
    name = asked.get("name", customer.name)
    note = asked.get("note", customer.note)
    records.rename(session, customer.id, name, note or "", clock.now(), caller().user_id)
