"""What programs may do in somebody's name, and what they were answered."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base
from fieldservice.models.users import RoleName, User


class Scope(enum.StrEnum):
    """What a token may be allowed; reading and writing are given apart."""

    TERRITORIES_READ = "territories:read"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    ASSETS_READ = "assets:read"
    ASSETS_WRITE = "assets:write"
    WORK_ORDERS_READ = "work_orders:read"
    WORK_ORDERS_WRITE = "work_orders:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    TECHNICIANS_READ = "technicians:read"
    TECHNICIANS_WRITE = "technicians:write"
    SHIFTS_READ = "shifts:read"
    SHIFTS_WRITE = "shifts:write"
    ABSENCES_READ = "absences:read"
    ABSENCES_WRITE = "absences:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    MESSAGES_READ = "messages:read"
    SURVEYS_READ = "surveys:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"


ADMINS_ONLY = frozenset({Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE})
"""An endpoint hears of every customer, so the office's admins alone name one."""


OFFICE = frozenset(Scope) - ADMINS_ONLY


def scopes_of(roles: Iterable[str]) -> frozenset[Scope]:
    """What a token of somebody who plays these parts may do: never more than on the pages."""
    parts = set(roles)
    if RoleName.ADMIN in parts:
        return OFFICE | ADMINS_ONLY
    return OFFICE if RoleName.DISPATCHER in parts else frozenset()


class ApiToken(Base):
    """A secret by which a program acts for one person; only its hash is kept."""

    __tablename__ = "api_token"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    """What its owner calls it: the program that uses it."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    """How it begins, so that its owner tells one from another."""
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    """To the hour."""
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at and self.user.active


class ApiAnswer(Base):
    """What a request with an idempotency key was answered, kept for those who ask again."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    asked: Mapped[str] = mapped_column(String(64))
    """A digest of method, address and body."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text)
