"""Sites over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.customers import Customer, Site
from fieldservice.operations import external_ids
from fieldservice.operations.customers import records
from fieldservice.operations.customers.places import place_site
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import called, known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.people import point_of, site_form
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.customers import (
    NewSite,
    SiteChange,
    SitesAsked,
    SiteSchema,
    SiteUpsert,
)
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("sites", "Addresses that are visited, with their point on the map.")

UNKNOWN = "This site is not known."
POINT = {"point": "lat", "pasted": "lat"}
"""What operations call a point, and where it stands in what was sent."""
AT = "/api/v1/sites/{0.id}"


@blueprint.get("/sites")
@needs(Scope.CUSTOMERS_READ)
@takes(SitesAsked, "query")
@answers(200, page_of(SiteSchema))
def list_sites(asked: Asked) -> Page:
    """List sites."""
    query = filtered(select(Site), Site, asked, "customer_id", "external_id")
    return page(db.session(), query, Site, asked)


@blueprint.get("/sites/<int:site_id>")
@needs(Scope.CUSTOMERS_READ)
@answers(200, SiteSchema)
def show_site(site_id: int) -> Response:
    """Read a site."""
    site = db.session.get(Site, site_id)
    if site is None:
        raise NotFound(UNKNOWN)
    return shown(site, SiteSchema)


@blueprint.post("/customers/<int:customer_id>/sites")
@needs(Scope.CUSTOMERS_WRITE)
@takes(NewSite)
@answers(201, SiteSchema)
def add_site(asked: Asked, customer_id: int) -> Response:
    """Add an address to a customer."""

    def deed(session: Session) -> Site:
        site = _added(session, customer_id, asked)
        external_ids.give(session, site, asked.get("external_id"))
        return site

    return written(deed, SiteSchema, 201, AT)


@blueprint.patch("/sites/<int:site_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(SiteChange)
@answers(200, SiteSchema)
def change_site(asked: Asked, site_id: int) -> Response:
    """Change an address, its access notes or its point."""

    def deed(session: Session) -> Site:
        site = held(session, Site, site_id, UNKNOWN)
        changed_site(session, site, asked)
        if "external_id" in asked:
            external_ids.give(session, site, asked["external_id"])
        return site

    return written(deed, SiteSchema)


@blueprint.put("/sites/by-external-id/<outside:external_id>")
@needs(Scope.CUSTOMERS_WRITE)
@takes(SiteUpsert)
@answers(200, SiteSchema)
@may_answer(201, SiteSchema, "Added")
def put_site(asked: Asked, external_id: str) -> Response:
    """Have an address as another system knows it, be it new or not."""

    def make(session: Session) -> Site:
        require(asked, "customer_id", "street", "municipality")
        known(session, Customer, asked["customer_id"], "customer_id")
        return _added(session, asked["customer_id"], asked)

    def change(session: Session, site: Site) -> None:
        changed_site(session, site, asked)

    return upserted(Site, external_id, make, change, SiteSchema, AT, asked)


def _added(session: Session, customer_id: int, asked: Asked) -> Site:
    now, actor_id = clock.now(), caller().user_id
    with called(POINT):
        return records.set_site(session, customer_id, None, site_form(asked), now, actor_id)


def changed_site(session: Session, site: Site, asked: Asked) -> None:
    """The address as sent; where its point moves, the days that visit it are laid out anew."""
    now, actor_id = clock.now(), caller().user_id
    point = point_of(asked)
    words = {name: value for name, value in asked.items() if name not in ("lat", "lon")}
    if set(words) & {"street", "municipality", "postcode", "access_notes"}:
        form = site_form(words, site)
        records.set_site(session, site.customer_id, site.id, form, now, actor_id)
    if point and point != point_of({"lat": site.lat, "lon": site.lon}):
        with called(POINT):
            place_site(session, now, actor_id, site.id, point)
