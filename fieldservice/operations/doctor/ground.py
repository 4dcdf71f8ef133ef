"""I1: what was accepted is in the database, whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder
from fieldservice.operations.doctor.finding import Finding


def references_are_whole(session: Session, _now: datetime) -> Iterator[Finding]:
    """No row names another that is not there; PostgreSQL sees to it by itself."""
    if session.get_bind().dialect.name == "sqlite":
        for table, row, parent, _key in session.execute(text("PRAGMA foreign_key_check")):
            yield Finding("I1", f"names a {parent} that does not exist", table, row or 0)


def every_visit_belongs_to_its_territory(session: Session, _now: datetime) -> Iterator[Finding]:
    """A visit is planned where its order was taken, and has a day once it is promised."""
    strayed = (
        select(Visit.id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .where(Visit.territory_id != WorkOrder.territory_id)
    )
    for visit_id in session.scalars(strayed):
        yield Finding("I1", "is in another territory than its work order", "visit", visit_id)
    dayless = select(Visit.id).where(Visit.state.in_(UPCOMING), Visit.service_on.is_(None))
    for visit_id in session.scalars(dayless):
        yield Finding("I1", "is promised, and has no day", "visit", visit_id)
