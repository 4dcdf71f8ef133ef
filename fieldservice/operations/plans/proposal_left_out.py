"""The visits a proposal leaves out: why, technician by technician, and what would place them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import day_span
from fieldservice.models.plans import PlanRun
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.dispatching.dispatch import stamp, stop_of
from fieldservice.operations.dispatching.ways import ObstacleView, WayView, customer_names
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.scheduling.reasons import FixKind

Names = Mapping[int | None, str]


@dataclass(frozen=True, slots=True)
class LeftOutProposed:
    """A visit without a place in the proposal, with the ways to give it one all the same."""

    visit_id: int
    title: str
    place: str
    work_kind: str
    rules: tuple[str, ...]
    proved: bool
    obstacles: tuple[ObstacleView, ...]
    ways: tuple[WayView, ...]
    stamp: str


def shift_ids(run: PlanRun) -> set[int]:
    """The shifts that what was left out tells of."""
    kept = [one for left_out in run.unassigned or [] for one in left_out.get("vehicles") or []]
    return {one["vehicle"] for one in kept}


def left_out_proposed(session: Session, run: PlanRun, names: Names) -> tuple[LeftOutProposed, ...]:
    """What the planner said of each visit it left out, by the customer's name."""
    day = run.service_day
    clockface = Clockface(day_span(day.day, day.territory.zone)[0])
    known = {one["visit_id"]: one for one in run.unassigned or []}
    fixes = [fix for one in known.values() for reason in one["reasons"] for fix in reason["fixes"]]
    customers = customer_names(session, {fix["job"] for fix in fixes if fix.get("job")})
    views = [
        _view(session, visit, known[visit.id], names, customers, clockface)
        for visit in _visits(session, set(known))
    ]
    return tuple(sorted(views, key=lambda view: view.title))


def _visits(session: Session, ids: set[int]) -> list[Visit]:
    order = joinedload(Visit.work_order)
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.id.in_(ids))
            .options(order.joinedload(WorkOrder.customer), order.joinedload(WorkOrder.site))
        )
    )


def _view(
    session: Session,
    visit: Visit,
    kept: Mapping[str, Any],
    names: Names,
    customers: Mapping[int, str],
    clockface: Clockface,
) -> LeftOutProposed:
    order = visit.work_order
    fixes = [fix for reason in kept["reasons"] for fix in reason["fixes"] if fix.get("takeable")]
    ways = (_way(fix, names, customers, clockface) for fix in fixes)
    obstacles = (
        ObstacleView(names.get(one["vehicle"], ""), one["rule"], one["proved"])
        for one in kept.get("vehicles") or []
    )
    return LeftOutProposed(
        visit_id=visit.id,
        title=order.customer.name,
        place=order.site.municipality,
        work_kind=order.kind.value,
        rules=tuple(reason["rule"] for reason in kept["reasons"]),
        proved=all(reason["proved"] for reason in kept["reasons"]),
        obstacles=tuple(sorted(obstacles, key=lambda one: (one.proved, one.rule, one.technician))),
        ways=tuple(sorted(ways, key=lambda way: way.rank)),
        stamp=stamp(visit, stop_of(session, visit.id)),
    )


def _way(
    fix: Mapping[str, Any], names: Names, customers: Mapping[int, str], clockface: Clockface
) -> WayView:
    return WayView(
        kind=FixKind(fix["kind"]).value,
        shift_id=fix["vehicle"],
        technician=names.get(fix["vehicle"], ""),
        behind=fix["behind"],
        starts_at=clockface.moment(fix["start"]),
        cost=fix["cost"],
        minutes=fix["minutes"],
        rule=fix.get("rule"),
        leaves_id=fix.get("job"),
        leaves=customers.get(fix.get("job") or 0),
        tells=fix.get("tells", False),
    )
