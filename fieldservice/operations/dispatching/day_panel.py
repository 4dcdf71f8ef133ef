"""One visit as the side panel of the day page shows it, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.errors import NotFound
from fieldservice.models.audit import AuditEntry
from fieldservice.models.plans import Route, ServiceDay, Stop, StopKind
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.users import User
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.dispatching.day_left_out import ReasonView, reasons_given
from fieldservice.operations.dispatching.dispatch import stamp, stop_of
from fieldservice.operations.dispatching.told_windows import Window, told
from fieldservice.operations.plans.days import find_day
from fieldservice.operations.plans.problems import has_begun
from fieldservice.operations.plans.waivers import StandingWaiver, standing_waivers

MOST_DEEDS = 8


@dataclass(frozen=True, slots=True)
class GoalView:
    """A van the visit could be given to, and behind whom."""

    shift_id: int
    name: str
    is_here: bool
    behind: tuple[tuple[int, str], ...]
    """Visit id and words of each stop the visit could follow."""


@dataclass(frozen=True, slots=True)
class ContactView:
    """Somebody to ring about the visit."""

    name: str
    phone: str | None
    shown: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to the visit, when and by whom."""

    at: datetime
    action: str
    by: str | None


@dataclass(frozen=True, slots=True)
class VisitPanel:
    """A visit's facts, its promise, why it stands where it stands, and its choices."""

    visit: Visit
    order: WorkOrder
    stop: Stop | None
    technician: str | None
    told: Window | None
    allowed: tuple[datetime | None, datetime | None]
    skills: tuple[str, ...]
    waivers: tuple[StandingWaiver, ...]
    reasons: tuple[ReasonView, ...]
    goals: tuple[GoalView, ...]
    contacts: tuple[ContactView, ...]
    deeds: tuple[Deed, ...]
    has_begun: bool
    stamp: str
    zone: str

    @property
    def product(self) -> str | None:
        """The appliance, where the work is about one."""
        asset = self.order.asset
        return asset.product.full_name if asset else None


def visit_panel(
    session: Session, territory_id: int, day: date | None, visit_id: int, now: datetime
) -> VisitPanel:
    """The visit where it belongs to this territory and day; else it is not here."""
    visit = _loaded(session, visit_id)
    if visit is None or visit.territory_id != territory_id or visit.service_on != day:
        raise NotFound("This visit is not on this day any more. Search for its customer.")
    service = find_day(session, territory_id, day) if day else None
    stop = stop_of(session, visit_id)
    goals = _goals(session, service, stop, visit_id) if service else ()
    return VisitPanel(
        visit=visit,
        order=visit.work_order,
        stop=stop,
        technician=stop.route.shift.lead.name if stop else None,
        told=told(visit),
        allowed=(visit.earliest_at, visit.latest_at),
        skills=tuple(_skill(one) for one in visit.work_order.skills),
        waivers=standing_waivers(session, [visit_id], now),
        reasons=() if stop else reasons_given(session, service).get(visit_id, ()),
        goals=goals,
        contacts=_contacts(visit.work_order),
        deeds=_deeds(session, visit_id),
        has_begun=has_begun(visit),
        stamp=stamp(visit, stop),
        zone=visit.work_order.site.zone,
    )


def _loaded(session: Session, visit_id: int) -> Visit | None:
    order = joinedload(Visit.work_order)
    return session.scalar(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.preferred_technician),
            order.joinedload(WorkOrder.customer),
            order.joinedload(WorkOrder.site),
            order.joinedload(WorkOrder.asset),
            order.selectinload(WorkOrder.skills).joinedload(RequiredSkill.skill),
            order.selectinload(WorkOrder.contacts).joinedload(WorkOrderContact.contact),
        )
    )


def _contacts(order: WorkOrder) -> tuple[ContactView, ...]:
    """Those of the work, else all of the customer's."""
    chosen = [one.contact for one in order.contacts] or order.customer.contacts
    return tuple(
        ContactView(one.name, one.phone, shown_phone(one.phone) if one.phone else None)
        for one in chosen
    )


def _skill(one: RequiredSkill) -> str:
    return f"{one.skill.name}, level {one.level}" if one.level > 1 else one.skill.name


def _goals(
    session: Session, service: ServiceDay, stop: Stop | None, visit_id: int
) -> tuple[GoalView, ...]:
    visits = selectinload(Route.stops).joinedload(Stop.visit).joinedload(Visit.work_order)
    members = joinedload(Route.shift).selectinload(Shift.members)
    routes: Sequence[Route] = session.scalars(
        select(Route)
        .where(Route.service_day_id == service.id)
        .options(visits.joinedload(WorkOrder.customer), members.joinedload(ShiftMember.technician))
    ).all()
    views = (
        GoalView(
            shift_id=route.shift_id,
            name=route.shift.lead.name,
            is_here=stop is not None and stop.route_id == route.id,
            behind=tuple(
                (one.visit_id, one.visit.work_order.customer.name)
                for one in sorted(route.stops, key=lambda s: s.position)
                if one.kind is StopKind.VISIT and one.visit and one.visit_id != visit_id
                if one.visit_id is not None
            ),
        )
        for route in routes
    )
    return tuple(sorted(views, key=lambda view: (not view.is_here, view.name)))


def _deeds(session: Session, visit_id: int) -> tuple[Deed, ...]:
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "visit", AuditEntry.subject_id == visit_id)
        .order_by(AuditEntry.id.desc())
        .limit(MOST_DEEDS)
    )
    return tuple(Deed(row.at, row.action, _name(session, row.actor_id)) for row in rows)


def _name(session: Session, user_id: int | None) -> str | None:
    user = session.get(User, user_id) if user_id else None
    return user.name if user else None
