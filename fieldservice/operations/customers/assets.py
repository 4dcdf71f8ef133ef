"""Products that are sold, and the assets installed from them at customers' sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.assets import Asset, Product
from fieldservice.models.customers import Customer, Site
from fieldservice.operations import audit
from fieldservice.operations.imports.amounts import months_later

LONGEST_WARRANTY = 600


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A model of appliance as somebody writes it down."""

    name: str
    brand: str
    warranty_months: int

    def __post_init__(self) -> None:
        if not 0 <= self.warranty_months <= LONGEST_WARRANTY:
            raise Refused(
                "A warranty of %(months)s months cannot be: give 0 to %(longest)s.",
                "warranty_months",
                months=self.warranty_months,
                longest=LONGEST_WARRANTY,
            )


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """An appliance as somebody writes it down; without its end, the warranty is the product's."""

    site_id: int
    product_id: int
    serial: str | None = None
    invoiced_on: date | None = None
    installed_on: date | None = None
    warranty_until: date | None = None


def add_product(
    session: Session, now: datetime, actor_id: int | None, entry: ProductEntry
) -> Product:
    """A model that can be installed from now on."""
    product = Product(name=entry.name, brand=entry.brand, warranty_months=entry.warranty_months)
    session.add(product)
    audit.record(session, now, actor_id, "product.added", product)
    return product


def change_product(
    session: Session, now: datetime, actor_id: int | None, product: Product, entry: ProductEntry
) -> Product:
    """The model as written now; what is installed already keeps its warranty."""
    product.name, product.brand = entry.name, entry.brand
    product.warranty_months = entry.warranty_months
    audit.record(session, now, actor_id, "product.changed", product)
    return product


def add_asset(
    session: Session, now: datetime, actor_id: int | None, customer_id: int, entry: AssetEntry
) -> Asset:
    """An appliance that stands at one of the customer's sites."""
    if session.get(Customer, customer_id) is None:
        raise NotFound("This customer is not known.")
    asset = Asset(customer_id=customer_id)
    _write(session, asset, entry)
    session.add(asset)
    audit.record(session, now, actor_id, "asset.added", asset, customer_id=customer_id)
    return asset


def change_asset(
    session: Session, now: datetime, actor_id: int | None, asset: Asset, entry: AssetEntry
) -> Asset:
    """The appliance as written now; it stays its customer's."""
    _write(session, asset, entry)
    audit.record(session, now, actor_id, "asset.changed", asset, customer_id=asset.customer_id)
    return asset


def _write(session: Session, asset: Asset, entry: AssetEntry) -> None:
    site = session.get(Site, entry.site_id)
    if site is None or site.customer_id != asset.customer_id:
        raise Refused("Choose one of the customer's sites.", "site_id")
    product = session.get(Product, entry.product_id)
    if product is None:
        raise Refused("There is no such product. Add it first.", "product_id")
    asset.site_id, asset.product_id = site.id, product.id
    asset.serial = entry.serial
    asset.invoiced_on, asset.installed_on = entry.invoiced_on, entry.installed_on
    asset.warranty_until = entry.warranty_until or _warranty_end(entry, product)


def _warranty_end(entry: AssetEntry, product: Product) -> date | None:
    begins = entry.invoiced_on or entry.installed_on
    return months_later(begins, product.warranty_months) if begins else None
