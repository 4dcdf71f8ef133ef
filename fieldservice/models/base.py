"""The ground all models stand on: column types, names of constraints, external ids."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, Dialect, Enum, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from fieldservice import clock


class Instant(TypeDecorator[datetime]):
    """A moment in time: kept in UTC, naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: give it a zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(states: type[enum.Enum]) -> list[str]:
    return [state.value for state in states]


NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: dict[Any, Any] = {
    datetime: Instant(),
    date: Date(),
    str: String(200),
    dict[str, Any]: JSON(),
    list[Any]: JSON(),
    enum.Enum: Enum(enum.Enum, native_enum=False, length=24, values_callable=_values),
}


class Base(DeclarativeBase):
    """What every model is: a table with an integer key."""

    metadata = MetaData(naming_convention=NAMES)
    # Flask-SQLAlchemy copies the class body, so the type map must sit in a registry of its own.
    registry = registry(metadata=metadata, type_annotation_map=TYPES)

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


LONG_AGO = "2000-01-01 00:00:00.000000"


class Tracked:
    """A record that other systems follow: it says when it changed last."""

    updated_at: Mapped[datetime] = mapped_column(
        default=clock.now, onupdate=clock.now, server_default=LONG_AGO, index=True, sort_order=90
    )
    """Set by every INSERT and UPDATE SQLAlchemy writes, also those without a loaded record."""


class Shared(Tracked):
    """A record other systems know too, by their own id."""

    external_id: Mapped[str | None] = mapped_column(String(120), index=True)
