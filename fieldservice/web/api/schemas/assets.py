"""Products and the assets installed from them."""

from __future__ import annotations

from fieldservice.operations.customers.assets import LONGEST_WARRANTY
from fieldservice.web.api.schemas import base


class ProductSchema(base.Read):
    """A model of appliance."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    name = base.text()
    brand = base.text()
    warranty_months = base.whole(0, LONGEST_WARRANTY)
    updated_at = base.moment()


class AssetSchema(base.Read):
    """One installed product."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    customer_id = base.record_id()
    site_id = base.record_id()
    product_id = base.record_id()
    serial = base.text(80, allow_none=True)
    invoiced_on = base.day(allow_none=True)
    installed_on = base.day(allow_none=True)
    warranty_until = base.day(allow_none=True)
    updated_at = base.moment()


class ProductUpsert(base.Wanted):
    """A model as another system knows it; a new one needs name and brand."""

    name = base.text()
    brand = base.text()
    warranty_months = base.whole(
        0, LONGEST_WARRANTY, metadata={"description": "24 where a new one does not say."}
    )


class ProductChange(ProductUpsert):
    """What is to be different about a model."""

    external_id = base.external_id(allow_none=True)


class NewProduct(base.Wanted):
    """A model that can be installed."""

    external_id = base.external_id(allow_none=True)
    name = base.text(required=True)
    brand = base.text(required=True)
    warranty_months = base.whole(
        0, LONGEST_WARRANTY, metadata={"description": "24 where nothing is said."}
    )


class AssetUpsert(base.Wanted):
    """An asset as another system knows it; a new one needs customer, site and product."""

    customer_id = base.record_id(metadata={"description": "Whose a new one is."})
    site_id = base.record_id()
    product_id = base.record_id()
    serial = base.text(80, allow_none=True)
    invoiced_on = base.day(allow_none=True)
    installed_on = base.day(allow_none=True)
    warranty_until = base.day(
        allow_none=True,
        metadata={"description": "From the invoice by the product's months where it is not said."},
    )


class NewAsset(AssetUpsert):
    """A product installed at a customer's site."""

    external_id = base.external_id(allow_none=True)
    customer_id = base.record_id(required=True)
    site_id = base.record_id(required=True)
    product_id = base.record_id(required=True)


class AssetChange(base.Wanted):
    """What is to be different about an asset; it stays its customer's."""

    external_id = base.external_id(allow_none=True)
    site_id = base.record_id()
    product_id = base.record_id()
    serial = base.text(80, allow_none=True)
    invoiced_on = base.day(allow_none=True)
    installed_on = base.day(allow_none=True)
    warranty_until = base.day(allow_none=True)


class ProductsAsked(base.PageAsked):
    """Which products to list."""

    external_id = base.external_id()


class AssetsAsked(base.PageAsked):
    """Which assets to list."""

    customer_id = base.record_id(from_text=True)
    site_id = base.record_id(from_text=True)
    product_id = base.record_id(from_text=True)
    external_id = base.external_id()
    serial = base.text(80)
