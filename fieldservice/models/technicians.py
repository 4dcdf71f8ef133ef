"""Technicians, their skills, shifts, absences and activities."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Shared


class Skill(Shared, Base):
    """Something a technician can do that not everybody can."""

    __tablename__ = "skill"

    name: Mapped[str] = mapped_column(unique=True)


class Technician(Shared, Base):
    """A person who visits customers."""

    __tablename__ = "technician"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(String(20))
    home_lat: Mapped[float]
    home_lon: Mapped[float]
    is_trainee: Mapped[bool] = mapped_column(default=False)
    """A trainee never works alone."""
    is_active: Mapped[bool] = mapped_column(default=True)

    skills: Mapped[list[TechnicianSkill]] = relationship(
        cascade="all, delete-orphan", order_by="TechnicianSkill.id"
    )
    working_hours: Mapped[list[WorkingHours]] = relationship(
        cascade="all, delete-orphan",
        order_by="WorkingHours.weekday",
        foreign_keys="WorkingHours.technician_id",
    )
    absences: Mapped[list[Absence]] = relationship(
        cascade="all, delete-orphan", order_by="Absence.starts_at"
    )


class TechnicianSkill(Base):
    """A skill held at a level, until its certificate runs out."""

    __tablename__ = "technician_skill"
    __table_args__ = (UniqueConstraint("technician_id", "skill_id"),)

    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int] = mapped_column(default=1)
    expires_on: Mapped[date | None]
    """The last day it counts."""

    skill: Mapped[Skill] = relationship()


class WorkingHours(Base):
    """The usual week, in local wall time, from which shifts are rostered."""

    __tablename__ = "working_hours"
    __table_args__ = (UniqueConstraint("technician_id", "weekday"),)

    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    """0 Monday to 6 Sunday."""
    starts: Mapped[time]
    ends: Mapped[time]
    lunch_from: Mapped[time | None]
    lunch_until: Mapped[time | None]
    """When lunch may begin, at the earliest and the latest."""
    lunch_minutes: Mapped[int] = mapped_column(default=0)
    overtime_minutes: Mapped[int] = mapped_column(default=0)
    rides_with_id: Mapped[int | None] = mapped_column(ForeignKey("technician.id"))
    """Whose van a trainee or second pair of hands is in."""


class Shift(Shared, Base):
    """One van on one day: from when to when, and who is in it."""

    __tablename__ = "shift"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    service_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lunch_from_at: Mapped[datetime | None]
    lunch_until_at: Mapped[datetime | None]
    lunch_minutes: Mapped[int] = mapped_column(default=0)
    overtime_minutes: Mapped[int] = mapped_column(default=0)

    members: Mapped[list[ShiftMember]] = relationship(
        back_populates="shift", cascade="all, delete-orphan", order_by="ShiftMember.id"
    )

    @property
    def technician_ids(self) -> list[int]:
        """Who is in the van, the driver first."""
        return [member.technician_id for member in self.members]

    @property
    def lead(self) -> Technician:
        """Who drives the van: the first member."""
        return self.members[0].technician


class ShiftMember(Base):
    """Somebody in the van; the first one drives, from home."""

    __tablename__ = "shift_member"
    __table_args__ = (UniqueConstraint("shift_id", "technician_id"),)

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)

    shift: Mapped[Shift] = relationship(back_populates="members")
    technician: Mapped[Technician] = relationship()


class Absence(Shared, Base):
    """A span in which a technician does not work, half-open."""

    __tablename__ = "absence"

    technician_id: Mapped[int] = mapped_column(
        ForeignKey("technician.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]


class Activity(Base):
    """Something on a route that is no visit: training, meeting, store pick-up, workshop."""

    __tablename__ = "activity"

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lat: Mapped[float]
    lon: Mapped[float]
    place: Mapped[str]

    shift: Mapped[Shift] = relationship()
