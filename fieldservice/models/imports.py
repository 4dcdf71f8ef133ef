"""What was read from spreadsheets, and how their columns were understood."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldservice.models.base import Base


class ImportKind(enum.StrEnum):
    """What a list holds."""

    VISITS = "visits"
    TECHNICIANS = "technicians"
    CUSTOMERS = "customers"
    ASSETS = "assets"
    PLACES = "places"


class ImportMapping(Base):
    """Which column means what, remembered for the next list with the same headers."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("territory_id", "kind", "header_hash"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    kind: Mapped[ImportKind]
    header_hash: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]]
    """{field: header as written}."""
    saved_at: Mapped[datetime]


class ImportedRow(Base):
    """A row that was written once and is not written again."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("territory_id", "kind", "row_key"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    kind: Mapped[ImportKind]
    row_key: Mapped[str] = mapped_column(String(64))
    """A digest of the row's reference, else of phone, date, kind and address."""
    record_id: Mapped[int]
    imported_at: Mapped[datetime]
