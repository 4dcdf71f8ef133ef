"""What a dispatcher does by hand to one visit: put it somewhere, pin it, take it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import Conflict, NotFound, Refused, RuleBroken, Stale
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder
from fieldservice.operations.audit import record
from fieldservice.operations.plans.breaches import breaches
from fieldservice.operations.plans.days import service_day, touch
from fieldservice.operations.plans.problems import DayProblem, has_begun, problem_for
from fieldservice.operations.plans.waivers import WAIVABLE, drop_waivers, waive, worsened
from fieldservice.operations.plans.workplan import (
    Sequences,
    completed,
    findings_of,
    lay_out,
    sequences,
)
from fieldservice.scheduling.check import Violation
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.problem import Problem, Rule
from fieldservice.scheduling.timing import price

CHANGED = "Somebody else changed this visit meanwhile. Look at it again before you change it."
BEGUN = "This visit has begun, so it stays with its technician."
WAITING = "This visit waits in the backlog. Add it to a day first."


@dataclass(frozen=True, slots=True)
class Order:
    """Who does something by hand, when, and what they had seen."""

    now: datetime
    actor_id: int | None
    seen: str | None = None
    """The visit's stamp as the page showed it; None where nothing was shown."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a visit is put: behind another, first, or wherever it fits best."""

    shift_id: int
    after_visit_id: int | None = None
    first: bool = False


def stamp(visit: Visit, stop: Stop | None) -> str:
    """Changes whenever somebody changes the visit or where it stands."""
    place = f"{stop.route_id}.{stop.position}.{int(stop.pinned)}" if stop else "none"
    return f"{visit.version}.{visit.state.value}.{visit.service_on or 'none'}.{place}"


def stop_of(session: Session, visit_id: int) -> Stop | None:
    """The visit's place on a route."""
    return session.scalar(
        select(Stop).where(Stop.visit_id == visit_id).options(joinedload(Stop.route))
    )


def move_visit(
    session: Session,
    visit_id: int,
    goal: Goal,
    order: Order,
    *,
    waive_as: str | None = None,
    only: frozenset[Rule] = WAIVABLE,
    granted: Callable[[Problem], Problem] = lambda problem: problem,
) -> Stop:
    """Put a visit on a technician's route, whatever the planner thinks of it.

    What that breaks is said in a RuleBroken; done with `waive_as`, a reason, it is waived until
    the end of the day, and the visit pinned there. No rule but `only` these is waived unasked;
    what is `granted` beforehand counts as allowed.
    """
    day, visit, stop = locked(session, visit_id, order)
    was_pinned = stop is not None and stop.pinned
    if stop is not None:
        stop.pinned = False
    drop_waivers(session, visit_id)
    at = problem_for(session, day, order.now)
    _refuse_goal(at, day, goal, visit)
    at = replace(at, problem=granted(at.problem))
    working = sequences(day, at.problem)
    orders = _put(at.problem, working, visit_id, goal)
    broken = worsened(findings_of(at.problem, working), findings_of(at.problem, orders))
    unasked = {one.rule for one in broken if one.rule in WAIVABLE} - only
    if broken and (waive_as is None or unasked):
        told = breaches(session, day, broken)
        raise RuleBroken(told[0].text, told)
    _refuse_unwaivable(broken)
    lay_out(session, day, at, orders)
    if broken:
        waive(session, day, visit_id, broken, order.now, order.actor_id, waive_as or None)
    placed = _stop_on(session, visit_id)
    placed.pinned = was_pinned or bool(broken)
    done(session, day, visit, order, "visit.moved", shift_id=goal.shift_id)
    return placed


def assign(session: Session, visit_id: int, order: Order) -> Stop:
    """Put a visit of the day where it adds the least driving and breaks nothing."""
    day, visit, _ = locked(session, visit_id, order)
    at = problem_for(session, day, order.now)
    if not at.problem.has_visit(visit_id):
        raise Refused(_no_point(visit), "place")
    draft = Draft(at.problem)
    draft.adopt(sequences(day, at.problem))
    place = draft.cheapest(at.problem.visit(visit_id))
    working = sequences(day, at.problem)
    if visit_id in {one for order_ in working.values() for one in order_}:
        return _stop_on(session, visit_id)
    if place is None:
        raise Conflict(
            "Nobody can take this visit without breaking a rule. "
            "Choose a technician to see which, or plan the day."
        )
    _insert(at.problem, working, place.shift_id, visit_id)
    lay_out(session, day, at, working)
    done(session, day, visit, order, "visit.assigned", shift_id=place.shift_id)
    return _stop_on(session, visit_id)


def pin(session: Session, visit_id: int, order: Order) -> None:
    """Keep the visit with its technician, whatever is planned."""
    _set_pin(session, visit_id, order, pinned=True)


def unpin(session: Session, visit_id: int, order: Order) -> None:
    """Let the planner move the visit again."""
    _set_pin(session, visit_id, order, pinned=False)


