"""Service days, their working plan, what was published from it, and the planner's proposals."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Tracked
from fieldservice.models.technicians import Activity, Shift
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit

Cost = BigInteger().with_variant(Integer, "sqlite")
"""Seconds of driving, with the price of each visit left out: more than 2³¹ on a full day."""


class PlanRunState(enum.StrEnum):
    """Where a call of the planner stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class MoveState(enum.StrEnum):
    """What the dispatcher said to one move of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DROPPED = "dropped"
    """The day moved meanwhile and the move no longer fits."""


class MoveCause(enum.StrEnum):
    """Why a repair of the day moves a visit."""

    URGENT = "urgent"
    """It is the emergency itself."""
    AWAY = "away"
    """Its technician is not there any more."""
    DELAYED = "delayed"
    """It would be late, as its technician runs late."""
    LATE = "late"
    """It would be late where it is."""
    PLACED = "placed"
    """It had no technician."""
    ROOM = "room"
    """It makes room for others, or driving shorter."""


class StopKind(enum.StrEnum):
    """What happens at a stop."""

    VISIT = "visit"
    BREAK = "break"
    ACTIVITY = "activity"


class ServiceDay(Base):
    """One territory on one date; its version is the one guard against double booking."""

    __tablename__ = "service_day"
    __table_args__ = (UniqueConstraint("territory_id", "day"),)

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    day: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None]
    published_version: Mapped[int | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    territory: Mapped[Territory] = relationship()
    routes: Mapped[list[Route]] = relationship(
        back_populates="service_day", cascade="all, delete-orphan", order_by="Route.id"
    )


class Route(Base):
    """The working order of stops of one shift: a sequence, its times are derived."""

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("shift_id"),)

    service_day_id: Mapped[int] = mapped_column(
        ForeignKey("service_day.id", ondelete="CASCADE"), index=True
    )
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    travel_seconds: Mapped[int] = mapped_column(default=0)
    overtime_seconds: Mapped[int] = mapped_column(default=0)
    departs_at: Mapped[datetime | None]
    returns_at: Mapped[datetime | None]

    service_day: Mapped[ServiceDay] = relationship(back_populates="routes")
    shift: Mapped[Shift] = relationship()
    stops: Mapped[list[Stop]] = relationship(
        back_populates="route", cascade="all, delete-orphan", order_by="Stop.position"
    )


class Stop(Base):
    """A visit, a break or an activity at its place on a route."""

    __tablename__ = "stop"
    __table_args__ = (UniqueConstraint("visit_id", "crew_place"),)

    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[StopKind]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    crew_place: Mapped[int | None]
    """1 for the only or first place; none unless it is a visit."""
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    arrives_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    lateness_seconds: Mapped[int] = mapped_column(default=0)
    committed: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)

    route: Mapped[Route] = relationship(back_populates="stops")
    visit: Mapped[Visit | None] = relationship()
    activity: Mapped[Activity | None] = relationship()


class Publication(Base):
    """A route as its technician was given it; the newest one counts."""

    __tablename__ = "publication"

    service_day_id: Mapped[int] = mapped_column(
        ForeignKey("service_day.id", ondelete="CASCADE"), index=True
    )
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    published_at: Mapped[datetime]
    stops: Mapped[list[Any]]
    """In order: {kind, visit_id, activity_id, starts_at, ends_at} with ISO instants."""
    changes_previous: Mapped[bool] = mapped_column(default=False)
    """True where a technician who knew the previous one must see this one."""
    seen_at: Mapped[datetime | None]
    undo: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """How the day stood before, kept once for all routes published together."""

    shift: Mapped[Shift] = relationship()


class PlanRun(Tracked, Base):
    """One call of the planner over a service day; its result is a proposal."""

    __tablename__ = "plan_run"

    service_day_id: Mapped[int] = mapped_column(
        ForeignKey("service_day.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[PlanRunState] = mapped_column(default=PlanRunState.QUEUED)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    budget_seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(default=1)
    freeze_minutes: Mapped[int | None]
    """Only of a repair: stops that begin within so many minutes stay."""
    urgent_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    """The emergency a repair has to fit in."""
    most_changes: Mapped[int | None]
    """How many visits a repair may move at most."""
    based_on_version: Mapped[int | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    """Rises with each claim, so that only the latest owner can save."""
    progress_seconds: Mapped[int] = mapped_column(default=0)
    progress_cost: Mapped[int | None] = mapped_column(Cost)
    progress_unserved: Mapped[int | None]
    cost_before: Mapped[int | None] = mapped_column(Cost)
    travel_before: Mapped[int | None]
    travel_after: Mapped[int | None]
    """Seconds of driving of the day, as it was and as proposed."""
    cost: Mapped[int | None] = mapped_column(Cost)
    gap: Mapped[float | None]
    """The part of what is paid for served visits by which the best plan may be cheaper, proven."""
    gap_leaves_out: Mapped[list[Any] | None]
    """Rules that proof left out, in words."""
    problem_hash: Mapped[str | None] = mapped_column(String(64))
    sequences: Mapped[dict[str, Any] | None]
    """The proposed order: {shift id: [visit id, …]}."""
    unassigned: Mapped[list[Any] | None]
    """[{visit_id, reasons: [{rule, text, proved, fixes}]}]."""
    accepted_violations: Mapped[list[Any] | None]
    """[{rule, visit_id, shift_id, text}] the plan may not mend."""
    failure: Mapped[str | None] = mapped_column(Text)

    service_day: Mapped[ServiceDay] = relationship()
    moves: Mapped[list[PlanMove]] = relationship(
        back_populates="plan_run", cascade="all, delete-orphan", order_by="PlanMove.id"
    )


class PlanMove(Base):
    """One visit changing its place, acceptable by itself."""

    __tablename__ = "plan_move"

    plan_run_id: Mapped[int] = mapped_column(
        ForeignKey("plan_run.id", ondelete="CASCADE"), index=True
    )
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    state: Mapped[MoveState] = mapped_column(default=MoveState.OPEN)
    from_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    from_starts_at: Mapped[datetime | None]
    to_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    to_position: Mapped[int | None]
    to_starts_at: Mapped[datetime | None]
    retells: Mapped[bool] = mapped_column(default=False)
    """Whether the customer would have to be told a new time."""
    note: Mapped[str | None]
    because: Mapped[MoveCause | None]
    travel_seconds: Mapped[int | None]
    """Driving at the new place less driving at the old one."""

    plan_run: Mapped[PlanRun] = relationship(back_populates="moves")
    visit: Mapped[Visit] = relationship()


class Waiver(Base):
    """A rule a person has chosen to break for one visit, until when, and why."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("visit_id", "rule"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(40))
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    given_at: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str | None]


class Hold(Base):
    """A window kept free for a moment, while somebody is still on the telephone."""

    __tablename__ = "hold"

    service_day_id: Mapped[int] = mapped_column(
        ForeignKey("service_day.id", ondelete="CASCADE"), index=True
    )
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"))
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    duration_minutes: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
