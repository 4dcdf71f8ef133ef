"""Customers of a list, with their contacts and sites."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.models.customers import Customer
from fieldservice.operations.imports.customer_rows import CustomerRow
from fieldservice.operations.imports.shelf import Codes, Shelf
from fieldservice.operations.imports.writing import Writing, Written


def write_customers(writing: Writing, rows: Sequence[CustomerRow], codes: Codes) -> Written:
    """Write every row; one that is a known customer adds what is new about it."""
    shelf = Shelf(writing, codes.values())
    for portion in writing.portions(rows):
        for row in portion:
            kept = shelf.customer(codes[row.line], row.person, row.note)
            shelf.contact(kept, row.person)
            shelf.site(kept, row.address)
            writing.mark("customer.imported", row.key, Customer, kept.id)
    return Written(len(rows), (f"New customers: {shelf.made}.",) if rows else ())
