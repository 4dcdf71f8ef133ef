"""The speeds of the roads by the hour, of each profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields, each, whole
from fieldservice.scheduling.speeds import Speeds, Step
from fieldservice.scheduling.travel import TravelMatrix


def with_speeds(top: Fields, travel: Mapping[str, TravelMatrix]) -> dict[str, TravelMatrix]:
    """Return the travel times with the speeds that the file gives for their profiles."""
    speeds = top.values.get("speeds", {})
    given = Fields.of(speeds, top.at("speeds"), speeds if isinstance(speeds, dict) else ())
    for profile in given.values:
        if profile not in travel:
            given.refuse(profile, f"Nobody travels by {profile!r}.")
    return {
        profile: replace(matrix, speeds=_speeds(given, profile)) if given.has(profile) else matrix
        for profile, matrix in travel.items()
    }


def _speeds(given: Fields, profile: str) -> Speeds:
    steps = given.each(profile, _step)
    try:
        return Speeds(steps)
    except Refused as refusal:
        raise Refused(refusal.sentence, given.at(profile)) from None


def _step(value: object, path: str) -> Step:
    numbers = each(value, path, lambda one, place: whole(one, place, None))
    if len(numbers) != 2:
        raise Refused("A speed is [from, percent].", path)
    second, percent = numbers
    return second, percent
