"""Assets over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.assets import Asset
from fieldservice.models.customers import Customer
from fieldservice.operations import external_ids
from fieldservice.operations.customers import assets
from fieldservice.operations.customers.assets import AssetEntry
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.assets import (
    AssetChange,
    AssetsAsked,
    AssetSchema,
    AssetUpsert,
    NewAsset,
)
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("assets", "Installed products, each at a customer's site.")

UNKNOWN = "There is no such asset."
AT = "/api/v1/assets/{0.id}"
FILTERS = ("customer_id", "site_id", "product_id", "external_id", "serial")
WORDS = ("site_id", "product_id", "serial", "invoiced_on", "installed_on", "warranty_until")


@blueprint.get("/assets")
@needs(Scope.ASSETS_READ)
@takes(AssetsAsked, "query")
@answers(200, page_of(AssetSchema))
def list_assets(asked: Asked) -> Page:
    """List assets."""
    return page(db.session(), filtered(select(Asset), Asset, asked, *FILTERS), Asset, asked)


@blueprint.get("/assets/<int:asset_id>")
@needs(Scope.ASSETS_READ)
@answers(200, AssetSchema)
def show_asset(asset_id: int) -> Response:
    """Read an asset."""
    asset = db.session.get(Asset, asset_id)
    if asset is None:
        raise NotFound(UNKNOWN)
    return shown(asset, AssetSchema)


@blueprint.post("/assets")
@needs(Scope.ASSETS_WRITE)
@takes(NewAsset)
@answers(201, AssetSchema)
def add_asset(asked: Asked) -> Response:
    """Add an asset to a customer's site."""

    def deed(session: Session) -> Asset:
        asset = _added(session, asked)
        external_ids.give(session, asset, asked.get("external_id"))
        return asset

    return written(deed, AssetSchema, 201, AT)


@blueprint.patch("/assets/<int:asset_id>")
@needs(Scope.ASSETS_WRITE)
@takes(AssetChange)
@answers(200, AssetSchema)
def change_asset(asked: Asked, asset_id: int) -> Response:
    """Change where an asset stands, its serial number or its warranty."""

    def deed(session: Session) -> Asset:
        asset = held(session, Asset, asset_id, UNKNOWN)
        _changed(session, asset, asked)
        if "external_id" in asked:
            external_ids.give(session, asset, asked["external_id"])
        return asset

    return written(deed, AssetSchema)


@blueprint.put("/assets/by-external-id/<outside:external_id>")
@needs(Scope.ASSETS_WRITE)
@takes(AssetUpsert)
@answers(200, AssetSchema)
@may_answer(201, AssetSchema, "Added")
def put_asset(asked: Asked, external_id: str) -> Response:
    """Have an asset as another system knows it, be it new or not."""

    def make(session: Session) -> Asset:
        require(asked, "customer_id", "site_id", "product_id")
        return _added(session, asked)

    def change(session: Session, asset: Asset) -> None:
        _changed(session, asset, asked)

    return upserted(Asset, external_id, make, change, AssetSchema, AT, asked)


def _added(session: Session, asked: Asked) -> Asset:
    known(session, Customer, asked["customer_id"], "customer_id")
    entry = AssetEntry(**{name: asked[name] for name in WORDS if name in asked})
    return assets.add_asset(session, clock.now(), caller().user_id, asked["customer_id"], entry)


def _changed(session: Session, asset: Asset, asked: Asked) -> None:
    if set(asked) & set(WORDS):
        entry = AssetEntry(**{name: asked.get(name, getattr(asset, name)) for name in WORDS})
        assets.change_asset(session, clock.now(), caller().user_id, asset, entry)
