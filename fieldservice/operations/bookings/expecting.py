"""What a time will have cost when its day comes, learned from where visits came from lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Site
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.bookings.openings import Opening, TrialDay
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.plans.day_statements import ON_THE_DAY
from fieldservice.operations.plans.road_speeds import straight_line
from fieldservice.scheduling.demand import Neighbours
from fieldservice.scheduling.expectation import A_DAY_LATER, Added
from fieldservice.scheduling.problem import TimeWindow
from fieldservice.scheduling.timing import travel_cost
from fieldservice.scheduling.travel import Location

REMEMBERED = timedelta(days=56)
PLACES = 400
"""So many past visits, the newest, stand for all."""

_PAST = (
    Visit.territory_id == bindparam("territory_id"),
    Visit.service_on >= bindparam("since"),
    Visit.service_on < bindparam("today"),
    Visit.state.in_(ON_THE_DAY),
)
_A_DAY = select(func.count(), func.count(Visit.service_on.distinct())).where(*_PAST)
_NEWEST = (
    select(Site.lon, Site.lat)
    .join(WorkOrder, WorkOrder.site_id == Site.id)
    .join(Visit, Visit.work_order_id == WorkOrder.id)
    .where(*_PAST, Site.lat.is_not(None), Site.lon.is_not(None))
    .order_by(Visit.service_on.desc(), Visit.id)
    .limit(PLACES)
)


@dataclass(frozen=True, slots=True)
class Expecting:
    """What is usually wanted around the place of one wish."""

    around: Neighbours
    today: date

    @classmethod
    def of(cls, session: Session, territory: Territory, wish: Wish, today: date) -> Expecting:
        """The demand of the last weeks, as seen from the place of the wish."""
        asked = {"territory_id": territory.id, "since": today - REMEMBERED, "today": today}
        visits, days = session.execute(_A_DAY, asked).one()
        rows = session.execute(_NEWEST, asked)
        newest = np.array(rows.all(), np.float64).reshape(-1, 2)
        line = straight_line(territory)
        drives = line.seconds_from(Location(lon=wish.lon, lat=wish.lat), newest)
        each = visits / max(1, days) / max(1, len(newest))
        return cls(Neighbours(drives, np.full(len(newest), each)), today)

    def cost(self, trial: TrialDay, one: Opening) -> int:
        """What this opening of a day will have cost, waiting for it included."""
        problem = trial.at.problem
        first, last = one.candidate.window.from_at, one.candidate.window.until_at
        span = TimeWindow(trial.at.clockface.seconds(first), trial.at.clockface.seconds(last))
        ahead = trial.prepared.ahead(span)
        shift = problem.shift(one.shift_id)
        unused = not trial.orders.get(one.shift_id)
        added = Added(
            cost=one.cost,
            driving_cost=travel_cost(problem, shift, one.extra_seconds),
            driving=one.extra_seconds,
            opening=shift.fixed_cost if unused else 0,
        )
        (cost,) = ahead.expected(self.around, one.candidate.minutes * 60, [added])
        return cost + A_DAY_LATER * (trial.day.day - self.today).days
