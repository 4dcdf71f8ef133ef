"""From a VROOM file with our extensions to a Problem; see docs/format.md."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields, field_names, parse, refuse_twice
from fieldservice.scheduling.exchange.read_between import (
    refuse_strange_waits,
    tools_of,
    weights_of,
)
from fieldservice.scheduling.exchange.read_bounds import refuse_crowds, refuse_uncountable
from fieldservice.scheduling.exchange.read_demand import read_demand
from fieldservice.scheduling.exchange.read_job import read_visit
from fieldservice.scheduling.exchange.read_places import Places, matrices_of
from fieldservice.scheduling.exchange.read_speeds import with_speeds
from fieldservice.scheduling.exchange.read_spreads import refuse_unweighable, spreads_of
from fieldservice.scheduling.exchange.read_vehicle import read_shift
from fieldservice.scheduling.problem import Problem, Rule, Shift, Visit, Waiver
from fieldservice.scheduling.travel import StraightLine, TravelTimes

TOP = {
    *("jobs", "vehicles", "matrices", "speeds", "objective", "waivers", "tools", "spreads"),
    *("demand", "shipments"),
}


def read_problem(text: str, travel: TravelTimes | None = None) -> Problem:
    """Return the problem in that JSON text; `travel` serves files without matrices.

    Raises Refused with the JSON path of whatever is wrong or not supported.
    """
    return problem_from(parse(text), travel or StraightLine())


def read_offer_question(text: str, job_text: str) -> tuple[Problem, int]:
    """Return the problem with one more job in it, and that job's id.

    Raises Refused with the JSON path; those of the job's own file begin with `job`.
    """
    document, job = parse(text), parse(job_text)
    if not isinstance(document, dict) or not isinstance(document.get("jobs", []), list):
        return problem_from(document, StraightLine()), 0
    if not isinstance(job, dict):
        raise Refused("Expected an object.", "job")
    jobs = document.get("jobs", [])
    bound = (one for one in jobs if isinstance(one, dict) and one.get("optional") is not True)
    priced = any("penalty" in one for one in bound)
    asked = {name: value for name, value in job.items() if name != "penalty"}
    asked |= {"penalty": 0} if priced else {}
    mine = f"jobs[{len(jobs)}]"
    try:
        problem = problem_from({**document, "jobs": [*jobs, asked]}, StraightLine())
    except Refused as refusal:
        field = (refusal.field or "").replace(mine, "job", 1)
        raise Refused(refusal.sentence, field or None) from None
    return problem, problem.visits[-1].id


def problem_from(document: object, travel: TravelTimes) -> Problem:
    """Return the problem in that parsed document."""
    top = Fields.of(document, "", TOP)
    if top.values.get("shipments"):
        top.refuse("shipments", "Shipments are not supported; use jobs.")
    refuse_crowds(top)
    places = Places(matrices_of(top))
    shifts = top.each("vehicles", lambda value, path: read_shift(value, path, places))
    visits = top.each("jobs", lambda value, path: read_visit(value, path, places))
    demand = top.each("demand", lambda value, path: read_demand(value, path, places))
    refuse_twice((visit.id for visit in visits), "jobs", ".id")
    refuse_twice((shift.id for shift in shifts), "vehicles", ".id")
    _refuse_strangers(visits, shifts)
    _refuse_some_penalties(visits)
    refuse_strange_waits(visits)
    weights, max_changes = weights_of(top)
    with field_names(""):
        problem = Problem(
            visits,
            shifts,
            with_speeds(top, places.travel({shift.profile for shift in shifts}, travel)),
            places.locations(),
            frozenset(top.each("waivers", _waiver)),
            weights,
            spreads_of(top, visits, shifts),
            demand,
            tools_of(top),
            max_changes,
        )
    refuse_uncountable(problem)
    refuse_unweighable(problem)
    return problem


def _waiver(value: object, path: str) -> Waiver:
    fields = Fields.of(value, path, {"rule", "job"})
    rule = fields.text("rule", "")
    if rule not in list(Rule):
        fields.refuse("rule", f"There is no rule {rule!r}.")
    return Waiver(Rule(rule), fields.whole("job"))


def _refuse_strangers(visits: Sequence[Visit], shifts: Sequence[Shift]) -> None:
    shift_ids, visit_ids = {shift.id for shift in shifts}, {visit.id for visit in visits}
    for place, visit in enumerate(visits):
        named = {
            "preferred_vehicles": visit.preferred_shifts,
            "allowed_vehicles": visit.allowed_shifts or frozenset(),
            "forbidden_vehicles": visit.forbidden_shifts,
            "pinned.vehicle": {visit.pin.shift_id} if visit.pin else frozenset(),
        }
        for name, ids in named.items():
            if not ids <= shift_ids:
                strangers = sorted(ids - shift_ids)
                raise Refused(f"There is no vehicle {strangers[0]}.", f"jobs[{place}].{name}")
    holder: dict[int, int] = {}
    for place, shift in enumerate(shifts):
        for step in shift.steps:
            if step not in visit_ids:
                raise Refused(f"There is no job {step}.", f"vehicles[{place}].steps")
            if step in holder:
                both = f"vehicles {holder[step]} and {shift.id}"
                sentence = f"Job {step} is on the steps of {both}. Leave it out of one of them."
                raise Refused(sentence, f"vehicles[{place}].steps")
            holder[step] = shift.id


def _refuse_some_penalties(visits: Sequence[Visit]) -> None:
    bound = [(place, visit) for place, visit in enumerate(visits) if not visit.optional]
    without = [place for place, visit in bound if visit.penalty is None]
    if 0 < len(without) < len(bound):
        sentence = "Give a penalty to all jobs that are not optional or to none."
        raise Refused(sentence, f"jobs[{without[0]}].penalty")
