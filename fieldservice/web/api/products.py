"""Products over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.assets import Product
from fieldservice.operations import external_ids
from fieldservice.operations.customers import assets
from fieldservice.operations.customers.assets import ProductEntry
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.assets import (
    NewProduct,
    ProductChange,
    ProductsAsked,
    ProductSchema,
    ProductUpsert,
)
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("products", "Models of appliances, with the warranty they are sold with.")

UNKNOWN = "There is no such product."
AT = "/api/v1/products/{0.id}"
USUAL_MONTHS = 24


@blueprint.get("/products")
@needs(Scope.ASSETS_READ)
@takes(ProductsAsked, "query")
@answers(200, page_of(ProductSchema))
def list_products(asked: Asked) -> Page:
    """List products."""
    query = filtered(select(Product), Product, asked, "external_id")
    return page(db.session(), query, Product, asked)


@blueprint.get("/products/<int:product_id>")
@needs(Scope.ASSETS_READ)
@answers(200, ProductSchema)
def show_product(product_id: int) -> Response:
    """Read a product."""
    product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound(UNKNOWN)
    return shown(product, ProductSchema)


@blueprint.post("/products")
@needs(Scope.ASSETS_WRITE)
@takes(NewProduct)
@answers(201, ProductSchema)
def add_product(asked: Asked) -> Response:
    """Add a product."""

    def deed(session: Session) -> Product:
        product = _added(session, asked)
        external_ids.give(session, product, asked.get("external_id"))
        return product

    return written(deed, ProductSchema, 201, AT)


@blueprint.patch("/products/<int:product_id>")
@needs(Scope.ASSETS_WRITE)
@takes(ProductChange)
@answers(200, ProductSchema)
def change_product(asked: Asked, product_id: int) -> Response:
    """Change a product; what is installed already keeps its warranty."""

    def deed(session: Session) -> Product:
        product = held(session, Product, product_id, UNKNOWN)
        _changed(session, product, asked)
        if "external_id" in asked:
            external_ids.give(session, product, asked["external_id"])
        return product

    return written(deed, ProductSchema)


@blueprint.put("/products/by-external-id/<outside:external_id>")
@needs(Scope.ASSETS_WRITE)
@takes(ProductUpsert)
@answers(200, ProductSchema)
@may_answer(201, ProductSchema, "Added")
def put_product(asked: Asked, external_id: str) -> Response:
    """Have a product as another system knows it, be it new or not."""

    def make(session: Session) -> Product:
        require(asked, "name", "brand")
        return _added(session, asked)

    def change(session: Session, product: Product) -> None:
        _changed(session, product, asked)

    return upserted(Product, external_id, make, change, ProductSchema, AT, asked)


def _added(session: Session, asked: Asked) -> Product:
    return assets.add_product(session, clock.now(), caller().user_id, _entry(asked))


def _changed(session: Session, product: Product, asked: Asked) -> None:
    if set(asked) - {"external_id"}:
        entry = _entry(asked, product)
        assets.change_product(session, clock.now(), caller().user_id, product, entry)


def _entry(asked: Asked, known: Product | None = None) -> ProductEntry:
    return ProductEntry(
        name=asked["name"] if known is None else asked.get("name", known.name),
        brand=asked["brand"] if known is None else asked.get("brand", known.brand),
        warranty_months=asked.get(
            "warranty_months", USUAL_MONTHS if known is None else known.warranty_months
        ),
    )
