"""Points as people paste them."""

from __future__ import annotations

import pytest

from fieldservice.errors import Refused
from fieldservice.operations.customers.points import Point, point, point_from

HERE = Point(42.5063, 1.5218)


@pytest.mark.parametrize(
    "pasted",
    [
        "42.5063, 1.5218",
        " 42.5063,1.5218 ",
        "42,5063 1,5218",
        "42,5063; 1,5218",
        "(42.5063, 1.5218)",
        "geo:42.5063,1.5218",
        "geo:42.5063,1.5218?z=17",
        "geo:0,0?q=42.5063,1.5218(Casa)",
        "https://www.google.com/maps/@42.5063,1.5218,17z",
        "https://www.google.com/maps/place/X/@42.6,1.6,17z/data=!4m6!3m5!8m2!3d42.5063!4d1.5218",
        "https://maps.google.com/?q=42.5063,1.5218",
        "https://www.google.com/maps/search/?api=1&query=42.5063%2C1.5218",
        "https://www.google.com/maps/search/42.5063,+1.5218?sa=X",
        "https://www.google.com/maps/dir/?api=1&destination=42.5063,1.5218",
        "https://maps.apple.com/?ll=42.5063,1.5218&q=Casa",
        "https://maps.apple.com/place?coordinate=42.5063,1.5218",
        "https://www.openstreetmap.org/?mlat=42.5063&mlon=1.5218#map=17/42.6/1.6",
        "https://www.openstreetmap.org/#map=17/42.5063/1.5218",
    ],
)
def test_one_point_in_many_writings(pasted: str) -> None:
    assert point_from(pasted) == HERE


def test_degrees_minutes_and_seconds() -> None:
    found = point_from("42°30'22.7\"N 1°31'18.5\"E")
    assert (round(found.lat, 4), round(found.lon, 4)) == (42.5063, 1.5218)
    assert point_from("42°30'0\"S 1°30'0\"W") == Point(-42.5, -1.5)


@pytest.mark.parametrize(
    ("pasted", "mend"),
    [
        ("", "No point"),
        ("hello", "No point"),
        ("42,5063", "No point"),
        ("https://example.org/", "No point"),
        ("http://[", "No point"),
        ("https://maps.app.goo.gl/abc", "short link"),
        ("91.0, 1.5", "outside the world"),
        ("42.5, 181.0", "outside the world"),
        ("0, 0", "ocean"),
    ],
)
def test_what_is_no_point_is_said_with_its_mend(pasted: str, mend: str) -> None:
    with pytest.raises(Refused, match=mend):
        point_from(pasted)


def test_no_number_is_no_place() -> None:
    with pytest.raises(Refused):
        point(float("nan"), 1)
