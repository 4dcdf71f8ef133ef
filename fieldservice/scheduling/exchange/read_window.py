"""A time window of a file: [from, to]."""

from __future__ import annotations

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import each, field_names, whole
from fieldservice.scheduling.problem import TimeWindow


def window(value: object, path: str) -> TimeWindow:
    """Return the window written as [from, to]."""
    bounds = each(value, path, lambda bound, where: whole(bound, where, None))
    if len(bounds) != 2:
        raise Refused("A time window is [from, to].", path)
    with field_names(path):
        return TimeWindow(*bounds)
