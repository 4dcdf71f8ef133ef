"""Rows that are part of a larger record: when one changes, the record counts as changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, update
from sqlalchemy.orm import Mapper

from fieldservice.models.base import Base, Tracked
from fieldservice.models.customers import Consent, Contact, Customer, Site
from fieldservice.models.technicians import (
    Shift,
    ShiftMember,
    Technician,
    TechnicianSkill,
    WorkingHours,
)
from fieldservice.models.territories import ClosedDay, KindDefault, SlowHours, Territory
from fieldservice.models.work_orders import RequiredSkill, WorkOrder, WorkOrderContact

PARTS: tuple[tuple[type[Base], str, type[Tracked]], ...] = (
    (ClosedDay, "territory_id", Territory),
    (Consent, "contact_id", Contact),
    (Contact, "customer_id", Customer),
    (KindDefault, "territory_id", Territory),
    (RequiredSkill, "work_order_id", WorkOrder),
    (ShiftMember, "shift_id", Shift),
    (Site, "customer_id", Customer),
    (SlowHours, "territory_id", Territory),
    (TechnicianSkill, "technician_id", Technician),
    (WorkingHours, "technician_id", Technician),
    (WorkOrderContact, "work_order_id", WorkOrder),
)
"""The part, how it names its record, and the record."""


def _watch(part: type[Base], key: str, whole: Any) -> None:
    table = whole.__table__

    def changed(_mapper: Mapper[Any], connection: Connection, row: Any) -> None:
        # Setting the id to itself is no change, and yet one that `onupdate` sees.
        same = update(table).where(table.c.id == getattr(row, key)).values(id=table.c.id)
        connection.execute(same)

    for moment in ("after_insert", "after_update", "after_delete"):
        event.listen(part, moment, changed)


for _part, _key, _whole in PARTS:
    _watch(_part, _key, _whole)
