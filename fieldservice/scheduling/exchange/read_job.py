"""From a job of a file to a visit."""

from __future__ import annotations

from fieldservice.scheduling.exchange.fields import Fields, field_names
from fieldservice.scheduling.exchange.read_between import TIES, ties_of
from fieldservice.scheduling.exchange.read_places import Places
from fieldservice.scheduling.exchange.read_skills import skill_levels
from fieldservice.scheduling.exchange.read_window import window
from fieldservice.scheduling.problem import Pin, Visit

JOB = {
    *("id", "description", "location", "location_index", "setup", "service", "delivery"),
    *("skills", "priority", "time_windows", "penalty", "preferred_vehicles", "preference_cost"),
    *("allowed_vehicles", "forbidden_vehicles", "pinned", "max_lateness"),
    *("lateness_cost_per_second", "skill_levels", "service_per_type", "setup_per_type"),
    *("optional", "movable", "urgent", "told"),
} | TIES


def read_visit(value: object, path: str, places: Places) -> Visit:
    """Return the visit of that job."""
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
            windows=fields.each("time_windows", window),
            skills=frozenset(fields.identifiers("skills")),
            skill_levels=skill_levels(fields),
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
            service_per_type=fields.wholes_by("service_per_type"),
            setup_per_type=fields.wholes_by("setup_per_type"),
            optional=fields.flag("optional"),
            movable=fields.flag("movable"),
            urgent=fields.flag("urgent"),
            told=window(fields.values["told"], fields.at("told")) if fields.has("told") else None,
            description=fields.text("description", ""),
            **ties_of(fields),
        )


def _pin(value: object, path: str) -> Pin:
    fields = Fields.of(value, path, {"vehicle", "start"})
    start = fields.whole("start", least=None) if fields.has("start") else None
    return Pin(fields.whole("vehicle"), start)
