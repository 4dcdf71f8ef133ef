"""The working plan of a service day: the order of each route, laid out with its times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from fieldservice.models.plans import Route, ServiceDay, Stop, StopKind
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.facts import StopFacts
from fieldservice.operations.plans.problem_visits import stop_by_visit
from fieldservice.operations.plans.problems import HELD, DayProblem, has_begun
from fieldservice.scheduling.check import Findings, check
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import Stop as TimedStop
from fieldservice.scheduling.timing import price, time_route

Sequences = dict[int, list[int]]
"""Visit ids (activities negative) in order, by shift id."""


def sequences(day: ServiceDay, problem: Problem) -> Sequences:
    """The working order of each shift, as far as this problem knows it.

    Visits that are gone drop out; activities and held windows, which always belong to
    their shift, are put in where they fit best.
    """
    orders = {
        route.shift_id: _known(route, problem)
        for route in day.routes
        if problem.has_shift(route.shift_id)
    }
    return completed(problem, orders)


def orders_read(at: DayProblem) -> Sequences:
    """The same from what was read of the day, without any object of a session."""
    problem = at.problem
    orders = {
        route.shift.id: [
            one
            for one in map(_planner_id, route.stops)
            if one is not None and problem.has_visit(one)
        ]
        for route in at.facts.routes
        if problem.has_shift(route.shift.id)
    }
    return completed(problem, orders)


def completed(problem: Problem, orders: Sequences) -> Sequences:
    """The same orders with every activity and held window of the problem among them."""
    placed = {visit_id for order in orders.values() for visit_id in order}
    for visit in problem.visits:
        if visit.id < 0 and visit.id not in placed and visit.pin is not None:
            order = orders.setdefault(visit.pin.shift_id, [])
            place_best(problem, visit.pin.shift_id, order, visit.id)
    return orders


def _known(route: Route, problem: Problem) -> list[int]:
    in_order = sorted(route.stops, key=lambda stop: stop.position)
    ids = [_planner_id(stop) for stop in in_order]
    return [one for one in ids if one is not None and problem.has_visit(one)]


def _planner_id(stop: Stop | StopFacts) -> int | None:
    return -stop.activity_id if stop.activity_id is not None else stop.visit_id


def place_best(problem: Problem, shift_id: int, order: list[int], visit_id: int) -> None:
    """Put a visit where it breaks least and costs least, whatever that is."""
    shift = problem.shift(shift_id)
    best = min(
        range(len(order) + 1),
        key=lambda at: price(problem, shift, [*order[:at], visit_id, *order[at:]]),
    )
    order.insert(best, visit_id)


def plan_of(problem: Problem, orders: Mapping[int, Sequence[int]]) -> Plan:
    """Times and costs of these orders."""
    return build_plan(problem, orders)


def findings_of(problem: Problem, orders: Mapping[int, Sequence[int]]) -> Findings:
    """What these orders break, told apart by whose doing it is."""
    return check(problem, plan_of(problem, orders))


def lay_out(
    session: Session,
    day: ServiceDay,
    at: DayProblem,
    orders: Mapping[int, Sequence[int]],
) -> None:
    """Write these orders with their times as the day's stops; pins and commitments stay.

    A visit in none of the orders loses its stop, unless it has begun: what happened stays.
    Held windows take time but are no stops.
    """
    routes = day.routes
    known = stop_by_visit(stop for route in routes for stop in route.stops)
    kept: set[int] = set()
    for route in routes:
        resting = [stop for stop in route.stops if stop.kind is not StopKind.VISIT]
        if at.problem.has_shift(route.shift_id):
            order = orders.get(route.shift_id, ())
            kept |= _write(route, at, order, known, resting)
        for stop in resting:
            route.stops.remove(stop)
    for visit_id, stop in known.items():
        if visit_id not in kept and not _has_happened(day, stop):
            if stop.visit is not None and stop.visit.state is VisitState.PLANNED:
                stop.visit.state = VisitState.BOOKED
            stop.route.stops.remove(stop)
    session.flush()
    for route in routes:
        # The list in memory is in the order of arrival here, not of the route.
        route.stops.sort(key=lambda stop: stop.position)


def _has_happened(day: ServiceDay, stop: Stop) -> bool:
    visit = stop.visit
    return (
        visit is not None
        and visit.service_on == day.day
        and visit.state is not VisitState.CANCELLED
        and has_begun(visit)
    )


def _write(
    route: Route,
    at: DayProblem,
    order: Sequence[int],
    known: Mapping[int, Stop],
    resting: list[Stop],
) -> set[int]:
    """Bring the route's stops in line; what is used again is taken out of `resting`.

    Returns the visits that have their stop on it. A stop that stays as it was is not written.
    """
    timed = time_route(at.problem, at.problem.shift(route.shift_id), list(order))
    moments = [one for one in timed.stops if one.visit_id is None or one.visit_id > HELD]
    for position, moment in enumerate(moments):
        stop = _stop_for(moment, known, resting)
        if stop.route is not route:
            # Another van's technician has not been given it yet.
            stop.committed = False
            route.stops.append(stop)
        stop.position = position
        _set_times(stop, moment, at.clockface)
    route.travel_seconds = timed.driving
    route.overtime_seconds = timed.overtime
    route.departs_at = at.clockface.moment(timed.departure) if timed.stops else None
    route.returns_at = at.clockface.moment(timed.finish) if timed.stops else None
    return {one.visit_id for one in moments if one.visit_id is not None and one.visit_id > 0}


def _stop_for(moment: TimedStop, known: Mapping[int, Stop], resting: list[Stop]) -> Stop:
    if moment.visit_id is not None and moment.visit_id > 0:
        return known.get(moment.visit_id) or Stop(
            kind=StopKind.VISIT, visit_id=moment.visit_id, crew_place=1
        )
    kind = StopKind.BREAK if moment.visit_id is None else StopKind.ACTIVITY
    activity_id = None if moment.visit_id is None else -moment.visit_id
    for stop in resting:
        if (stop.kind, stop.activity_id) == (kind, activity_id):
            resting.remove(stop)
            return stop
    return Stop(kind=kind, activity_id=activity_id)


def _set_times(stop: Stop, moment: TimedStop, clockface: Clockface) -> None:
    stop.arrives_at = clockface.moment(moment.arrival)
    stop.starts_at = clockface.moment(moment.start)
    stop.ends_at = clockface.moment(moment.end)
    stop.travel_seconds = moment.travel_before
    stop.lateness_seconds = moment.lateness
