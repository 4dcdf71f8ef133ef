"""Installed assets of a list, at their customers' sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from fieldservice.models.assets import Asset, Product
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.amounts import months_later
from fieldservice.operations.imports.asset_rows import USUAL_MONTHS, AssetRow
from fieldservice.operations.imports.owners import Owner
from fieldservice.operations.imports.writing import Writing, Written


def write_assets(
    writing: Writing, rows: Sequence[AssetRow], owners: Mapping[int, Owner]
) -> Written:
    """Write every row; products nobody has named yet are made."""
    products = {
        (fold(product.brand), fold(product.name)): product
        for product in writing.session.scalars(select(Product))
    }
    before = len(products)
    for portion in writing.portions(rows):
        made = [(row.key, _asset(row, owners[row.line], products)) for row in portion]
        writing.session.add_all([asset for _, asset in made])
        writing.session.flush()
        for key, asset in made:
            writing.mark("asset.imported", key, Asset, asset.id)
    new = len(products) - before
    return Written(len(rows), (f"New products: {new}.",) if new else ())


def _asset(row: AssetRow, owner: Owner, products: dict[tuple[str, str], Product]) -> Asset:
    product = products.setdefault(
        (fold(row.brand), fold(row.product)),
        Product(
            name=row.product,
            brand=row.brand,
            warranty_months=USUAL_MONTHS if row.warranty_months is None else row.warranty_months,
        ),
    )
    return Asset(
        customer_id=owner.customer_id,
        site_id=owner.site_id,
        product=product,
        serial=row.serial,
        external_id=row.external_id,
        invoiced_on=row.invoiced_on,
        installed_on=row.installed_on,
        warranty_until=row.warranty_until or _warranty_end(row, product),
    )


def _warranty_end(row: AssetRow, product: Product) -> date | None:
    """So many months from the invoice, as the row or else the product has it."""
    begins = row.invoiced_on or row.installed_on
    if begins is None:
        return None
    months = product.warranty_months if row.warranty_months is None else row.warranty_months
    return months_later(begins, months)
