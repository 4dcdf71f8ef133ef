"""Work orders, what is wanted, and visits, one promised call each."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.assets import Asset
from fieldservice.models.base import Base, Shared
from fieldservice.models.customers import Contact, ContactRole, Customer, Site
from fieldservice.models.kinds import Kind
from fieldservice.models.technicians import Skill, Technician


class WorkOrderState(enum.StrEnum):
    """Where a work order stands."""

    OPEN = "open"
    WAITING_FOR_PARTS = "waiting_for_parts"
    REFERRED = "referred"
    DONE = "done"
    CANCELLED = "cancelled"


class VisitState(enum.StrEnum):
    """Where a visit stands, from the wish to the handshake."""

    REQUESTED = "requested"
    BOOKED = "booked"
    PLANNED = "planned"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    COMPLETED = "completed"
    NO_ACCESS = "no_access"
    CANCELLED = "cancelled"


UPCOMING = (VisitState.BOOKED, VisitState.PLANNED)
STARTED = (VisitState.EN_ROUTE, VisitState.ON_SITE)
ENDED = (VisitState.COMPLETED, VisitState.NO_ACCESS, VisitState.CANCELLED)


class WorkOrder(Shared, Base):
    """What a customer wants done at a site."""

    __tablename__ = "work_order"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[Kind]
    state: Mapped[WorkOrderState] = mapped_column(default=WorkOrderState.OPEN)
    summary: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(default=0)
    """0 to 100: which is served first when not all can be."""
    due_on: Mapped[date | None]
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form it was taken with: the same one sent twice takes one order."""
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship()
    site: Mapped[Site] = relationship()
    asset: Mapped[Asset | None] = relationship()
    visits: Mapped[list[Visit]] = relationship(
        back_populates="work_order", cascade="all, delete-orphan", order_by="Visit.sequence"
    )
    skills: Mapped[list[RequiredSkill]] = relationship(cascade="all, delete-orphan")
    contacts: Mapped[list[WorkOrderContact]] = relationship(
        cascade="all, delete-orphan", order_by="WorkOrderContact.id"
    )


class RequiredSkill(Base):
    """A skill the work asks for, at least at this level."""

    __tablename__ = "required_skill"
    __table_args__ = (UniqueConstraint("work_order_id", "skill_id"),)

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int] = mapped_column(default=1)

    skill: Mapped[Skill] = relationship()


class WorkOrderContact(Base):
    """A person to speak to about this work, and as what."""

    __tablename__ = "work_order_contact"
    __table_args__ = (UniqueConstraint("work_order_id", "contact_id"),)

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.RESIDENT)
    receives_texts: Mapped[bool] = mapped_column(default=True)

    contact: Mapped[Contact] = relationship()


class Visit(Shared, Base):
    """One promised call at a site; long work is several, one a day."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("work_order_id", "sequence"),
        Index("ix_visit_day", "territory_id", "service_on", "state"),
    )

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id", ondelete="CASCADE"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    sequence: Mapped[int] = mapped_column(default=1)
    state: Mapped[VisitState] = mapped_column(default=VisitState.REQUESTED)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by whatever changes what the customer is told; messages carry it."""
    duration_minutes: Mapped[int]
    service_on: Mapped[date | None]
    """The local day it belongs to; none while it waits in the backlog."""
    earliest_at: Mapped[datetime | None]
    latest_at: Mapped[datetime | None]
    """The visit's own allowed start, both ends included."""
    told_from: Mapped[datetime | None]
    told_until: Mapped[datetime | None]
    """The arrival window last told to the customer."""
    confirmed_at: Mapped[datetime | None]
    en_route_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    eta_at: Mapped[datetime | None]
    """Arrival told when the technician set out."""
    remarks: Mapped[str | None] = mapped_column(Text)
    parts_used: Mapped[str | None] = mapped_column(Text)
    cancelled_because: Mapped[str | None]
    preferred_technician_id: Mapped[int | None] = mapped_column(ForeignKey("technician.id"))
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    work_order: Mapped[WorkOrder] = relationship(back_populates="visits")
    preferred_technician: Mapped[Technician | None] = relationship()
