"""References of work orders: short, spoken over the phone, never given twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from fieldservice.clock import wall
from fieldservice.models.base import Base
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import WorkOrder

AT_ONCE = 500


def next_reference(session: Session, territory: Territory, now: datetime) -> str:
    """A reference nobody has, such as AD-26-000123: country, year, number."""
    return next_references(session, territory, now, 1)[0]


def reference_of(session: Session, territory: Territory, now: datetime, order_id: int) -> str:
    """The reference that goes with this id, or another where a list brought that one along."""
    wanted = f"{_head(territory, now)}{order_id:06d}"
    if session.connection().execute(_BY_REFERENCE, {"reference": wanted}).scalar() is None:
        return wanted
    return next_reference(session, territory, now)


def _head(territory: Territory, now: datetime) -> str:
    return f"{territory.country}-{wall(now, territory.zone):%y}-"


def next_references(
    session: Session,
    territory: Territory,
    now: datetime,
    count: int,
    besides: frozenset[str] = frozenset(),
) -> list[str]:
    """So many references nobody has, nor is about to get in some other way."""
    head = _head(territory, now)
    found: list[str] = []
    last = 0
    while len(found) < count:
        numbers = next_numbers(session, WorkOrder, count - len(found), beyond=last)
        last = numbers[-1]
        asked = [f"{head}{number:06d}" for number in numbers]
        taken = _taken(session, asked) | besides
        found += [one for one in asked if one not in taken]
    return found


def next_numbers(session: Session, model: type[Base], count: int, beyond: int = 0) -> Sequence[int]:
    """Ids of records to come, as many as asked for.

    PostgreSQL counts for everybody at once; on SQLite only one transaction writes at a time,
    so the highest id tells, and `beyond` it the ones given out and not yet written.
    """
    if session.get_bind().dialect.name == "postgresql":
        counter = text(
            "SELECT nextval(pg_get_serial_sequence(:table_name, 'id')) "
            "FROM generate_series(1, :count)"
        )
        wanted = {"table_name": model.__tablename__, "count": count}
        return session.scalars(counter, wanted).all()
    first = max(beyond, session.scalar(select(func.max(model.id))) or 0) + 1
    return range(first, first + count)


def next_order_id(session: Session) -> int:
    """The id of a work order to come."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.connection().execute(_NEXT_ORDER).scalar_one())
    return int(session.connection().execute(_LAST_ORDER).scalar() or 0) + 1


_BY_REFERENCE = select(WorkOrder.id).where(WorkOrder.reference == bindparam("reference"))
_NEXT_ORDER = text("SELECT nextval(pg_get_serial_sequence('work_order', 'id'))")
_LAST_ORDER = select(func.max(WorkOrder.id))


def _taken(session: Session, references: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(references), AT_ONCE):
        some = references[start : start + AT_ONCE]
        found.update(
            session.scalars(select(WorkOrder.reference).where(WorkOrder.reference.in_(some)))
        )
    return found
