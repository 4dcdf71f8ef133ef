"""Why a repair moves a visit, and what the move costs in driving. Pure."""

from __future__ import annotations

from fieldservice.models.disruptions import DisruptionKind
from fieldservice.models.plans import MoveCause
from fieldservice.operations.plans.facts import DayFacts
from fieldservice.operations.plans.moves import Move, Orders
from fieldservice.operations.plans.plan_claims import Question
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.timing import Stop, time_route, travel_along


def cause_of(question: Question, move: Move, urgent_visit_id: int | None) -> MoveCause:
    """The first that applies: emergency, nobody there, no place so far, late, or room."""
    if move.visit_id == urgent_visit_id:
        return MoveCause.URGENT
    home, problem = move.from_shift_id, question.problem
    if home is None or not problem.has_shift(home):
        stands = _stands_on_a_route(question.at.facts, move.visit_id)
        return MoveCause.AWAY if stands else MoveCause.PLACED
    stop = _where_it_stands(question, home, move.visit_id)
    if stop is None:
        return MoveCause.ROOM
    too_long = stop.end > problem.shift(home).latest_end
    if too_long and _is_away(question.at.facts, home):
        return MoveCause.AWAY
    if not too_long and not stop.lateness:
        return MoveCause.ROOM
    return MoveCause.DELAYED if _is_delayed(question.at.facts, home) else MoveCause.LATE


def travel_change(problem: Problem, old: Orders, new: Orders, move: Move) -> int:
    """Seconds of driving the visit adds where it goes, less those it takes where it is."""
    there = _detour(problem, new, move.to_shift_id, move.visit_id)
    return there - _detour(problem, old, move.from_shift_id, move.visit_id)


def _detour(problem: Problem, orders: Orders, shift_id: int | None, visit_id: int) -> int:
    if shift_id is None:
        return 0
    shift = problem.shift(shift_id)
    order = [problem.visit(one) for one in orders[shift_id]]
    without = [visit for visit in order if visit.id != visit_id]
    spared = travel_along(problem, shift, without) if without else 0
    return travel_along(problem, shift, order) - spared


def _where_it_stands(question: Question, shift_id: int, visit_id: int) -> Stop | None:
    shift = question.problem.shift(shift_id)
    timed = time_route(question.problem, shift, question.rest.present[shift_id])
    return next((stop for stop in timed.stops if stop.visit_id == visit_id), None)


def _stands_on_a_route(facts: DayFacts, visit_id: int) -> bool:
    return any(stop.visit_id == visit_id for route in facts.routes for stop in route.stops)


def _is_away(facts: DayFacts, shift_id: int) -> bool:
    route = facts.route(shift_id)
    return route is not None and bool(route.shift.lead.absences)


def _is_delayed(facts: DayFacts, shift_id: int) -> bool:
    return any(
        one.kind is DisruptionKind.DELAYED and one.shift_id == shift_id for one in facts.disruptions
    )
