"""Visits of a day that are on no route, each with why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import PlanRun, PlanRunState, ServiceDay
from fieldservice.models.work_orders import Visit
from fieldservice.operations.dispatching.dispatch import stamp
from fieldservice.operations.dispatching.told_windows import Window, told


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a visit is on no route, and small changes that would help."""

    rule: str
    text: str
    proved: bool
    fixes: tuple[str, ...] = ()
    technicians: tuple[str, ...] = ()
    """Whom it keeps away, where only some."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit of the day without a place on any route."""

    visit_id: int
    title: str
    place: str
    work_kind: str
    minutes: int
    told: Window | None
    has_point: bool
    reasons: tuple[ReasonView, ...]
    """Empty where nobody has planned the day since it came."""
    stamp: str


def left_out(
    session: Session, service: ServiceDay | None, missing: Sequence[Visit]
) -> tuple[LeftOut, ...]:
    """These visits, promised ones first, with the reasons the planner last gave."""
    known = reasons_given(session, service)
    views = [
        LeftOut(
            visit_id=visit.id,
            title=visit.work_order.customer.name,
            place=visit.work_order.site.municipality,
            work_kind=visit.work_order.kind.value,
            minutes=visit.duration_minutes,
            told=told(visit),
            has_point=visit.work_order.site.lat is not None,
            reasons=known.get(visit.id, ()),
            stamp=stamp(visit, None),
        )
        for visit in missing
    ]
    return tuple(sorted(views, key=_urgency))


def _urgency(one: LeftOut) -> tuple[bool, float, int]:
    return one.told is None, one.told[0].timestamp() if one.told else 0, one.visit_id


def reasons_given(
    session: Session, service: ServiceDay | None
) -> dict[int, tuple[ReasonView, ...]]:
    """What the newest plan of the day said of each visit it left out."""
    run = _last_answer(session, service) if service is not None else None
    return {
        int(kept["visit_id"]): tuple(_reason(one) for one in kept["reasons"])
        for kept in (run.unassigned if run else None) or []
    }


def _last_answer(session: Session, service: ServiceDay) -> PlanRun | None:
    return session.scalar(
        select(PlanRun)
        .where(
            PlanRun.service_day_id == service.id,
            PlanRun.state.in_((PlanRunState.PROPOSED, PlanRunState.ACCEPTED)),
        )
        .order_by(PlanRun.id.desc())
        .limit(1)
    )


def _reason(kept: dict[str, Any]) -> ReasonView:
    fixes = tuple(_fix(one) for one in kept.get("fixes") or [])
    return ReasonView(
        kept["rule"],
        kept["text"],
        bool(kept.get("proved")),
        fixes,
        tuple(kept.get("technicians") or ()),
    )


def _fix(kept: dict[str, Any]) -> str:
    change, cost = str(kept["change"]), kept.get("cost")
    if cost is None:
        return change
    return f"{change.rstrip('.')} ({round(cost / 60):+d} min of driving)."
