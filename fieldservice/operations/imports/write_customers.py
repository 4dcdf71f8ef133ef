"""Customers of a list, with their contacts and sites."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.models.customers import PlaceQuality
from fieldservice.operations.imports.customer_rows import CustomerRow
from fieldservice.operations.imports.shelf import Codes, Shelf
from fieldservice.operations.imports.writing import Writing, Written


def write_customers(writing: Writing, rows: Sequence[CustomerRow], codes: Codes) -> Written:
    """Write every row; one that is a known customer adds what is new about it."""
    shelf = Shelf(writing, codes.values())
    missing = 0
    for portion in writing.portions(rows):
        made = []
        for row in portion:
            customer = shelf.customer(codes[row.line], row.person)
            shelf.contact(customer, row.person)
            missing += shelf.site(customer, row.address).place_quality == PlaceQuality.MISSING
            customer.note = customer.note or row.note
            made.append((row.key, customer))
        writing.session.flush()
        writing.mark("customer.imported", made)
    notes = [f"{shelf.made} customers are new."]
    if missing:
        notes.append(f"{missing} addresses have no point on the map yet: place them.")
    return Written(len(rows), tuple(notes))
