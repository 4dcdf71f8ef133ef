"""A territory: the area one office plans, with its zone, habits and places."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Shared
from fieldservice.models.kinds import Kind


class Territory(Shared, Base):
    """One area with one time zone, one team and one way of speaking to customers."""

    __tablename__ = "territory"

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    country: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(String(40))
    default_language: Mapped[str] = mapped_column(String(2), default="en")
    public_booking: Mapped[bool] = mapped_column(default=False)
    records_calls: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Whether callers may leave spoken words; they are told that these are recorded."""
    office_opens: Mapped[time] = mapped_column(default=time(9), server_default="09:00:00")
    office_closes: Mapped[time] = mapped_column(default=time(18), server_default="18:00:00")
    """Callers are put through in between, on business days."""
    keeps_silent: Mapped[bool] = mapped_column(default=False)
    """Nothing leaves the house until somebody says so."""
    console_only: Mapped[bool] = mapped_column(default=False)
    """A company for trying: its messages never leave by any real channel."""
    travel_base_seconds: Mapped[int] = mapped_column(default=210)
    travel_seconds_per_km: Mapped[int] = mapped_column(default=108)
    offer_days: Mapped[int] = mapped_column(default=10)
    window_minutes: Mapped[int] = mapped_column(default=120)
    publish_hold_minutes: Mapped[int] = mapped_column(default=3)
    """How long texts wait after publishing, so that it can be undone."""

    kinds: Mapped[list[KindDefault]] = relationship(
        back_populates="territory", cascade="all, delete-orphan"
    )
    places: Mapped[list[Place]] = relationship(
        back_populates="territory", cascade="all, delete-orphan"
    )
    closed_days: Mapped[list[ClosedDay]] = relationship(cascade="all, delete-orphan")
    slow_hours: Mapped[list[SlowHours]] = relationship(
        cascade="all, delete-orphan",
        order_by="SlowHours.first_weekday, SlowHours.from_time, SlowHours.id",
    )


class KindDefault(Base):
    """What a kind of visit needs where nobody says otherwise."""

    __tablename__ = "kind_default"
    __table_args__ = (UniqueConstraint("territory_id", "kind"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    kind: Mapped[Kind]
    duration_minutes: Mapped[int]
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))

    territory: Mapped[Territory] = relationship(back_populates="kinds")


class Place(Base):
    """A municipality by name: where a site is taken to be until its own point is known."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("territory_id", "folded_name"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    name: Mapped[str]
    folded_name: Mapped[str]
    postcode: Mapped[str | None] = mapped_column(String(12))
    lat: Mapped[float]
    lon: Mapped[float]

    territory: Mapped[Territory] = relationship(back_populates="places")


class ClosedDay(Base):
    """A day the office does not work, beyond its public holidays."""

    __tablename__ = "closed_day"
    __table_args__ = (UniqueConstraint("territory_id", "day"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    day: Mapped[date]
    reason: Mapped[str | None]
    noted_at: Mapped[datetime | None]


class SlowHours(Base):
    """Hours of the week in which the roads are full; public holidays apart."""

    __tablename__ = "slow_hours"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    first_weekday: Mapped[int]
    last_weekday: Mapped[int]
    """0 is Monday; both included."""
    from_time: Mapped[time]
    until_time: Mapped[time]
    longer: Mapped[int]
    """By how many percent drives take longer then."""
    since: Mapped[date | None]
    """The day they were written down: drives before it were planned without; None for ever."""
