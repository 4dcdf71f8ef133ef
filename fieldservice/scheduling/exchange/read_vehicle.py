"""From a vehicle of a file to a shift."""

from __future__ import annotations

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields, each, field_names, refuse_twice
from fieldservice.scheduling.exchange.read_between import RESTS, rests_of, steps_of
from fieldservice.scheduling.exchange.read_places import Places, location
from fieldservice.scheduling.exchange.read_skills import skill_levels
from fieldservice.scheduling.exchange.read_window import window
from fieldservice.scheduling.problem import Break, Overtime, Polygon, Shift, TimeWindow

ALWAYS = TimeWindow(0, 10**9)
"""The hours of a vehicle that gives none."""

MOST_BREAKS = 20
"""The search times a route anew for every number of breaks taken so far."""

VEHICLE = {
    *("id", "description", "profile", "start", "start_index", "end", "end_index", "skills"),
    *("time_window", "breaks", "speed_factor", "capacity", "max_tasks", "max_travel_time"),
    *("costs", "steps", "overtime", "skill_levels", "type", "area", "max_leg_time"),
    *("last_departure", "reserve"),
} | RESTS


def read_shift(value: object, path: str, places: Places) -> Shift:
    """Return the shift of that vehicle."""
    fields = Fields.of(value, path, VEHICLE)
    hours = (
        window(fields.values["time_window"], fields.at("time_window"))
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
            skill_levels=skill_levels(fields),
            type=fields.text("type", ""),
            area=fields.each("area", _polygon),
            overtime=_overtime(fields) if fields.has("overtime") else None,
            capacity=fields.wholes("capacity"),
            speed_factor=fields.number("speed_factor", 1.0),
            max_tasks=fields.whole_or_none("max_tasks"),
            max_travel_time=fields.whole_or_none("max_travel_time"),
            max_leg_time=fields.whole_or_none("max_leg_time"),
            last_departure=fields.whole_or_none("last_departure", least=None),
            reserve=fields.whole("reserve", 0),
            fixed_cost=costs.whole("fixed", 0),
            cost_per_hour=costs.whole("per_hour", 3600),
            profile=profile,
            **steps_of(fields),
            **rests_of(fields),
            description=fields.text("description", ""),
        )


def _polygon(value: object, path: str) -> Polygon:
    corners = each(value, path, location)
    if len(set(corners)) < 3:
        raise Refused("A polygon has at least three different corners.", path)
    return Polygon(corners)


def _breaks(shift: Fields, hours: TimeWindow) -> tuple[Break, ...]:
    known = {"id", "service", "time_windows", "description"}
    given = shift.values.get("breaks")
    if isinstance(given, list) and len(given) > MOST_BREAKS:
        sentence = f"A vehicle takes at most {MOST_BREAKS} breaks, not {len(given)}. Leave some out"
        shift.refuse("breaks", f"{sentence}, or split its hours into several vehicles.")

    def one(value: object, path: str) -> Break:
        fields = Fields.of(value, path, known)
        windows = fields.each("time_windows", window) or (hours,)
        return Break(fields.whole("id"), fields.whole("service", 0), windows)

    breaks = shift.each("breaks", one)
    refuse_twice((rest.id for rest in breaks), shift.at("breaks"), ".id")
    return breaks


def _overtime(shift: Fields) -> Overtime:
    fields = Fields.of(shift.values["overtime"], shift.at("overtime"), {"max", "cost_per_second"})
    return Overtime(fields.whole("max"), fields.whole("cost_per_second", 2))
