"""Days that are over: every visit done, most customers asked, a few not content."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import instant, is_business_day
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.surveys import FollowUp, SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, Visit, VisitState, WorkOrderState
from fieldservice.operations.demo.orders import fill
from fieldservice.operations.outlook.forecasts import foretell
from fieldservice.operations.plans.days import loaded_day, service_day

DAYS = 14
A_DAY = 42
STRAYS = {
    Kind.INSTALLATION: (1.05, 0.25),
    Kind.MAINTENANCE: (0.95, 0.2),
    Kind.REPAIR: (1.05, 0.35),
    Kind.DEMONSTRATION: (1.0, 0.25),
    Kind.INSPECTION: (0.9, 0.15),
}
"""Median and log-normal spread of how long work takes against its plan."""
SCORES = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
COMMENTS = {
    1: "Nobody told me the part was missing.",
    2: "He came late and had to leave early.",
    3: "All right, but I had to wait.",
    4: "Friendly, explained everything.",
    5: "Very kind and quick, thank you.",
}


def past_days(territory: Territory, today: date) -> list[date]:
    """The business days of the two weeks before today, oldest first."""
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    return [day for day in days if is_business_day(day, territory.country)]


def live_through(session: Session, territory: Territory, when: date) -> None:
    """Book, drive and close one past day."""
    eve = instant(when - timedelta(days=1), time(17), territory.zone)
    day = service_day(session, territory.id, when)
    fill(session, territory, day, A_DAY, eve)
    foretell(session, day, eve)
    close(session, territory, day)


def left_open(session: Session, territory: Territory, today: date) -> Sequence[ServiceDay]:
    """Past days on which somebody stopped trying before the last visit was done."""
    return session.scalars(
        select(ServiceDay)
        .join(Visit, (Visit.territory_id == territory.id) & (Visit.service_on == ServiceDay.day))
        .where(
            ServiceDay.territory_id == territory.id,
            ServiceDay.day < today,
            Visit.state.not_in(ENDED),
        )
        .distinct()
    ).all()


def close(session: Session, territory: Territory, day: ServiceDay) -> None:
    """End whatever is still open on a past day, as it was planned give or take."""
    rng = random.Random(f"closed {day.day}")
    day = loaded_day(session, day)
    day.published_at = day.published_at or instant(day.day, time(6, 30), territory.zone)
    day.published_version = day.version
    for route in day.routes:
        left: datetime | None = None
        for stop in sorted(route.stops, key=lambda one: one.position):
            stop.committed = True
            if stop.visit is None:
                left = max(left or stop.starts_at, stop.starts_at) + (stop.ends_at - stop.starts_at)
                continue
            if stop.visit.ended_at is None:
                _live(stop, stop.visit, left, rng)
                _end(session, stop.visit, rng)
            left = stop.visit.ended_at
    session.flush()


def _live(stop: Stop, visit: Visit, left: datetime | None, rng: random.Random) -> None:
    """Drive there and work there, each as long as it takes on that day; one delays the next."""
    drive = timedelta(seconds=stop.travel_seconds) * rng.lognormvariate(0, 0.2)
    late = timedelta(minutes=rng.choice((-6, -3, 0, 0, 2, 5, 9, 14)))
    sets_out = stop.starts_at + late - timedelta(seconds=stop.travel_seconds)
    visit.en_route_at = visit.en_route_at or max(sets_out, left or sets_out)
    visit.arrived_at = visit.arrived_at or visit.en_route_at + drive
    median, sigma = STRAYS[visit.work_order.kind]
    work = (stop.ends_at - stop.starts_at) * (median * rng.lognormvariate(0, sigma))
    visit.ended_at = visit.arrived_at + work


def _end(session: Session, visit: Visit, rng: random.Random) -> None:
    if rng.random() < 0.03:
        visit.state, visit.remarks = VisitState.NO_ACCESS, "Nobody opened"
        return
    visit.state = VisitState.COMPLETED
    visit.remarks = rng.choice(("Done, all tested", "Filter changed", "Customer shown how", None))
    visit.work_order.state = WorkOrderState.DONE
    if rng.random() < 0.6 and visit.ended_at is not None:
        _answer(session, visit, visit.ended_at + timedelta(hours=1), rng)


def _answer(session: Session, visit: Visit, at: datetime, rng: random.Random) -> None:
    known = select(SurveyResponse.id).where(SurveyResponse.visit_id == visit.id)
    if session.scalar(known) is not None:
        return
    score = rng.choice(SCORES)
    comment = COMMENTS[score] if rng.random() < 0.5 else None
    session.add(
        SurveyResponse(
            visit_id=visit.id,
            score=score,
            comment=comment,
            channel=Channel.CALL,
            answered_at=at,
        )
    )
    if score <= 2:
        closed = rng.random() < 0.92
        session.add(
            FollowUp(
                visit_id=visit.id,
                reason="low_score",
                note=comment,
                opened_at=at,
                closed_at=at + timedelta(hours=20) if closed else None,
                outcome="Called, explained and set right" if closed else None,
            )
        )
