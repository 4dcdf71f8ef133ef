"""The customer and the address a row names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldservice.errors import Refused
from fieldservice.models.customers import PlaceQuality, Reach
from fieldservice.models.kinds import Language
from fieldservice.operations.customers.customer_entries import check_reach
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number
from fieldservice.operations.customers.points import Point, degrees_of, point, point_from
from fieldservice.operations.imports.cells import Cell, text_of
from fieldservice.operations.imports.faults import RowReader
from fieldservice.operations.imports.ground import Ground
from fieldservice.operations.imports.words import read_language, read_reach

_TOWN = re.compile(r"^((?:[A-Z]{2}[- ]?)?\d{3,5})\s+(\D.*)$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
_NEAR_DEGREES = 4.0
ADDRESSES = ("phone", "mobile", "email")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be served and how they are reached."""

    name: str
    external_id: str | None
    contact: str
    phone: str | None
    other_phone: str | None
    email: str | None
    language: Language | None
    prefers: Reach | None = None

    @property
    def phones(self) -> tuple[str, ...]:
        """Every number given."""
        return tuple(number for number in (self.phone, self.other_phone) if number)


@dataclass(frozen=True, slots=True)
class Address:
    """Where, how surely, and how to get in."""

    street: str
    postcode: str | None
    municipality: str
    point: Point | None
    quality: PlaceQuality
    access_notes: str | None

    @property
    def folded(self) -> str:
        """As addresses are compared."""
        return fold(self.whole)

    @property
    def whole(self) -> str:
        """On one line, as a site writes it."""
        town = " ".join(part for part in (self.postcode, self.municipality) if part)
        return f"{self.street}, {town}"


def read_person(row: RowReader, ground: Ground) -> Person:
    """The customer of this row."""

    def phone(cell: Cell) -> str:
        return phone_number(text_of(cell), ground.country)

    mobile, landline = row.take("mobile", phone), row.take("phone", phone)
    first = mobile or landline
    name = row.needed("customer")
    email, prefers = row.take("email", _mail), row.take("contact_by", read_reach)
    _check_reach(row, prefers, first, email)
    return Person(
        name=name,
        external_id=row.text("customer_id", 120) or None,
        contact=row.text("contact") or name,
        phone=first,
        other_phone=landline if landline != first else None,
        email=email,
        language=row.take("language", read_language),
        prefers=prefers,
    )


def _check_reach(
    row: RowReader, prefers: Reach | None, phone: str | None, email: str | None
) -> None:
    if any(fault.column == row.columns.header(name) for name in ADDRESSES for fault in row.faults):
        # What is wrong with the number or the address itself is said already.
        return
    try:
        check_reach(prefers, phone, email)
    except Refused as error:
        row.fault("contact_by", error.sentence)


def _mail(cell: Cell) -> str:
    text = text_of(cell)
    if not _MAIL.match(text) or len(text) > 200:
        raise Refused(f"{text!r} is not an e-mail address. Correct it or leave it empty.")
    return text


def read_address(row: RowReader, ground: Ground) -> Address:
    """The address of this row, at its point or its municipality's."""
    street, postcode, municipality = _written(row)
    given = read_point(row, ground)
    known = ground.place(municipality, postcode)
    municipality = municipality or (known.name if known else "")
    if not street:
        row.fault(
            "street" if "street" in row.columns.places else "address",
            "The street is empty. Fill it in.",
        )
    if not municipality:
        row.fault("municipality", "Municipality is empty. Fill it in.")
    place, quality = given, PlaceQuality.EXACT
    if given is None:
        place = known.point if known else None
        quality = PlaceQuality.ESTIMATED if known else PlaceQuality.MISSING
    notes = row.text("access_notes", 1000) or None
    return Address(street, postcode or None, municipality, place, quality, notes)


def _written(row: RowReader) -> tuple[str, str, str]:
    street = row.text("street")
    postcode, municipality = row.text("postcode", 12), row.text("municipality")
    if not street and row.has("address"):
        street, _, town = row.text("address").rpartition(",")
        if not street:
            street, town = town, ""
        match = _TOWN.match(town.strip())
        postcode = postcode or (match[1] if match else "")
        municipality = municipality or (match[2] if match else town.strip())
    return street.strip(), postcode, municipality.strip()


def read_point(row: RowReader, ground: Ground) -> Point | None:
    """The point given in two columns or one, checked against the world and the territory."""
    field = "lat" if row.has("lat") else "lon" if row.has("lon") else "point"
    if field == "point":
        found = row.take("point", lambda cell: point_from(text_of(cell)))
    elif not (row.has("lat") and row.has("lon")):
        row.fault(
            "lon" if field == "lat" else "lat", "One coordinate stands alone. Give both or none."
        )
        return None
    else:
        lat = row.take("lat", lambda cell: degrees_of(text_of(cell)))
        lon = row.take("lon", lambda cell: degrees_of(text_of(cell)))
        found = None if lat is None or lon is None else _in_world(row, lat, lon)
    if found and _swapped(found, ground):
        row.fault(field, "Latitude and longitude seem to be exchanged. Put latitude first.")
        return None
    return found


def _in_world(row: RowReader, lat: float, lon: float) -> Point | None:
    try:
        return point(lat, lon)
    except Refused as error:
        row.fault("lat" if "Latitude" in error.sentence else "lon", error.sentence)
        return None


def _swapped(found: Point, ground: Ground) -> bool:
    """Whether the point is far from every place of the territory and near if turned round."""
    if not ground.places:
        return False
    return not _near(found.lat, found.lon, ground) and _near(found.lon, found.lat, ground)


def _near(lat: float, lon: float, ground: Ground) -> bool:
    return any(
        abs(place.point.lat - lat) < _NEAR_DEGREES and abs(place.point.lon - lon) < _NEAR_DEGREES
        for place in ground.places.values()
    )
