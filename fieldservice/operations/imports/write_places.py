"""The territory's places, and the sites whose municipality is now known."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fieldservice.models.customers import Customer, PlaceQuality, Site
from fieldservice.models.territories import Place
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.points import Point
from fieldservice.operations.imports.place_rows import PlaceRow
from fieldservice.operations.imports.writing import Writing, Written


def write_places(writing: Writing, rows: Sequence[PlaceRow]) -> Written:
    """Add new places, move known ones, and estimate the sites that had no point at all."""
    session, territory_id = writing.session, writing.ground.territory_id
    known = {
        place.folded_name: place
        for place in session.scalars(select(Place).where(Place.territory_id == territory_id))
    }
    for row in rows:
        place = known.get(fold(row.name))
        if place is None:
            place = Place(territory_id=territory_id, folded_name=fold(row.name))
            session.add(place)
            known[place.folded_name] = place
        place.name, place.postcode = row.name, row.postcode or place.postcode
        place.lat, place.lon = row.point.lat, row.point.lon
    session.flush()
    for row in rows:
        writing.note("place.imported", Place, known[fold(row.name)].id)
    estimated = _estimate(writing, {fold(row.name): row.point for row in rows})
    notes = [f"Addresses that stand at their municipality's point now: {estimated}."]
    return Written(len(rows), tuple(notes) if estimated else ())


def _estimate(writing: Writing, points: dict[str, Point]) -> int:
    waiting = writing.session.scalars(
        select(Site)
        .join(Customer)
        .where(
            Customer.territory_id == writing.ground.territory_id,
            Site.place_quality == PlaceQuality.MISSING,
        )
    )
    count = 0
    for site in waiting:
        point = points.get(fold(site.municipality))
        if point is not None:
            site.lat, site.lon = point.lat, point.lon
            site.place_quality = PlaceQuality.ESTIMATED
            count += 1
    return count
