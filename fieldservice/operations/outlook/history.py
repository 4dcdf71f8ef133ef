"""What finished visits tell of how long work and drives take, as far as their times can be true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from fieldservice.clock import day_span
from fieldservice.models.assets import Asset
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import Route, Stop
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.road_speeds import Roads
from fieldservice.scheduling.outlook.learning import Drive, Work
from fieldservice.scheduling.outlook.spreads import LARGEST_RATIO
from fieldservice.scheduling.speeds import Speeds

REMEMBERED = timedelta(days=365)
MOST = 20_000
"""Visits looked at, the newest: more teach nothing new."""
AT_ONCE = timedelta(minutes=2)
"""Work of over a quarter of an hour that ended so soon was entered afterwards."""
SHORT_WORK = timedelta(minutes=15)
LONGEST = timedelta(days=1)
NEXT_MORNING = timedelta(hours=3)
"""So long after the end of the shift nobody is at work any more, but some write up the day."""
SHORT_DRIVE = timedelta(minutes=3)
SQUEEZED = timedelta(minutes=1)
"""Nobody reaches another place so soon after leaving the last."""
QUICKEST, SLOWEST = 0.25, 5.0
"""A drive outside of these, against the plan, began before or ended after it was entered."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished visit, with its times as they were entered."""

    kind: Kind
    product_id: int | None
    technician_id: int
    shift_id: int
    day: date
    shift_ends_at: datetime
    minutes: int
    drive_seconds: int
    en_route_at: datetime | None
    arrived_at: datetime
    ended_at: datetime

    @property
    def planned(self) -> timedelta:
        """How long its work was planned to take."""
        return timedelta(minutes=self.minutes)

    @property
    def drive(self) -> timedelta:
        """How long its drive was planned to take."""
        return timedelta(seconds=self.drive_seconds)


def finished_visits(session: Session, territory_id: int, today: date) -> list[Finished]:
    """Those of the last year before today, by shift and in the order they were reached."""
    member = aliased(ShiftMember)
    lead = select(func.min(member.id)).where(member.shift_id == Shift.id).scalar_subquery()
    rows = session.execute(
        select(
            WorkOrder.kind,
            Asset.product_id,
            ShiftMember.technician_id,
            Shift.id,
            Visit.service_on,
            Shift.ends_at,
            Visit.duration_minutes,
            Stop.travel_seconds,
            Visit.en_route_at,
            Visit.arrived_at,
            Visit.ended_at,
        )
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .outerjoin(Asset, Asset.id == WorkOrder.asset_id)
        .join(Stop, (Stop.visit_id == Visit.id) & (Stop.crew_place == 1))
        .join(Route, Route.id == Stop.route_id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(ShiftMember, ShiftMember.id == lead)
        .where(
            Visit.territory_id == territory_id,
            Visit.state == VisitState.COMPLETED,
            Visit.service_on < today,
            Visit.service_on >= today - REMEMBERED,
            Visit.arrived_at.is_not(None),
            Visit.ended_at.is_not(None),
        )
        .order_by(Visit.service_on.desc(), Visit.id)
        .limit(MOST)
    )
    found = [Finished(*row) for row in map(tuple[Any, ...], rows)]
    return sorted(found, key=lambda one: (one.shift_id, one.arrived_at))


def as_planned_now(finished: Sequence[Finished], roads: Roads) -> list[Finished]:
    """The same, each drive as long as it would be planned with the slow hours known since."""

    @cache
    def speeds(day: date) -> tuple[Clockface, Speeds, Speeds]:
        clockface = Clockface(day_span(day, roads.zone)[0])
        then = roads.known_on(day).speeds_on(day, clockface)
        return clockface, then, roads.speeds_on(day, clockface)

    def planned_now(one: Finished) -> int:
        clockface, then, now = speeds(one.day)
        leaves = clockface.seconds(one.en_route_at or one.arrived_at)
        return now.reach(leaves, then.driven(leaves, leaves + one.drive_seconds)) - leaves

    return [replace(one, drive_seconds=planned_now(one)) for one in finished]


def works_of(finished: Sequence[Finished]) -> list[Work]:
    """What they teach of work; visits entered afterwards or impossibly are left out."""
    return [
        Work(
            one.kind.value,
            one.product_id,
            one.technician_id,
            one.planned.total_seconds(),
            (one.ended_at - one.arrived_at).total_seconds(),
        )
        for one in _entered_there(finished)
        if _possible_work(one)
    ]


def drives_of(finished: Sequence[Finished]) -> list[Drive]:
    """What they teach of drives, with the same left out and the drives that cannot be true."""
    return [
        Drive(
            one.day.toordinal(),
            one.drive.total_seconds(),
            (one.arrived_at - one.en_route_at).total_seconds(),
        )
        for one in _entered_there(finished)
        if one.en_route_at is not None and _possible_drive(one, one.en_route_at)
    ]


def _entered_there(finished: Sequence[Finished]) -> Iterator[Finished]:
    """Those whose times were entered at the door and not afterwards, several in a row."""
    for _, visits in groupby(finished, key=attrgetter("shift_id")):
        left: datetime | None = None
        for one in visits:
            too_soon = left is not None and one.arrived_at - left < SQUEEZED
            written_up = one.ended_at > one.shift_ends_at + NEXT_MORNING
            if not written_up and not (too_soon and one.drive >= SHORT_DRIVE):
                yield one
            left = one.ended_at


def _possible_work(one: Finished) -> bool:
    taken = one.ended_at - one.arrived_at
    if one.minutes <= 0 or not timedelta() < taken <= LONGEST:
        return False
    if taken < AT_ONCE and one.planned > SHORT_WORK:
        return False
    return 1 / LARGEST_RATIO <= taken / one.planned <= LARGEST_RATIO


def _possible_drive(one: Finished, left_at: datetime) -> bool:
    if one.drive < SHORT_DRIVE:
        return False
    return QUICKEST <= (one.arrived_at - left_at) / one.drive <= SLOWEST
