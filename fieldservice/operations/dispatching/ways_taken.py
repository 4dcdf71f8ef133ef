"""Taking one of the ways a visit can be placed, at the price that was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused, Stale
from fieldservice.models.plans import Stop
from fieldservice.models.work_orders import Visit
from fieldservice.operations.dispatching.dispatch import WAITING, Goal, Order, move_visit, unassign
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.fix_facts import FIRST
from fieldservice.operations.plans.waivers import waive
from fieldservice.scheduling.check import Violation
from fieldservice.scheduling.explaining.applying import with_overtime, with_visit
from fieldservice.scheduling.problem import Problem, Rule, TimeWindow
from fieldservice.scheduling.reasons import FixKind

CHANGED = "The day has changed meanwhile, and so have the prices. Look at them again."
GRANTED = {FixKind.WINDOW: Rule.WINDOW, FixKind.OVERTIME: Rule.OVERTIME}
"""What a way of that kind allows by so many minutes."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way as somebody chose it."""

    kind: str
    shift_id: int
    behind: int
    minutes: int = 0
    rule: str | None = None
    leaves_id: int | None = None

    @property
    def goal(self) -> Goal:
        """Where the visit is put."""
        if self.behind == FIRST:
            return Goal(self.shift_id, first=True)
        return Goal(self.shift_id, after_visit_id=self.behind)

    @property
    def waives(self) -> frozenset[Rule]:
        """The rule that is set aside, where it is one without an amount."""
        if self.kind != FixKind.WAIVER:
            return frozenset()
        if self.rule is None or self.rule not in set(Rule):
            raise Refused("Say which rule is set aside.", "rule")
        return frozenset({Rule(self.rule)})

    def granting(self, problem: Problem, visit_id: int) -> Problem:
        """The problem in which the minutes after the window, or after hours, are allowed."""
        seconds = 60 * self.minutes
        if self.kind == FixKind.WINDOW and problem.visit(visit_id).windows:
            visit = problem.visit(visit_id)
            *others, last = visit.windows
            later = TimeWindow(last.start, last.end + seconds)
            return with_visit(problem, replace(visit, windows=(*others, later)))
        if self.kind == FixKind.OVERTIME:
            longer = with_overtime(problem.shift(self.shift_id), seconds)
            shifts = (longer if one.id == longer.id else one for one in problem.shifts)
            return replace(problem, shifts=tuple(shifts))
        return problem


def take_way(
    session: Session, visit_id: int, way: Way, version: int | None, order: Order, reason: str
) -> Stop:
    """Put the visit there, waiving what the way says and nothing else.

    `version` is the day's as it was seen; None where the day was changed in the same deed.
    """
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFound("There is no such visit. Look at the day again.")
    if visit.service_on is None:
        raise Refused(WAITING, "visit")
    day = service_day(session, visit.territory_id, visit.service_on)
    if version is not None and day.version != version:
        raise Stale(CHANGED)
    if way.leaves_id is not None:
        unassign(session, way.leaves_id, Order(order.now, order.actor_id))
    stop = move_visit(
        session,
        visit_id,
        way.goal,
        order,
        waive_as=reason,
        only=way.waives,
        granted=lambda problem: way.granting(problem, visit_id),
    )
    rule = next((rule for kind, rule in GRANTED.items() if kind == way.kind), None)
    if rule is not None:
        allowed = Violation(rule, way.shift_id, visit_id, "", 60 * way.minutes)
        waive(session, day, visit_id, [allowed], order.now, order.actor_id, reason)
        stop.pinned = True
    return stop
