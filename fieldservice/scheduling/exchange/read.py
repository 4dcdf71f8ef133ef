"""From a VROOM file with our extensions to a Problem; see docs/format.md."""

from __future__ import annotations

from collections.abc import Sequence

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import (
    Fields,
    each,
    field_names,
    parse,
    refuse_twice,
    whole,
)
from fieldservice.scheduling.exchange.read_bounds import refuse_crowds, refuse_uncountable
from fieldservice.scheduling.exchange.read_places import Places, matrices_of
from fieldservice.scheduling.problem import (
    Break,
    Overtime,
    Pin,
    Problem,
    Rule,
    Shift,
    TimeWindow,
    Visit,
    Waiver,
    Weights,
)
from fieldservice.scheduling.travel import StraightLine, TravelTimes

ALWAYS = TimeWindow(0, 10**9)
"""The hours of a vehicle that gives none."""

TOP = {"jobs", "vehicles", "matrices", "objective", "waivers", "shipments"}
JOB = {
    *("id", "description", "location", "location_index", "setup", "service", "delivery"),
    *("skills", "priority", "time_windows", "penalty", "preferred_vehicles", "preference_cost"),
    *("allowed_vehicles", "forbidden_vehicles", "pinned", "max_lateness"),
    "lateness_cost_per_second",
}
VEHICLE = {
    *("id", "description", "profile", "start", "start_index", "end", "end_index", "skills"),
    *("time_window", "breaks", "speed_factor", "capacity", "max_tasks", "max_travel_time"),
    *("costs", "steps", "overtime"),
}
STEP = {
    *("type", "id", "arrival", "duration", "setup", "service", "waiting_time", "description"),
    *("location", "location_index", "lateness", "violations"),
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
    priced = any(isinstance(one, dict) and "penalty" in one for one in jobs)
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
    places = Places(matrices_of(top))
    shifts = top.each("vehicles", lambda value, path: _shift(value, path, places))
    visits = top.each("jobs", lambda value, path: _visit(value, path, places))
    refuse_crowds(visits, shifts)
    refuse_twice((visit.id for visit in visits), "jobs", ".id")
    refuse_twice((shift.id for shift in shifts), "vehicles", ".id")
    _refuse_strangers(visits, shifts)
    _refuse_some_penalties(visits)
    with field_names(""):
        problem = Problem(
            visits,
            shifts,
            places.travel({shift.profile for shift in shifts}, travel),
            places.locations(),
            frozenset(top.each("waivers", _waiver)),
            _weights(top),
        )
    refuse_uncountable(problem)
    return problem


def _visit(value: object, path: str, places: Places) -> Visit:
    fields = Fields.of(value, path, JOB)
    location = places.index(fields, "location", "location_index")
    if location is None:
        name = "location_index" if places.matrices else "location"
        fields.refuse(name, "A job needs a place.")
    with field_names(path):
        return Visit(
            id=fields.whole("id", least=None),
            location=location,
            service=fields.whole("service", 0),
            setup=fields.whole("setup", 0),
            windows=fields.each("time_windows", _window),
            skills=frozenset(fields.identifiers("skills")),
            priority=fields.whole("priority", 0),
            penalty=fields.whole("penalty") if fields.has("penalty") else None,
            delivery=fields.wholes("delivery"),
            preferred_shifts=frozenset(fields.identifiers("preferred_vehicles")),
            preference_cost=fields.whole("preference_cost", 0),
            allowed_shifts=(
                frozenset(fields.identifiers("allowed_vehicles"))
                if fields.has("allowed_vehicles")
                else None
            ),
            forbidden_shifts=frozenset(fields.identifiers("forbidden_vehicles")),
            pin=_pin(fields.values["pinned"], fields.at("pinned"))
            if fields.has("pinned")
            else None,
            max_lateness=fields.whole("max_lateness", 0),
            lateness_cost_per_second=fields.whole("lateness_cost_per_second", 1),
            description=fields.text("description", ""),
        )


def _shift(value: object, path: str, places: Places) -> Shift:
    fields = Fields.of(value, path, VEHICLE)
    hours = (
        _window(fields.values["time_window"], fields.at("time_window"))
        if fields.has("time_window")
        else ALWAYS
    )
    costs = Fields.of(fields.values.get("costs", {}), fields.at("costs"), {"fixed", "per_hour"})
    profile = fields.text("profile", "car")
    if places.matrices and profile not in places.matrices:
        fields.refuse("profile", f"There is no matrix for {profile!r}.")
    with field_names(path):
        return Shift(
            id=fields.whole("id"),
            start=places.index(fields, "start", "start_index"),
            end=places.index(fields, "end", "end_index"),
            window=hours,
            breaks=_breaks(fields, hours),
            skills=frozenset(fields.identifiers("skills")),
            overtime=_overtime(fields) if fields.has("overtime") else None,
            capacity=fields.wholes("capacity"),
            speed_factor=fields.number("speed_factor", 1.0),
            max_tasks=fields.whole("max_tasks") if fields.has("max_tasks") else None,
            max_travel_time=(
                fields.whole("max_travel_time") if fields.has("max_travel_time") else None
            ),
            fixed_cost=costs.whole("fixed", 0),
            cost_per_hour=costs.whole("per_hour", 3600),
            profile=profile,
            steps=_steps(fields),
            description=fields.text("description", ""),
        )


def _breaks(shift: Fields, hours: TimeWindow) -> tuple[Break, ...]:
    known = {"id", "service", "time_windows", "description"}

    def one(value: object, path: str) -> Break:
        fields = Fields.of(value, path, known)
        windows = fields.each("time_windows", _window) or (hours,)
        return Break(fields.whole("id"), fields.whole("service", 0), windows)

    breaks = shift.each("breaks", one)
    refuse_twice((rest.id for rest in breaks), shift.at("breaks"), ".id")
    return breaks


def _steps(shift: Fields) -> tuple[int, ...]:
    def one(value: object, path: str) -> int | None:
        fields = Fields.of(value, path, STEP)
        kind = fields.text("type", "")
        if kind not in ("start", "job", "break", "end"):
            fields.refuse("type", "Expected start, job, break or end.")
        return fields.whole("id", least=None) if kind == "job" else None

    steps = shift.each("steps", one)
    jobs = tuple(visit_id for visit_id in steps if visit_id is not None)
    refuse_twice(jobs, shift.at("steps"))
    return jobs


def _overtime(shift: Fields) -> Overtime:
    fields = Fields.of(shift.values["overtime"], shift.at("overtime"), {"max", "cost_per_second"})
    return Overtime(fields.whole("max"), fields.whole("cost_per_second", 2))


def _pin(value: object, path: str) -> Pin:
    fields = Fields.of(value, path, {"vehicle", "start"})
    start = fields.whole("start", least=None) if fields.has("start") else None
    return Pin(fields.whole("vehicle"), start)


def _waiver(value: object, path: str) -> Waiver:
    fields = Fields.of(value, path, {"rule", "job"})
    rule = fields.text("rule", "")
    if rule not in list(Rule):
        fields.refuse("rule", f"There is no rule {rule!r}.")
    return Waiver(Rule(rule), fields.whole("job"))


def _weights(top: Fields) -> Weights:
    known = {"travel", "balance", "change"}
    fields = Fields.of(top.values.get("objective", {}), "objective", known)
    for name in ("balance", "change"):
        if fields.whole(name, 0):
            fields.refuse(name, "Only 0 is supported.")
    return Weights(fields.whole("travel", 1))


def _window(value: object, path: str) -> TimeWindow:
    bounds = each(value, path, lambda bound, where: whole(bound, where, None))
    if len(bounds) != 2:
        raise Refused("A time window is [from, to].", path)
    with field_names(path):
        return TimeWindow(*bounds)


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
    for place, shift in enumerate(shifts):
        for step in shift.steps:
            if step not in visit_ids:
                raise Refused(f"There is no job {step}.", f"vehicles[{place}].steps")


def _refuse_some_penalties(visits: Sequence[Visit]) -> None:
    without = [place for place, visit in enumerate(visits) if visit.penalty is None]
    if 0 < len(without) < len(visits):
        raise Refused("Give a penalty to all jobs or to none.", f"jobs[{without[0]}].penalty")
