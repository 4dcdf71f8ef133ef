"""The part of a file that says where visits usually come from; see docs/format.md."""

from __future__ import annotations

from fieldservice.scheduling.demand import Demand
from fieldservice.scheduling.exchange.fields import Fields, field_names
from fieldservice.scheduling.exchange.read_places import Places


def read_demand(value: object, path: str, places: Places) -> Demand:
    """Return one place of the demand."""
    fields = Fields.of(value, path, {"location", "location_index", "per_day"})
    location = places.index(fields, "location", "location_index")
    if location is None:
        fields.refuse("location_index" if places.matrices else "location", "Say where it is.")
    if not fields.has("per_day"):
        fields.refuse("per_day", "This field is required.")
    with field_names(path):
        return Demand(location, fields.number("per_day", 0.0))
