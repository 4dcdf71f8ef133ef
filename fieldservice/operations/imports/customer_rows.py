"""Rows of a list of customers."""

from __future__ import annotations

from dataclasses import dataclass

from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.keys import row_key
from fieldservice.operations.imports.people import Address, Person, read_address, read_person


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as its row says it."""

    line: int
    key: str
    person: Person
    address: Address
    note: str | None


def read_customer(row: RowReader, ground: Ground) -> CustomerRow | None:
    """The customer of this row, or None where the reader has noted what is wrong."""
    person, address = read_person(row, ground), read_address(row, ground)
    note = row.text("note", 1000) or None
    if row.faults:
        return None
    parts = (person.external_id or person.name, person.phone or "", address.whole)
    return CustomerRow(row.line.number, row_key(*parts), person, address, note)
