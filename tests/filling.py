"""A row in every table, made from the models alone, so that a new table is never left empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Column, Connection, Enum, MetaData, Table, func, select, types

from fieldservice.models import Base

MOMENT = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)


def fill(connection: Connection, metadata: MetaData = Base.metadata) -> None:
    """Write two rows into each table, parents first; keys that may be empty are set too."""
    for table in metadata.sorted_tables:
        for number in (1, 2):
            connection.execute(table.insert().values(_row(table, number)))


def counts(connection: Connection, metadata: MetaData = Base.metadata) -> dict[str, int]:
    """How many rows each table holds."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    }


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys or column.primary_key:
        return number
    kind: Any = column.type
    if isinstance(kind, types.TypeDecorator):
        return MOMENT
    if isinstance(kind, Enum):
        chosen = kind.enums[number - 1 if column.unique else 0]
        return kind.enum_class(chosen) if kind.enum_class else chosen
    plain: dict[type, Any] = {
        types.JSON: {"number": number},
        types.Boolean: True,
        types.Float: 42.5,
        types.Integer: number,
        types.DateTime: MOMENT,
        types.Date: date(2026, 3, number),
        types.Time: time(8, number),
        types.String: f"{column.name} {number}"[: kind.length if hasattr(kind, "length") else None],
    }
    return next(value for base, value in plain.items() if isinstance(kind, base))
