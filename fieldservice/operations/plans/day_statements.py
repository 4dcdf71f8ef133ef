"""What is asked of the database about a service day: statements prepared once for the process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from fieldservice.models.assets import Asset
from fieldservice.models.customers import Site
from fieldservice.models.disruptions import Disruption
from fieldservice.models.plans import Hold, Route, Stop, Waiver
from fieldservice.models.technicians import (
    Absence,
    Activity,
    Shift,
    ShiftMember,
    Technician,
    TechnicianSkill,
)
from fieldservice.models.work_orders import RequiredSkill, Visit, VisitState, WorkOrder

ON_THE_DAY = (
    VisitState.BOOKED,
    VisitState.PLANNED,
    VisitState.EN_ROUTE,
    VisitState.ON_SITE,
    VisitState.COMPLETED,
    VisitState.NO_ACCESS,
)

_OF_DAY = Route.service_day_id == bindparam("day_id")
_CREWS = (
    select(
        Route.id.label("route_id"),
        Route.travel_seconds,
        Route.overtime_seconds,
        Route.departs_at,
        Route.returns_at,
        Shift.id.label("shift_id"),
        Shift.service_on,
        Shift.starts_at,
        Shift.ends_at,
        Shift.lunch_from_at,
        Shift.lunch_until_at,
        Shift.lunch_minutes,
        Shift.overtime_minutes,
        Technician.id.label("technician_id"),
        Technician.name,
        Technician.home_lat,
        Technician.home_lon,
        Technician.is_trainee,
    )
    .join(Shift, Shift.id == Route.shift_id)
    .join(ShiftMember, ShiftMember.shift_id == Shift.id)
    .join(Technician, Technician.id == ShiftMember.technician_id)
    .where(_OF_DAY)
    .order_by(Route.id, ShiftMember.id)
)
_SKILLS = (
    select(
        TechnicianSkill.technician_id,
        TechnicianSkill.skill_id,
        TechnicianSkill.level,
        TechnicianSkill.expires_on,
    )
    .distinct()
    .join(ShiftMember, ShiftMember.technician_id == TechnicianSkill.technician_id)
    .join(Route, Route.shift_id == ShiftMember.shift_id)
    .where(_OF_DAY)
)
_ABSENCES = (
    select(Absence.technician_id, Absence.id, Absence.starts_at, Absence.ends_at)
    .distinct()
    .join(ShiftMember, ShiftMember.technician_id == Absence.technician_id)
    .join(Shift, Shift.id == ShiftMember.shift_id)
    .join(Route, Route.shift_id == Shift.id)
    .where(_OF_DAY, Absence.starts_at < Shift.ends_at, Absence.ends_at > Shift.starts_at)
    .order_by(Absence.starts_at)
)
_STOPS = (
    select(
        Stop.id,
        Route.shift_id,
        Stop.position,
        Stop.kind,
        Stop.visit_id,
        Stop.activity_id,
        Stop.arrives_at,
        Stop.starts_at,
        Stop.ends_at,
        Stop.travel_seconds,
        Stop.lateness_seconds,
        Stop.committed,
        Stop.pinned,
    )
    .join(Route, Route.id == Stop.route_id)
    .where(_OF_DAY)
    .order_by(Stop.route_id, Stop.position)
)
_THERE = (
    Visit.territory_id == bindparam("territory_id"),
    Visit.service_on == bindparam("day"),
    Visit.state.in_(ON_THE_DAY),
)
_VISITS = (
    select(
        Visit.id,
        Visit.state,
        Visit.duration_minutes,
        Visit.earliest_at,
        Visit.latest_at,
        Visit.told_from,
        Visit.told_until,
        Visit.arrived_at,
        Visit.ended_at,
        Visit.eta_at,
        Visit.preferred_technician_id,
        WorkOrder.priority,
        WorkOrder.due_on,
        Site.lat,
        Site.lon,
        Site.municipality,
        WorkOrder.kind.label("work"),
        Asset.product_id,
    )
    .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
    .join(Site, Site.id == WorkOrder.site_id)
    .outerjoin(Asset, Asset.id == WorkOrder.asset_id)
    .where(*_THERE)
    .order_by(Visit.id)
)
_NEEDS = (
    select(Visit.id, RequiredSkill.skill_id, RequiredSkill.level)
    .join(RequiredSkill, RequiredSkill.work_order_id == Visit.work_order_id)
    .where(*_THERE)
    .order_by(RequiredSkill.id)
)
_WAIVERS = (
    select(Waiver.visit_id, Waiver.rule)
    .join(Stop, Stop.visit_id == Waiver.visit_id)
    .join(Route, Route.id == Stop.route_id)
    .where(_OF_DAY, Waiver.until > bindparam("now"))
)
_ACTIVITIES = (
    select(
        Activity.id,
        Activity.shift_id,
        Activity.title,
        Activity.starts_at,
        Activity.ends_at,
        Activity.lat,
        Activity.lon,
    )
    .join(Route, Route.shift_id == Activity.shift_id)
    .where(_OF_DAY)
    .order_by(Activity.id)
)
HOLDS = (
    select(
        Hold.id,
        Hold.shift_id,
        Hold.window_from,
        Hold.window_until,
        Hold.duration_minutes,
        Hold.lat,
        Hold.lon,
    )
    .where(Hold.service_day_id == bindparam("day_id"), Hold.expires_at > bindparam("now"))
    .order_by(Hold.id)
)

DISRUPTIONS = (
    select(
        Disruption.kind,
        Disruption.shift_id,
        Disruption.until,
        Disruption.percent,
        Disruption.municipality,
    )
    .where(Disruption.service_day_id == bindparam("day_id"), Disruption.ended_at.is_(None))
    .order_by(Disruption.id)
)


class Statements:
    """What is asked about a day, or about one route of it."""

    def __init__(self, *, one_route: bool) -> None:
        def narrowed(asked: Any, *, by_visit: bool = False) -> Any:
            if not one_route:
                return asked
            if by_visit:
                asked = asked.join(Stop, Stop.visit_id == Visit.id)
                asked = asked.join(Route, Route.id == Stop.route_id)
            return asked.where(Route.shift_id == bindparam("shift_id"))

        self.crews = narrowed(_CREWS)
        self.skills = narrowed(_SKILLS)
        self.absences = narrowed(_ABSENCES)
        self.stops = narrowed(_STOPS)
        self.visits = narrowed(_VISITS, by_visit=True)
        self.needs = narrowed(_NEEDS, by_visit=True)
        self.waivers = narrowed(_WAIVERS)
        self.activities = narrowed(_ACTIVITIES)
        # Stops and visits say themselves where they belong, and sorting takes as long as reading.
        self.all = (
            *(self.crews, self.stops.order_by(None), self.visits.order_by(None)),
            *(self.skills, self.absences, self.needs, self.waivers, self.activities),
            *(HOLDS, DISRUPTIONS),
        )
        """Whatever is asked."""
        self.seldom = select(
            *(
                one.order_by(None).exists()
                for one in (
                    self.skills,
                    self.absences,
                    self.needs,
                    self.waivers,
                    self.activities,
                    HOLDS,
                    DISRUPTIONS,
                )
            )
        )


WHOLE_DAY = Statements(one_route=False)
ONE_ROUTE = Statements(one_route=True)
