"""From a Problem to the JSON document that reads back as the same problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from fieldservice.scheduling.outlook.spreads import Spread, Spreads
from fieldservice.scheduling.problem import After, Break, Problem, Shift, TimeWindow, Visit

Document = dict[str, Any]


def problem_document(problem: Problem) -> Document:
    """Return the document, matrices always written out."""
    document: Document = {
        "jobs": [_job(problem, visit) for visit in problem.visits],
        "vehicles": [_vehicle(problem, shift) for shift in problem.shifts],
        "matrices": {
            profile: {"durations": matrix.durations.tolist()}
            for profile, matrix in problem.travel.items()
        },
        "objective": asdict(problem.weights),
    }
    speeds = {profile: matrix.speeds.steps for profile, matrix in problem.travel.items()}
    if any(speeds.values()):
        document["speeds"] = {
            profile: [list(step) for step in steps] for profile, steps in speeds.items() if steps
        }
    if problem.max_changes is not None:
        document["objective"]["max_changes"] = problem.max_changes
    if problem.tools:
        document["tools"] = [{"id": tool, "count": n} for tool, n in sorted(problem.tools.items())]
    if problem.waivers:
        waivers = sorted((waiver.visit_id, waiver.rule.value) for waiver in problem.waivers)
        document["waivers"] = [{"rule": rule, "job": visit_id} for visit_id, rule in waivers]
    if problem.spreads:
        document["spreads"] = _spreads(problem.spreads)
    if problem.demand:
        document["demand"] = [
            {
                **_place(problem, "location", "location_index", one.location),
                "per_day": one.per_day,
            }
            for one in problem.demand
        ]
    return document


def _job(problem: Problem, visit: Visit) -> Document:
    job: Document = {
        "id": visit.id,
        "description": visit.description,
        **_place(problem, "location", "location_index", visit.location),
        "setup": visit.setup,
        "service": visit.service,
        "delivery": list(visit.delivery),
        "skills": sorted(visit.skills),
        "skill_levels": _levels(visit.skill_levels),
        "priority": visit.priority,
        "time_windows": _windows(visit.windows),
        "preferred_vehicles": sorted(visit.preferred_shifts),
        "preference_cost": visit.preference_cost,
        "forbidden_vehicles": sorted(visit.forbidden_shifts),
        "max_lateness": visit.max_lateness,
        "lateness_cost_per_second": visit.lateness_cost_per_second,
        "service_per_type": dict(visit.service_per_type),
        "setup_per_type": dict(visit.setup_per_type),
        "after": [_after(wait) for wait in visit.after],
        "together": sorted(visit.together),
        "tools": sorted(visit.tools),
    }
    if visit.group is not None:
        job["group"] = visit.group
    job |= {name: True for name in ("optional", "movable", "urgent") if getattr(visit, name)}
    if visit.told is not None:
        job["told"] = [visit.told.start, visit.told.end]
    if visit.penalty is not None:
        job["penalty"] = visit.penalty
    if visit.allowed_shifts is not None:
        job["allowed_vehicles"] = sorted(visit.allowed_shifts)
    if visit.pin:
        job["pinned"] = {"vehicle": visit.pin.shift_id}
        if visit.pin.start is not None:
            job["pinned"]["start"] = visit.pin.start
    return _without_empty(job)


def _vehicle(problem: Problem, shift: Shift) -> Document:
    vehicle: Document = {
        "id": shift.id,
        "description": shift.description,
        "profile": shift.profile,
        **_place(problem, "start", "start_index", shift.start),
        **_place(problem, "end", "end_index", shift.end),
        "skills": sorted(shift.skills),
        "skill_levels": _levels(shift.skill_levels),
        "type": shift.type,
        "area": [[[c.lon, c.lat] for c in polygon.corners] for polygon in shift.area],
        "time_window": [shift.window.start, shift.window.end],
        "breaks": [_break(rest) for rest in shift.breaks],
        "speed_factor": shift.speed_factor,
        "capacity": list(shift.capacity),
        "costs": {"fixed": shift.fixed_cost, "per_hour": shift.cost_per_hour},
        "steps": [_step(*step) for step in zip_longest(shift.steps, shift.starts)],
        "rest": shift.rest,
    }
    if shift.reserve:
        vehicle["reserve"] = shift.reserve
    for name in ("max_tasks", "max_travel_time", "max_leg_time", "last_departure"):
        if getattr(shift, name) is not None:
            vehicle[name] = getattr(shift, name)
    if shift.technician is not None:
        vehicle["technician"] = shift.technician
    if shift.overtime:
        vehicle["overtime"] = {
            "max": shift.overtime.max,
            "cost_per_second": shift.overtime.cost_per_second,
        }
    return _without_empty(vehicle)


def _levels(levels: Mapping[int, int]) -> dict[str, int]:
    return {str(skill): level for skill, level in sorted(levels.items())}


def _after(wait: After) -> Document:
    after: Document = {"job": wait.visit_id, "delay": wait.delay, "same_vehicle": wait.same_shift}
    return after if wait.max_delay is None else after | {"max_delay": wait.max_delay}


def _step(visit_id: int, start: int | None) -> Document:
    step: Document = {"type": "job", "id": visit_id}
    return step if start is None else step | {"arrival": start}


def _break(rest: Break) -> Document:
    return {"id": rest.id, "service": rest.duration, "time_windows": _windows(rest.windows)}


def _place(problem: Problem, coordinates: str, index: str, place: int | None) -> Document:
    if place is None:
        return {}
    location = problem.place(place)
    if location is None:
        return {index: place}
    return {coordinates: [location.lon, location.lat], index: place}


def _windows(windows: Iterable[TimeWindow]) -> list[list[int]]:
    return [[window.start, window.end] for window in windows]


def _without_empty(document: Document) -> Document:
    """Leave out empty texts, lists and objects: absent means the same."""
    return {
        name: value
        for name, value in document.items()
        if value not in ("", [], {}) or name == "allowed_vehicles"
    }


def _spreads(spreads: Spreads) -> Document:
    shocks = spreads.shocks
    return {
        "service": _spread(spreads.work),
        "travel": _spread(spreads.travel),
        "jobs": [_strays(spreads, one) for one in sorted({*spreads.visits, *spreads.elapsed})],
        "vehicles": [
            {"id": shift_id, "ratio": ratio}
            for shift_id, ratio in sorted(spreads.shift_ratios.items())
        ],
        "traffic": shocks.traffic,
        "weather": {"chance": shocks.weather.chance, "factor": shocks.weather.factor},
        "late_start": {"chance": shocks.late_start.chance, "mean": shocks.late_start.mean},
    }


def _strays(spreads: Spreads, visit_id: int) -> Document:
    elapsed = spreads.elapsed.get(visit_id)
    return {
        "id": visit_id,
        **_spread(spreads.visits.get(visit_id, spreads.work)),
        **({} if elapsed is None else {"elapsed": elapsed}),
    }


def _spread(spread: Spread) -> Document:
    return {"ratio": spread.ratio, "sigma": spread.sigma}
