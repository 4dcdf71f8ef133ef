"""From a Plan to the JSON document of an answer; see docs/format.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fieldservice.scheduling.check import Findings, Violation
from fieldservice.scheduling.exchange.write_reasons import (
    alternative_document,
    explanation_document,
)
from fieldservice.scheduling.explaining.alternatives import Alternative
from fieldservice.scheduling.outlook.simulate import Outlook
from fieldservice.scheduling.outlook.surer import risk_cost
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.plan import Plan, Route, Stop, Unassigned
from fieldservice.scheduling.problem import Problem, Shift
from fieldservice.scheduling.score import score_of_plan, score_of_route

Document = dict[str, Any]

OF_THE_WHOLE = ("unassigned", "balance", "change", "together")
"""Parts of the score that belong to no single route."""
Alternatives = Mapping[int, Sequence[Alternative]]


def plan_document(
    problem: Problem,
    plan: Plan,
    findings: Findings,
    outlook: Outlook | None = None,
    others: Alternatives | None = None,
) -> Document:
    """Return the answer to that problem, with what `check` found in it and its chances.

    `others` are the next best places of each visit, told where they were asked for.
    """
    document: Document = {
        "code": 0,
        "summary": _summary(problem, plan, findings),
        "unassigned": [_unassigned(problem, left_out) for left_out in plan.unassigned],
        "routes": [_route(problem, route, others or {}) for route in plan.routes],
    }
    if outlook:
        _add_chances(document, outlook)
        if problem.weights.risk:
            document["summary"]["risk"] = round(risk_cost(problem, outlook))
    return document


def _summary(problem: Problem, plan: Plan, findings: Findings) -> Document:
    penalties = Penalties.of(problem)
    summary: Document = {
        "cost": plan.cost,
        "penalty": plan.penalty,
        **_between(problem, plan),
        "routes": len(plan.routes),
        "unassigned": len(plan.unassigned),
        **_totals(problem, plan.routes),
        **_bound(plan),
        "violations": [_violation(violation) for violation in findings.introduced],
        "accepted_violations": [_violation(violation) for violation in findings.accepted],
        "score": asdict(score_of_plan(problem, plan)),
    }
    if not penalties.given:
        summary["penalty_base"] = penalties.base
        summary["penalty_per_priority"] = penalties.per_priority
    return summary


def _bound(plan: Plan) -> Document:
    if plan.bound is None:
        return {}
    gaps = {"gap": plan.gap, "gap_served": plan.gap_served}
    left_out = "; ".join(plan.bound.relaxed)
    return {
        "lower_bound": plan.bound.cost,
        **{name: round(gap, 6) for name, gap in gaps.items() if gap is not None},
        "bound_model": f"without {left_out}" if left_out else "every rule",
    }


def _between(problem: Problem, plan: Plan) -> Document:
    """Return what the routes cost between them, where the objective counts it."""
    counted = {
        "balance": problem.weights.balance > 0,
        "changes": bool(problem.weights.change) or problem.max_changes is not None,
        "extra": problem.weights.together > 0,
    }
    return {name: getattr(plan.between, name) for name, counts in counted.items() if counts}


def _totals(problem: Problem, routes: Iterable[Route]) -> Document:
    routes = tuple(routes)
    visits = [problem.visit(visit_id) for route in routes for visit_id in route.visit_ids]
    setup = sum(stop.setup for route in routes for stop in route.stops)
    return {
        "setup": setup,
        "service": sum(route.service for route in routes) - setup,
        "duration": sum(route.driving for route in routes),
        "waiting_time": sum(route.waiting for route in routes),
        "lateness": sum(route.lateness for route in routes),
        "overtime": sum(route.overtime for route in routes),
        "priority": sum(visit.priority for visit in visits),
    }


def _route(problem: Problem, route: Route, others: Alternatives) -> Document:
    shift = problem.shift(route.shift_id)
    return {
        "vehicle": shift.id,
        **_described(shift.description),
        "cost": route.cost,
        "score": _score(problem, route),
        **_totals(problem, [route]),
        "steps": _steps(problem, shift, route, others),
    }


def _score(problem: Problem, route: Route) -> dict[str, int]:
    """Return what the route pays for; visits left out are nobody's."""
    score = asdict(score_of_route(problem, route))
    for name in OF_THE_WHOLE:
        del score[name]
    return score


def _steps(problem: Problem, shift: Shift, route: Route, others: Alternatives) -> list[Document]:
    steps, driven = [_end_point(problem, "start", shift.start, route.departure, 0)], 0
    for stop in route.stops:
        driven += stop.travel_before
        step = _step(problem, stop, driven)
        if stop.visit_id is not None and stop.visit_id in others:
            step["alternatives"] = [alternative_document(one) for one in others[stop.visit_id]]
        steps.append(step)
    return [*steps, _end_point(problem, "end", shift.end, route.finish, route.driving)]


def _step(problem: Problem, stop: Stop, driven: int) -> Document:
    step: Document = {
        "type": "break" if stop.visit_id is None else "job",
        "id": stop.break_id if stop.visit_id is None else stop.visit_id,
    }
    if stop.visit_id is not None:
        visit = problem.visit(stop.visit_id)
        step |= _described(visit.description) | _place(problem, visit.location)
    step |= {
        "arrival": stop.arrival,
        "duration": driven,
        "setup": stop.setup,
        "service": stop.service,
        "waiting_time": stop.waiting,
    }
    return step | ({"lateness": stop.lateness} if stop.lateness else {})


def _end_point(
    problem: Problem, kind: str, place: int | None, instant: int, driven: int
) -> Document:
    return {
        "type": kind,
        **({} if place is None else _place(problem, place)),
        "arrival": instant,
        "duration": driven,
        "setup": 0,
        "service": 0,
        "waiting_time": 0,
    }


def _place(problem: Problem, place: int) -> Document:
    location = problem.place(place)
    if location is None:
        return {"location_index": place}
    return {"location": [location.lon, location.lat]}


def _unassigned(problem: Problem, left_out: Unassigned) -> Document:
    visit = problem.visit(left_out.visit_id)
    return {
        "id": visit.id,
        "type": "job",
        **_described(visit.description),
        **_place(problem, visit.location),
        **explanation_document(problem, left_out),
    }


def _violation(violation: Violation) -> Document:
    return {
        "rule": violation.rule.value,
        "vehicle": violation.shift_id,
        "job": violation.visit_id,
        "amount": violation.amount,
        "text": violation.text,
    }


def _described(description: str) -> Document:
    return {"description": description} if description else {}


def _add_chances(document: Document, outlook: Outlook) -> None:
    for route in document["routes"]:
        whole = outlook.routes[route["vehicle"]]
        route |= {"chance": round(whole.chance, 3), "finish_range": list(whole.finish)}
        for step in route["steps"]:
            if step["type"] == "job":
                visit = outlook.visits[step["id"]]
                arrival = list(visit.arrival)
                step |= {"chance": round(visit.chance, 3), "arrival_range": arrival}
