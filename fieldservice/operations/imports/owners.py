"""Whose an asset is, and at which address it stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Customer, Site
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.asset_rows import AssetRow
from fieldservice.operations.imports.households import Household, Households, households_of


@dataclass(frozen=True, slots=True)
class Owner:
    """The customer an asset belongs to and the site it stands at."""

    customer_id: int
    site_id: int


class Owners:
    """Finds the one customer and site a row can only mean."""

    def __init__(self, session: Session, territory_id: int) -> None:
        self._households: Households = households_of(session, territory_id)
        self._sites: dict[int, list[tuple[int, str]]] = defaultdict(list)
        query = select(Site.customer_id, Site.id, Site.street).join(Customer)
        for customer_id, site_id, street in session.execute(
            query.where(Customer.territory_id == territory_id).order_by(Site.id)
        ):
            self._sites[customer_id].append((site_id, fold(street)))

    def of(self, row: AssetRow) -> Owner:
        """The owner, or a refusal that says what is missing to tell."""
        customer_id = int(self._household(row).code)
        sites = self._sites[customer_id]
        if row.street:
            sites = [site for site in sites if site[1] == fold(row.street)]
        if not sites:
            raise Refused(
                "The customer has no such address. Correct the street or leave it empty.", "street"
            )
        if len(sites) > 1:
            raise Refused("The customer has several addresses. Fill in the street.", "street")
        return Owner(customer_id, sites[0][0])

    def _household(self, row: AssetRow) -> Household:
        if row.customer_id:
            numbered = self._households.numbered(row.customer_id)
            if numbered is None:
                raise Refused(
                    f"No customer has the number {row.customer_id!r}. Import the customers first.",
                    "customer_id",
                )
            return numbered
        return self._only(row, self._candidates(row))

    def _candidates(self, row: AssetRow) -> list[Household]:
        by_phone = self._households.reached_by(row.phone) if row.phone else []
        if not row.customer:
            return by_phone
        by_name = self._households.called(row.customer)
        both = [one for one in by_name if one in by_phone]
        return both or (by_name if not row.phone else by_phone if len(by_phone) == 1 else [])

    def _only(self, row: AssetRow, found: list[Household]) -> Household:
        field = "customer" if row.customer else "phone"
        if not found:
            raise Refused("No customer here is called that. Import the customers first.", field)
        if len(found) > 1:
            raise Refused("Several customers are called that. Add the customer number.", field)
        return found[0]
