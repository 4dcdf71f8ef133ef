"""What the form for repairing a day offers: who works, where, what is urgent, what counts now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.disruptions import DisruptionKind
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.dispatching.day_routes import Spell
from fieldservice.operations.dispatching.day_view import DayView, day_view
from fieldservice.operations.dispatching.troubles import standing
from fieldservice.operations.plans.problems import visits_on


@dataclass(frozen=True, slots=True)
class Counting:
    """Something that was said and counts until it is over."""

    disruption_id: int
    kind: DisruptionKind
    name: str | None
    until: datetime | None
    percent: int | None
    municipality: str | None


@dataclass(frozen=True, slots=True)
class RepairForm:
    """The choices of the form."""

    vans: tuple[tuple[int, str], ...]
    """Shifts of today whose driver is there, with the driver's name."""
    municipalities: tuple[str, ...]
    waiting: tuple[tuple[int, str], ...]
    """Visits that could be an emergency, with customer and place."""
    counting: tuple[Counting, ...]


def repair_form(
    session: Session, territory: Territory, day: ServiceDay, now: datetime
) -> RepairForm:
    """The choices of that day."""
    view = day_view(session, territory, day.day, now)
    names = {route.shift_id: route.name for route in view.routes}
    return RepairForm(
        vans=tuple(
            (route.shift_id, route.name)
            for route in view.routes
            if not route.absent and not (route.away and _is_gone(route.away, now))
        ),
        municipalities=_municipalities(visits_on(session, day)),
        waiting=_waiting(view),
        counting=tuple(
            Counting(
                disruption_id=one.id,
                kind=one.kind,
                name=names.get(one.shift_id or 0),
                until=one.until,
                percent=one.percent,
                municipality=one.municipality,
            )
            for one in standing(session, day)
        ),
    )


def _is_gone(away: Spell, now: datetime) -> bool:
    return away.starts_at <= now and (away.back_at is None or away.back_at > now)


def _municipalities(rows: Sequence[Visit]) -> tuple[str, ...]:
    return tuple(sorted({row.work_order.site.municipality for row in rows}))


def _waiting(view: DayView) -> tuple[tuple[int, str], ...]:
    left_out = [(one.visit_id, f"{one.title}, {one.place}") for one in view.left_out]
    backlog = [(one.visit_id, f"{one.title}, {one.place}") for one in view.backlog]
    return (*left_out, *backlog)
