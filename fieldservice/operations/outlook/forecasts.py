"""Chances told when a day is given out, and what became of those promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fieldservice.clock import day_span, local_day
from fieldservice.models.forecasts import Forecast
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.outlook.day_outlook import day_outlook
from fieldservice.operations.outlook.history import NEXT_MORNING
from fieldservice.scheduling.outlook.reliability import Reliability, Told, reliability

JUDGED = timedelta(days=90)
"""How far back promises are looked at."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Promises with a chance told, laid beside what came true, and how many say nothing."""

    reliability: Reliability
    changed: int
    """Promises told anew, moved or cancelled after their chance was told."""
    unknown: int
    """Visits whose arrival nobody entered, or only hours after the shift."""


def foretell(session: Session, day: ServiceDay, now: datetime) -> None:
    """Keep how likely each open promise of the day is, in place of what was kept before."""
    promises = day_outlook(session, day, now).promises
    session.execute(delete(Forecast).where(Forecast.visit_id.in_(promises)))
    session.add_all(
        Forecast(
            visit_id=one.visit_id,
            told_from=one.told_from,
            told_until=one.told_until,
            chance=one.chance,
            made_at=now,
        )
        for one in promises.values()
    )
    session.flush()


def calibration(session: Session, territory: Territory, now: datetime) -> Calibration:
    """What became of the promises of the last three months, today's left out."""
    ends, _ = day_span(local_day(now, territory.zone), territory.zone)
    told: list[Told] = []
    changed = unknown = 0
    rows = session.execute(
        select(Forecast, Visit.told_until, Visit.state, Visit.arrived_at, Shift.ends_at)
        .join(Visit, Visit.id == Forecast.visit_id)
        .outerjoin(Stop, (Stop.visit_id == Visit.id) & (Stop.crew_place == 1))
        .outerjoin(Route, Route.id == Stop.route_id)
        .outerjoin(Shift, Shift.id == Route.shift_id)
        .where(
            Visit.territory_id == territory.id,
            Forecast.told_until < ends,
            Forecast.told_until >= ends - JUDGED,
        )
        .order_by(Forecast.id)
    )
    for forecast, told_until, state, arrived_at, shift_ends_at in rows:
        if told_until != forecast.told_until or state in (
            VisitState.CANCELLED,
            VisitState.REQUESTED,
        ):
            changed += 1
        elif arrived_at is None or _written_up(arrived_at, shift_ends_at):
            unknown += 1
        else:
            told.append(Told(forecast.chance, arrived_at <= forecast.told_until))
    return Calibration(reliability(told), changed, unknown)


def _written_up(arrived_at: datetime, shift_ends_at: datetime | None) -> bool:
    return shift_ends_at is not None and arrived_at > shift_ends_at + NEXT_MORNING
