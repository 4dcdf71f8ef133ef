"""The hours of the week in which the roads of a territory are full."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.errors import NotFound, Refused
from fieldservice.models.territories import SlowHours, Territory
from fieldservice.operations import audit
from fieldservice.operations.house.territories import Bounds

LONGER = Bounds(5, 300)
"""By how many percent a drive may take longer."""

MOST = 40
"""Rows a territory can have."""


@dataclass(frozen=True, slots=True)
class SlowHoursEntry:
    """Hours as an admin writes them down; weekdays count from Monday, 0."""

    first_weekday: int
    last_weekday: int
    from_time: time
    until_time: time
    longer: int

    def __post_init__(self) -> None:
        if not 0 <= self.first_weekday <= self.last_weekday <= 6:
            raise Refused("The first weekday comes before the last. Choose again.", "last_weekday")
        if self.from_time >= self.until_time:
            raise Refused(
                "These hours are over at %(end)s, before they begin at %(start)s. Change the end.",
                "until_time",
                end=f"{self.until_time:%H:%M}",
                start=f"{self.from_time:%H:%M}",
            )
        if not LONGER.low <= self.longer <= LONGER.high:
            raise Refused(
                "Drives take %(longer)s %% longer. Choose %(low)s to %(high)s.",
                "longer",
                longer=self.longer,
                low=LONGER.low,
                high=LONGER.high,
            )


def add_slow_hours(
    session: Session,
    now: datetime,
    actor_id: int | None,
    territory: Territory,
    entry: SlowHoursEntry,
) -> SlowHours:
    """New offers and plans count them; where rows overlap, the slowest holds."""
    if len(territory.slow_hours) >= MOST:
        raise Refused(
            "There are %(most)s rows already. Remove one first.", "first_weekday", most=MOST
        )
    added = SlowHours(since=local_day(now, territory.zone), **asdict(entry))
    territory.slow_hours.append(added)
    session.flush()
    audit.record(session, now, actor_id, "slow_hours.added", added, territory_id=territory.id)
    return added


def remove_slow_hours(
    session: Session, now: datetime, actor_id: int | None, slow_hours_id: int
) -> None:
    """The roads are as at any other hour again."""
    known = session.get(SlowHours, slow_hours_id)
    if known is None:
        raise NotFound("These hours were removed already.")
    audit.record(
        session, now, actor_id, "slow_hours.removed", known, territory_id=known.territory_id
    )
    session.delete(known)
    session.flush()
