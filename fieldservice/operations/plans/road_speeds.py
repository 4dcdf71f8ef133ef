"""How long drives take in a territory: as the crow flies, and longer where roads are full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import NamedTuple

from fieldservice.clock import instant, is_holiday
from fieldservice.models.territories import Territory
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.scheduling.speeds import AT_USUAL_SPEED, USUAL, Speeds
from fieldservice.scheduling.travel import Location, StraightLine, TravelMatrix

Span = tuple[int, int, int]
"""From when until when drives take by how many percent longer."""


class Slow(NamedTuple):
    """Hours of the week in which drives take so many percent longer."""

    first_weekday: int
    last_weekday: int
    from_time: time
    until_time: time
    longer: int
    since: date | None


@dataclass(frozen=True, slots=True)
class Roads:
    """The roads of a territory."""

    zone: str
    country: str
    line: StraightLine
    slow: tuple[Slow, ...]

    @classmethod
    def of(cls, territory: Territory) -> Roads:
        """Return what the territory knows of them."""
        slow = tuple(
            Slow(
                one.first_weekday,
                one.last_weekday,
                one.from_time,
                one.until_time,
                one.longer,
                one.since,
            )
            for one in territory.slow_hours
        )
        return cls(territory.zone, territory.country, straight_line(territory), slow)

    def known_on(self, day: date) -> Roads:
        """Return what was known of them on that day."""
        return replace(self, slow=tuple(one for one in self.slow if (one.since or day) <= day))

    def matrix(
        self, locations: Sequence[Location], day: date, clockface: Clockface
    ) -> TravelMatrix:
        """Return the travel times of that day."""
        matrix, speeds = self.line.matrix(locations), self.speeds_on(day, clockface)
        return matrix if speeds.is_even else replace(matrix, speeds=speeds)

    def speeds_on(self, day: date, clockface: Clockface) -> Speeds:
        """Return how fast they are on that day and in the night that follows."""
        if not self.slow:
            return AT_USUAL_SPEED
        days = (day, day + timedelta(days=1))
        spans = [span for one in days for span in self._slow_on(one, clockface)]
        edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
        return Speeds(tuple((edge, _speed(spans, edge)) for edge in edges))

    def _slow_on(self, day: date, clockface: Clockface) -> Iterator[Span]:
        if is_holiday(day, self.country):
            return
        for hours in self.slow:
            if hours.first_weekday <= day.weekday() <= hours.last_weekday:
                start, end = (
                    clockface.seconds(instant(day, wall, self.zone))
                    for wall in (hours.from_time, hours.until_time)
                )
                yield start, end, hours.longer


def straight_line(territory: Territory) -> StraightLine:
    """Return how far apart places are when the roads are free."""
    return StraightLine(territory.travel_base_seconds, territory.travel_seconds_per_km)


def _speed(spans: Sequence[Span], second: int) -> int:
    longer = max((by for start, end, by in spans if start <= second < end), default=0)
    return round(USUAL * 100 / (100 + longer))
