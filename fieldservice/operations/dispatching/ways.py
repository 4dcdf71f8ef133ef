"""Ways to place a visit, or to place it elsewhere: each with its price and ready to be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Customer
from fieldservice.models.plans import ServiceDay
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.dispatching.dispatch import stamp, stop_of
from fieldservice.operations.plans.fix_facts import (
    FIRST,
    behind,
    can_be_taken,
    is_told,
    minutes_given,
)
from fieldservice.operations.plans.problems import DayProblem, has_begun, read_problem
from fieldservice.operations.plans.workplan import orders_read
from fieldservice.scheduling.explaining.alternatives import alternatives
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.explaining.unserved import explain_one
from fieldservice.scheduling.explaining.wider import WIDENED_AT_MOST
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.reasons import Fix, FixKind, Obstacle
from fieldservice.scheduling.replanning import LATENESS_COST

PLACE = "place"
"""Another place that breaks nothing."""

ANOTHER_DAY = WIDENED_AT_MOST
"""Seconds of lateness that another day is worth: whoever comes later than that may as well."""


@dataclass(frozen=True, slots=True)
class ObstacleView:
    """What keeps a visit from one technician; `proved` where no plan could change that."""

    technician: str
    rule: str
    proved: bool


@dataclass(frozen=True, slots=True)
class WayView:
    """A technician, a time and a price; with what gives way for it."""

    kind: str
    shift_id: int
    technician: str
    behind: int
    """Whom the visit follows on the route: a visit, an activity below 0, or FIRST."""
    starts_at: datetime
    cost: int
    """Seconds of driving, as the planner counts."""
    minutes: int = 0
    """How far outside its window, or how long after hours."""
    rule: str | None = None
    leaves_id: int | None = None
    leaves: str | None = None
    tells: bool = False
    """Whether it starts outside of the window its customer knows, who is then told."""

    @property
    def rank(self) -> tuple[bool, int]:
        """Where it stands among the ways: what keeps every promise first, then by price.

        A minute after a window counts as steeply as in a repair, a visit that gives its place up
        as much as another day.
        """
        late = 60 * self.minutes if self.kind == FixKind.WINDOW else 0
        late = ANOTHER_DAY if self.kind == FixKind.SWAP else late
        return late > 0 or self.tells, self.cost + LATENESS_COST * late

    @property
    def price(self) -> int:
        """Minutes of driving."""
        return round(self.cost / 60)


@dataclass(frozen=True, slots=True)
class Ways:
    """What stands in the way of a visit and what would help, on the day as it is now."""

    visit_id: int
    version: int
    """The day's, which whoever takes a way has seen."""
    stamp: str
    is_placed: bool
    obstacles: tuple[ObstacleView, ...] = ()
    ways: tuple[WayView, ...] = ()


def ways(session: Session, service: ServiceDay, visit_id: int, now: datetime) -> Ways:
    """Other places of a visit on a route; else why it is on none, and what would put it there."""
    visit, stop = session.get_one(Visit, visit_id), stop_of(session, visit_id)
    bare = Ways(visit_id, service.version, stamp(visit, stop), stop is not None)
    at = read_problem(session, service, now)
    if has_begun(visit) or not at.problem.has_visit(visit_id):
        return bare
    plan = StandingPlan.of(at.problem, orders_read(at))
    if any(visit_id in order for order in plan.orders.values()):
        return Ways(
            bare.visit_id, bare.version, bare.stamp, True, (), _elsewhere(plan, at, visit_id)
        )
    asked = plan.problem.visit(visit_id)
    # Nobody is sent before the window opens: that is another promise, and another time's page.
    not_before = max(0, *(window.start for window in asked.windows[:1]), at.clockface.seconds(now))
    found = explain_one(plan, asked, not_before)
    return Ways(
        visit_id,
        bare.version,
        bare.stamp,
        is_placed=False,
        obstacles=obstacle_views(at.problem, found.obstacles),
        ways=_fixing(session, plan, at, visit_id, found.fixes),
    )


def obstacle_views(problem: Problem, obstacles: Sequence[Obstacle]) -> tuple[ObstacleView, ...]:
    """These obstacles by technician, the ones a plan could change first."""
    views = (
        ObstacleView(problem.shift(one.shift_id).description, one.rule.value, one.proved)
        for one in obstacles
    )
    return tuple(sorted(views, key=lambda view: (view.proved, view.rule, view.technician)))


def customer_names(session: Session, visit_ids: set[int]) -> Mapping[int, str]:
    """Whose visits these are."""
    rows = session.execute(
        select(Visit.id, Customer.name)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Customer, Customer.id == WorkOrder.customer_id)
        .where(Visit.id.in_(visit_ids))
    )
    return dict(iter(rows))


def _fixing(
    session: Session, plan: StandingPlan, at: DayProblem, visit_id: int, fixes: Sequence[Fix]
) -> tuple[WayView, ...]:
    names = customer_names(session, {fix.leaves for fix in fixes if fix.leaves})
    found = (
        WayView(
            kind=fix.kind.value,
            shift_id=fix.shift_id,
            technician=plan.problem.shift(fix.shift_id).description,
            behind=behind(plan.orders[fix.shift_id], fix),
            starts_at=at.clockface.moment(fix.start),
            cost=fix.cost,
            minutes=minutes_given(plan.problem, visit_id, fix),
            rule=fix.rule.value if fix.rule else None,
            leaves_id=fix.leaves,
            leaves=names.get(fix.leaves or 0),
            tells=is_told(plan.problem, visit_id, fix),
        )
        for fix in fixes
        if can_be_taken(plan.problem, visit_id, fix)
    )
    return tuple(sorted(found, key=lambda way: way.rank))


def _elsewhere(plan: StandingPlan, at: DayProblem, visit_id: int) -> tuple[WayView, ...]:
    views = []
    for one in alternatives(plan, visit_id):
        rest = [other for other in plan.orders[one.shift_id] if other != visit_id]
        views.append(
            WayView(
                kind=PLACE,
                shift_id=one.shift_id,
                technician=plan.problem.shift(one.shift_id).description,
                behind=rest[one.position - 1] if one.position else FIRST,
                starts_at=at.clockface.moment(one.start),
                cost=one.cost,
            )
        )
    return tuple(views)
