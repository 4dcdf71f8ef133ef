"""Rows of a list of installed assets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.imports.amounts import read_months
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.dates import read_date
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.keys import row_key

USUAL_MONTHS = 36


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An installed product and whose it is."""

    line: int
    key: str
    serial: str | None
    external_id: str | None
    product: str
    brand: str
    customer: str
    customer_id: str | None
    phone: str | None
    street: str
    invoiced_on: date | None
    installed_on: date | None
    warranty_until: date | None
    warranty_months: int | None


def read_asset(row: RowReader, ground: Ground) -> AssetRow | None:
    """The asset of this row, or None where the reader has noted what is wrong."""

    def phone(cell: Cell) -> str:
        return phone_number(text_of(cell), ground.country)

    reached = row.take("mobile", phone) or row.take("phone", phone)
    customer, number = row.text("customer"), row.text("customer_id", 120) or None
    if not (customer or number or reached) and not row.faults:
        row.fault("customer", "The customer is empty. Give the name, number or phone.")
    serial, product = row.text("serial", 80) or None, row.needed("product")
    invoiced, installed = row.take("invoiced_on", read_date), row.take("installed_on", read_date)
    for field, day in (("invoiced_on", invoiced), ("installed_on", installed)):
        if day and day > ground.today:
            row.fault(field, f"{day:%d/%m/%Y} is still to come. Check the year.")
    until, months = row.take("warranty_until", read_date), row.take("warranty_months", read_months)
    if until and invoiced and until < invoiced:
        row.fault("warranty_until", f"Ends {until:%d/%m/%Y}, before the invoice. Change the end.")
    street = row.text("street") or row.text("address").rpartition(",")[0]
    external_id, brand = row.text("external_id", 120) or None, row.text("brand")
    if row.faults:
        return None
    identity = (serial, product) if serial else (number or reached or customer, product, street)
    key = row_key(*(fold(part or "") for part in identity))
    return AssetRow(
        line=row.line.number,
        key=key,
        serial=serial,
        external_id=external_id,
        product=product,
        brand=brand,
        customer=customer,
        customer_id=number,
        phone=reached,
        street=street,
        invoiced_on=invoiced,
        installed_on=installed,
        warranty_until=until,
        warranty_months=months,
    )
