"""Points on the map, read from whatever a person pastes; nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from fieldservice.errors import Refused

_NUMBER = r"[-+]?\d{1,3}(?:[.,]\d+)?"
_PAIR = re.compile(rf"^\(?\s*({_NUMBER})\s*°?\s*(?:[,;/|]\s*|\s+)({_NUMBER})\s*°?\s*\)?$")
_IN_TEXT = re.compile(r"([-+]?\d{1,3}\.\d+)\s*[,;~]\s*\+?\s*([-+]?\d{1,3}\.\d+)")
_PIN = re.compile(r"!3d([-+]?\d{1,3}(?:\.\d+)?)!4d([-+]?\d{1,3}(?:\.\d+)?)")
_VIEW = re.compile(r"/@([-+]?\d{1,3}(?:\.\d+)?),([-+]?\d{1,3}(?:\.\d+)?)")
_OSM_VIEW = re.compile(r"map=\d+(?:\.\d+)?/([-+]?\d{1,3}(?:\.\d+)?)/([-+]?\d{1,3}(?:\.\d+)?)")
_DEGREES = re.compile(
    r"(\d{1,3})°\s*(?:(\d{1,2})['′’]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)(?:\"|″|”|'')\s*)?([NSEWO])",
    re.IGNORECASE,
)
_ASKED = ("q", "query", "ll", "coordinate", "destination", "daddr", "center", "sll", "cp", "to")
_SHORT = ("goo.gl", "maps.app.goo.gl", "g.co", "maps.apple", "osm.org", "bit.ly")

MEND = 'Paste a map link or write latitude and longitude, such as "42.5063, 1.5218".'


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in degrees."""

    lat: float
    lon: float


def point(lat: float, lon: float, field: str | None = "point") -> Point:
    """The point, or a refusal where the world has none."""
    if not -90 <= lat <= 90:
        raise Refused(
            "Latitude %(latitude)s lies outside the world. It goes from -90 to 90; check the "
            "decimal point.",
            field,
            latitude=f"{lat:g}",
        )
    if not -180 <= lon <= 180:
        raise Refused(
            "Longitude %(longitude)s lies outside the world. It goes from -180 to 180; check "
            "the decimal point.",
            field,
            longitude=f"{lon:g}",
        )
    if lat == 0 and lon == 0:
        raise Refused("0, 0 lies in the ocean: leave an unknown point empty.", field)
    return Point(lat, lon)


def point_from(pasted: str, field: str | None = "point") -> Point:
    """The point in a map link, a geo: address or written coordinates."""
    text = pasted.strip()
    found = _pair(text) or _degrees(text) or (_from_link(text, field) if ":" in text else None)
    if found is None:
        raise Refused("No point can be read from this. %(mend)s", field, mend=MEND)
    return point(*found, field)


def degrees_of(written: str | float, field: str | None = None) -> float:
    """One coordinate, with a decimal point or a decimal comma."""
    try:
        return float(str(written).strip().rstrip("°").replace(",", "."))
    except ValueError as error:
        raise Refused(
            "%(text)s is not a coordinate. Write degrees such as 42.5063.",
            field,
            text=repr(str(written).strip()),
        ) from error


def _pair(text: str) -> tuple[float, float] | None:
    if text.count(",") == 1 and not re.search(r"[.;/|\s]", text):
        # "42,5063" is one number with its decimals.
        return None
    match = _PAIR.match(text)
    if match is None:
        return None
    return degrees_of(match[1]), degrees_of(match[2])


def _degrees(text: str) -> tuple[float, float] | None:
    parts = _DEGREES.findall(text)
    if len(parts) != 2:
        return None
    values: dict[bool, float] = {}
    for whole, minutes, seconds, towards in parts:
        size = int(whole) + int(minutes or 0) / 60 + degrees_of(seconds or "0") / 3600
        north_south = towards.upper() in "NS"
        values[north_south] = -size if towards.upper() in "SWO" else size
    return (values[True], values[False]) if len(values) == 2 else None


def _from_link(text: str, field: str | None) -> tuple[float, float] | None:
    try:
        link = urlsplit(text)
        host = link.hostname or ""
    except ValueError:
        return None
    whole = unquote(text)
    if link.scheme == "geo":
        return _from_geo(whole)
    if link.scheme not in {"http", "https"}:
        return None
    found = _pinned(whole) or _asked(link.query) or _seen(whole)
    if found is None and host.removeprefix("www.") in _SHORT:
        raise Refused(
            "A short link says where it leads only over the network. Open it and copy the long "
            "address that the browser then shows, or the coordinates.",
            field,
        )
    return found


def _from_geo(text: str) -> tuple[float, float] | None:
    asked = _IN_TEXT.search(text.partition("?q=")[2])
    if asked:
        return float(asked[1]), float(asked[2])
    return _pair(re.split(r"[?;(]", text.removeprefix("geo:"), maxsplit=1)[0])


def _pinned(text: str) -> tuple[float, float] | None:
    """The place itself, where Google's address holds it beside the view."""
    pins = _PIN.findall(text)
    return (float(pins[-1][0]), float(pins[-1][1])) if pins else None


def _asked(query: str) -> tuple[float, float] | None:
    asked = parse_qs(query)
    if "mlat" in asked and "mlon" in asked:
        return degrees_of(asked["mlat"][0]), degrees_of(asked["mlon"][0])
    for name in _ASKED:
        for value in asked.get(name, ()):
            found = _IN_TEXT.search(value)
            if found:
                return float(found[1]), float(found[2])
    return None


def _seen(text: str) -> tuple[float, float] | None:
    """The middle of the map the address shows."""
    match = _VIEW.search(text) or _OSM_VIEW.search(text) or _IN_TEXT.search(text)
    return (float(match[1]), float(match[2])) if match else None
