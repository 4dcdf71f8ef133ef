"""A point from what a person writes: coordinates, a map link, or a municipality by name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.territories import Place, Territory
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.points import Point, point_from


def point_or_place(session: Session, territory: Territory, written: str, field: str) -> Point:
    """The point meant; places are those of the territory's own list."""
    text = written.strip()
    if not text:
        raise Refused("The place is empty. Paste a map link or name a municipality.", field)
    place = session.scalar(
        select(Place).where(Place.territory_id == territory.id, Place.folded_name == fold(text))
    )
    if place is not None:
        return Point(place.lat, place.lon)
    try:
        return point_from(text, field)
    except Refused as refused:
        if any(sign.isdigit() for sign in text):
            raise
        raise Refused(
            "%(text)s is no municipality of %(territory)s. Paste a map link, or write "
            'latitude and longitude, such as "42.5063, 1.5218".',
            field,
            text=repr(text),
            territory=territory.name,
        ) from refused
