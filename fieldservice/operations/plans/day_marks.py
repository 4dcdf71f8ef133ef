"""Marks of service days, to tell whether anything changed that a day's problem is made of.

The database takes them over the very statements a day is read with, so that no change passes
unnoticed, whoever made it and by whatever way. Nothing has to be raised, sent or forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, Table, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.plans.day_statements import WHOLE_DAY
from fieldservice.operations.plans.problems import Ground

_DAYS = ServiceDay.__table__
assert isinstance(_DAYS, Table)
_OF_EACH = {"day_id": _DAYS.c.id, "territory_id": _DAYS.c.territory_id, "day": _DAYS.c.day}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a day looks like at a moment: two of the same mark make the same problem.

    From the morning of the day on, its problem depends on the time as well.
    """

    ground: Ground
    version: int
    rows: tuple[str, ...]
    """What each statement finds, written out (SQLite) or digested (PostgreSQL)."""


def marked_days(
    session: Session, territory: Territory, wanted: Sequence[date], now: datetime
) -> list[tuple[ServiceDay, Mark]]:
    """Those of the days that are open, in order, with the marks they have at this moment."""
    if not wanted:
        return []
    if session.autoflush:
        session.flush()
    known = {"of": territory.id, "first": min(wanted), "last": max(wanted), "now": now}
    rows = session.execute(_marked(session.get_bind().dialect.name), known)
    return [
        (day, Mark(Ground.of(day, territory), version, tuple(found)))
        for day, version, *found in rows
        if day.day in wanted
    ]


@cache
def _marked(dialect: str) -> Select[Any]:
    """The question for all days at once, prepared once for the process."""
    marks = (
        select(_written_out(_of_each(asked).subquery(), dialect)).scalar_subquery()
        for asked in WHOLE_DAY.all
    )
    return (
        select(ServiceDay, _DAYS.c.version, *(one.correlate(_DAYS) for one in marks))
        .where(ServiceDay.territory_id == bindparam("of"))
        .where(ServiceDay.day.between(bindparam("first"), bindparam("last")))
        .order_by(ServiceDay.day)
    )


def _of_each(asked: Any) -> Any:
    """What is asked about one day, asked about each of many."""

    def column(element: Any, **_: Any) -> Any:
        return _OF_EACH.get(element.key) if isinstance(element, BindParameter) else None

    found: Any = replacement_traverse(asked, {}, column)
    return found.correlate(_DAYS)


def _written_out(rows: Any, dialect: str) -> Any:
    """All rows as one text that no other rows have; the exact one costs PostgreSQL the journey."""
    if dialect == "sqlite":
        return func.json_group_array(func.json_array(*rows.c))
    whole = func.json_agg(func.json_build_array(*rows.c))
    return func.md5(func.coalesce(cast(whole, Text), ""))
