"""Products sold and the assets installed from them, with their warranty."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Shared
from fieldservice.models.customers import Customer, Site


class Product(Shared, Base):
    """A model of appliance and the warranty it is sold with."""

    __tablename__ = "product"

    name: Mapped[str]
    brand: Mapped[str]
    warranty_months: Mapped[int]

    @property
    def full_name(self) -> str:
        """The brand and the name, the brand only once where the name already begins with it."""
        words = self.name.casefold().split()
        brand = self.brand.casefold().split()
        return self.name if words[: len(brand)] == brand else f"{self.brand} {self.name}"


class Asset(Shared, Base):
    """One installed product at a site."""

    __tablename__ = "asset"

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    serial: Mapped[str | None] = mapped_column(String(80), index=True)
    invoiced_on: Mapped[date | None]
    installed_on: Mapped[date | None]
    warranty_until: Mapped[date | None]

    customer: Mapped[Customer] = relationship()
    site: Mapped[Site] = relationship()
    product: Mapped[Product] = relationship()
