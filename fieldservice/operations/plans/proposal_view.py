"""A proposal as the dispatcher reviews it: each move old against new, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.models.plans import MoveState, PlanMove, PlanRun
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.dispatching.told_windows import Window, told
from fieldservice.operations.plans.proposal_left_out import (
    LeftOutProposed,
    left_out_proposed,
    shift_ids,
)


@dataclass(frozen=True, slots=True)
class MoveView:
    """One visit's old and new place."""

    move_id: int
    visit_id: int
    title: str
    place: str
    work_kind: str
    told: Window | None
    from_name: str | None
    from_starts_at: datetime | None
    to_name: str | None
    to_starts_at: datetime | None
    retells: bool
    state: str
    note: str | None
    because: str | None
    travel_seconds: int | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state == MoveState.OPEN

    @property
    def travel_minutes(self) -> int | None:
        """What the move adds to the driving of the day."""
        return None if self.travel_seconds is None else round(self.travel_seconds / 60)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """The moves, those that touch a customer first, and the day before and after."""

    run: PlanRun
    moves: tuple[MoveView, ...]
    left_out: tuple[LeftOutProposed, ...]
    accepted: tuple[Any, ...]

    @property
    def retells(self) -> int:
        """How many customers would have to be told a new time."""
        return sum(1 for move in self.moves if move.is_open and move.retells)

    @property
    def gap_percent(self) -> float | None:
        """By how much the plan is at most above the best possible, rounded up to a tenth."""
        if self.run.gap is None or self.run.gap >= 1:
            return None
        return math.ceil(round(1000 * self.run.gap, 6)) / 10


def proposal_view(session: Session, run: PlanRun) -> ProposalView:
    """This run's result."""
    names = _names(session, run)
    moves = (_move(move, names) for move in _loaded(session, run))
    return ProposalView(
        run=run,
        moves=tuple(sorted(moves, key=lambda m: (not m.is_open, not m.retells, m.title))),
        left_out=left_out_proposed(session, run, names),
        accepted=tuple(run.accepted_violations or []),
    )


def _loaded(session: Session, run: PlanRun) -> Sequence[PlanMove]:
    order = joinedload(PlanMove.visit).joinedload(Visit.work_order)
    return session.scalars(
        select(PlanMove)
        .where(PlanMove.plan_run_id == run.id)
        .options(order.joinedload(WorkOrder.customer), order.joinedload(WorkOrder.site))
    ).all()


def _names(session: Session, run: PlanRun) -> dict[int | None, str]:
    ids = {one for move in run.moves for one in (move.from_shift_id, move.to_shift_id) if one}
    ids |= shift_ids(run)
    members = selectinload(Shift.members).joinedload(ShiftMember.technician)
    shifts = session.scalars(select(Shift).where(Shift.id.in_(ids)).options(members))
    return {shift.id: shift.lead.name for shift in shifts}


def _move(move: PlanMove, names: dict[int | None, str]) -> MoveView:
    order = move.visit.work_order
    return MoveView(
        move_id=move.id,
        visit_id=move.visit_id,
        title=order.customer.name,
        place=order.site.municipality,
        work_kind=order.kind.value,
        told=told(move.visit),
        from_name=names.get(move.from_shift_id),
        from_starts_at=move.from_starts_at,
        to_name=names.get(move.to_shift_id),
        to_starts_at=move.to_starts_at,
        retells=move.retells,
        state=move.state.value,
        note=move.note,
        because=move.because.value if move.because else None,
        travel_seconds=move.travel_seconds,
    )
