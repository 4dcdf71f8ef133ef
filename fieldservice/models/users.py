"""People who sign in, and what they may do."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base
from fieldservice.models.technicians import Technician


class RoleName(enum.StrEnum):
    """The parts a signed-in person can play."""

    ADMIN = "admin"
    DISPATCHER = "dispatcher"
    TECHNICIAN = "technician"


user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(RoleMixin, Base):
    """A part to play."""

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(String(40), unique=True)


class User(UserMixin, Base):
    """Somebody of the house who signs in."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    """Renewed to end every session this person has open."""
    language: Mapped[str] = mapped_column(String(2), default="en")
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technician.id"))
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="selectin")  # type: ignore[assignment]
    technician: Mapped[Technician | None] = relationship()

    def plays(self, *names: RoleName) -> bool:
        """Whether any of these parts is theirs."""
        return any(role.name in names for role in self.roles)