def _set_pin(session: Session, visit_id: int, order: Order, *, pinned: bool) -> None:
    day, visit, stop = locked(session, visit_id, order)
    if stop is None:
        raise Refused("This visit is on no route yet. Give it to a technician first.", "visit")
    if stop.pinned is pinned:
        return
    stop.pinned = pinned
    done(session, day, visit, order, "visit.pinned" if pinned else "visit.unpinned")


def unassign(session: Session, visit_id: int, order: Order) -> None:
    """Take the visit off its route; it stays on its day and keeps its promise."""
    day, visit, stop = locked(session, visit_id, order)
    if stop is None:
        return
    take_off(session, day, visit, stop, order)
    done(session, day, visit, order, "visit.unassigned")


def locked(session: Session, visit_id: int, order: Order) -> tuple[ServiceDay, Visit, Stop | None]:
    """The visit under its day's lock, as the dispatcher saw it and still free to be changed."""
    visit = _visit(session, visit_id)
    if visit.service_on is None:
        raise Refused(WAITING, "visit")
    day = service_day(session, visit.territory_id, visit.service_on)
    # Only under the lock is what we read what everybody else has left behind.
    session.refresh(visit)
    stop = stop_of(session, visit_id)
    refuse_stale(visit, stop, order)
    if has_begun(visit):
        raise Refused(BEGUN, "visit")
    if visit.state not in UPCOMING:
        raise Conflict(CHANGED)
    return day, visit, stop


def _visit(session: Session, visit_id: int) -> Visit:
    visit = session.scalar(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(joinedload(Visit.work_order).joinedload(WorkOrder.site))
    )
    if visit is None:
        raise NotFound("There is no such visit. Look at the day again.")
    return visit


def refuse_stale(visit: Visit, stop: Stop | None, order: Order) -> None:
    """Refuse to act on a page that shows the visit as it no longer is."""
    if order.seen is not None and order.seen != stamp(visit, stop):
        raise Stale(CHANGED)


def _refuse_goal(at: DayProblem, day: ServiceDay, goal: Goal, visit: Visit) -> None:
    if goal.shift_id not in {route.shift_id for route in day.routes}:
        raise Refused("That technician has no shift on this day. Choose another.", "shift")
    if not at.problem.has_shift(goal.shift_id):
        raise Refused("That technician is absent on this day. Choose another.", "shift")
    if not at.problem.has_visit(visit.id):
        raise Refused(_no_point(visit), "place")


def _no_point(visit: Visit) -> str:
    return (
        f"{visit.work_order.site.address} has no point on the map yet. "
        "Give it one, then plan the visit."
    )


def _put(
    problem: Problem, working: Mapping[int, Sequence[int]], visit_id: int, goal: Goal
) -> Sequences:
    orders = {
        shift_id: [one for one in order if one != visit_id] for shift_id, order in working.items()
    }
    order = orders.setdefault(goal.shift_id, [])
    begun = max((at for at, one in enumerate(order, 1) if _is_past(problem, one)), default=0)
    if goal.after_visit_id is not None and goal.after_visit_id in order:
        order.insert(max(order.index(goal.after_visit_id) + 1, begun), visit_id)
    elif goal.first:
        order.insert(begun, visit_id)
    else:
        _insert(problem, orders, goal.shift_id, visit_id)
    return completed(problem, orders)


def _is_past(problem: Problem, visit_id: int) -> bool:
    found = problem.visit(visit_id).pin
    return visit_id > 0 and found is not None and found.start is not None


def _insert(problem: Problem, orders: Sequences, shift_id: int, visit_id: int) -> None:
    """At the best position behind everything that has begun."""
    order = orders.setdefault(shift_id, [])
    begun = max((at for at, one in enumerate(order, 1) if _is_past(problem, one)), default=0)
    shift = problem.shift(shift_id)
    best = min(
        range(begun, len(order) + 1),
        key=lambda at: price(problem, shift, [*order[:at], visit_id, *order[at:]]),
    )
    order.insert(best, visit_id)


def _refuse_unwaivable(broken: Sequence[Violation]) -> None:
    hard = next((one for one in broken if one.rule not in WAIVABLE), None)
    if hard is not None:
        raise Refused("That cannot be done: %(why)s", "position", why=hard.text)


def take_off(session: Session, day: ServiceDay, visit: Visit, stop: Stop, order: Order) -> None:
    """Take a visit from its route; what it leaves behind is timed again."""
    stop.pinned = False
    drop_waivers(session, visit.id)
    at = problem_for(session, day, order.now)
    orders = {
        shift_id: [one for one in ids if one != visit.id]
        for shift_id, ids in sequences(day, at.problem).items()
    }
    lay_out(session, day, at, orders)


def _stop_on(session: Session, visit_id: int) -> Stop:
    stop = stop_of(session, visit_id)
    if stop is None:
        raise NotFound("This visit is on no route.")
    return stop


def done(
    session: Session,
    day: ServiceDay,
    visit: Visit,
    order: Order,
    action: str,
    **ids: int | str | None,
) -> None:
    """Raise the day's version and leave a trace of the deed."""
    touch(day)
    record(session, order.now, order.actor_id, action, visit, service_day_id=day.id, **ids)
    session.flush()
