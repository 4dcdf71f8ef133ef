"""The dispatcher's word on a proposal: all of it, one move of it, or none."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound
from fieldservice.models.plans import MoveState, PlanMove, PlanRun, PlanRunState
from fieldservice.operations.audit import record
from fieldservice.operations.plans.breaches import breaches
from fieldservice.operations.plans.days import touch
from fieldservice.operations.plans.proposals import FAULTY, GAVE_WAY, Standing, standing
from fieldservice.operations.plans.rebase import places_of, rebase
from fieldservice.operations.plans.waivers import worsened
from fieldservice.operations.plans.workplan import (
    Sequences,
    completed,
    findings_of,
    lay_out,
    place_best,
)
from fieldservice.scheduling.timing import price

log = logging.getLogger(__name__)


def accept(session: Session, run: PlanRun, now: datetime, actor_id: int | None) -> PlanRun:
    """Make all open moves the working plan; those the day no longer allows are dropped."""
    _refuse_closed(run)
    here = standing(session, run.service_day_id, now)
    asked = [move for move in run.moves if move.state is MoveState.OPEN]
    result = rebase(here.at.problem, here.working, _wished(run, here), _based_on(run))
    if worsened(
        findings_of(here.at.problem, here.working), findings_of(here.at.problem, result.orders)
    ):
        return _faulty(session, run, now)
    _lay(session, here, result.orders)
    goal = places_of(result.orders)
    for move in asked:
        fits = goal.get(move.visit_id) == move.to_shift_id
        move.state = MoveState.ACCEPTED if fits else MoveState.DROPPED
        move.note = None if fits else GAVE_WAY
    run.state = PlanRunState.ACCEPTED
    record(session, now, actor_id, "plan_run.accepted", run, service_day_id=here.day.id)
    session.flush()
    return run


def accept_move(
    session: Session, run: PlanRun, move_id: int, now: datetime, actor_id: int | None
) -> PlanMove:
    """Do this one move now; refused with the reason where it fits only together with others."""
    move = _open_move(run, move_id)
    here = standing(session, run.service_day_id, now)
    if not here.at.problem.has_visit(move.visit_id):
        return _dropped(session, run, move, now)
    orders = _moved(here, move, _wished(run, here))
    if orders is None:
        return _dropped(session, run, move, now)
    broken = worsened(
        findings_of(here.at.problem, here.working), findings_of(here.at.problem, orders)
    )
    if broken:
        why = breaches(session, here.day, broken)[0].text
        raise Conflict(
            "This move fits only together with others: %(why)s Accept those first.", why=why
        )
    _lay(session, here, orders)
    move.state = MoveState.ACCEPTED
    _close_if_done(run)
    record(session, now, actor_id, "plan_move.accepted", move, visit_id=move.visit_id)
    session.flush()
    return move


def refuse_move(
    session: Session, run: PlanRun, move_id: int, now: datetime, actor_id: int | None
) -> PlanMove:
    """Leave this visit where it is."""
    move = _open_move(run, move_id)
    move.state = MoveState.REFUSED
    _close_if_done(run)
    record(session, now, actor_id, "plan_move.refused", move, visit_id=move.visit_id)
    session.flush()
    return move


def refuse(session: Session, run: PlanRun, now: datetime, actor_id: int | None) -> None:
    """Leave everything where it is: no move of this proposal is made any more."""
    _refuse_closed(run)
    for move in run.moves:
        if move.state is MoveState.OPEN:
            move.state = MoveState.REFUSED
    run.state = PlanRunState.SUPERSEDED
    record(session, now, actor_id, "plan_run.refused", run, service_day_id=run.service_day_id)
    session.flush()


def _refuse_closed(run: PlanRun) -> None:
    if run.state is not PlanRunState.PROPOSED:
        raise Conflict("This proposal is closed. Look at the day, and plan it again if needed.")


def _open_move(run: PlanRun, move_id: int) -> PlanMove:
    _refuse_closed(run)
    move = next((one for one in run.moves if one.id == move_id), None)
    if move is None:
        raise NotFound("There is no such move in this proposal.")
    if move.state is not MoveState.OPEN:
        raise Conflict("Somebody has decided on this move already. Look at the proposal again.")
    return move


def _kept(run: PlanRun) -> Sequences:
    return {int(shift_id): list(order) for shift_id, order in (run.sequences or {}).items()}


def _based_on(run: PlanRun) -> dict[int, int | None]:
    """Where each visit stood when the proposal was stored."""
    return places_of(_kept(run)) | {
        move.visit_id: move.from_shift_id
        for move in run.moves
        if move.state in (MoveState.OPEN, MoveState.REFUSED)
    }


def _wished(run: PlanRun, here: Standing) -> Sequences:
    """The proposed orders, with whoever was refused a move left where they are."""
    refused = {move.visit_id for move in run.moves if move.state is MoveState.REFUSED}
    wished = {
        shift_id: [one for one in order if one not in refused]
        for shift_id, order in _kept(run).items()
        if here.at.problem.has_shift(shift_id)
    }
    home = places_of(here.working)
    for visit_id in sorted(refused):
        shift_id = home.get(visit_id)
        if shift_id is not None and here.at.problem.has_visit(visit_id):
            wished[shift_id] = [
                one for one in wished.get(shift_id, []) if here.at.problem.has_visit(one)
            ]
            place_best(here.at.problem, shift_id, wished[shift_id], visit_id)
    return wished


def _moved(here: Standing, move: PlanMove, wished: Sequences) -> Sequences | None:
    """The working plan with this one visit moved; None where its goal is gone."""
    problem = here.at.problem
    orders = {
        shift_id: [one for one in order if one != move.visit_id]
        for shift_id, order in here.working.items()
    }
    if move.to_shift_id is None:
        return orders
    pin = problem.visit(move.visit_id).pin
    if not problem.has_shift(move.to_shift_id) or (pin and pin.shift_id != move.to_shift_id):
        return None
    order = orders.setdefault(move.to_shift_id, [])
    _place_as_wished(here, order, move, wished.get(move.to_shift_id, []))
    return completed(problem, orders)


def _place_as_wished(here: Standing, order: list[int], move: PlanMove, wished: list[int]) -> None:
    """Behind the nearest of its proposed predecessors, or where it breaks and costs least."""
    shift = here.at.problem.shift(move.to_shift_id or 0)
    ahead = wished[: wished.index(move.visit_id)] if move.visit_id in wished else []
    before = next((one for one in reversed(ahead) if one in order), None)
    at = order.index(before) + 1 if before is not None else 0
    as_wished, best = [*order[:at], move.visit_id, *order[at:]], list(order)
    place_best(here.at.problem, shift.id, best, move.visit_id)
    faults, least = (price(here.at.problem, shift, one)[0] for one in (as_wished, best))
    order[:] = best if faults > least else as_wished


def _lay(session: Session, here: Standing, orders: Sequences) -> None:
    lay_out(session, here.day, here.at, orders)
    touch(here.day)
    session.flush()


def _dropped(session: Session, run: PlanRun, move: PlanMove, now: datetime) -> PlanMove:
    move.state, move.note = MoveState.DROPPED, GAVE_WAY
    _close_if_done(run)
    record(session, now, None, "plan_move.dropped", move, visit_id=move.visit_id)
    session.flush()
    return move


def _close_if_done(run: PlanRun) -> None:
    if any(move.state is MoveState.OPEN for move in run.moves):
        return
    done = any(move.state is MoveState.ACCEPTED for move in run.moves)
    run.state = PlanRunState.ACCEPTED if done else PlanRunState.SUPERSEDED


def _faulty(session: Session, run: PlanRun, now: datetime) -> PlanRun:
    run.state, run.failure = PlanRunState.FAILED, FAULTY
    log.error("a proposal breaks a rule", extra={"plan_run_id": run.id})
    record(session, now, None, "plan_run.failed", run, service_day_id=run.service_day_id)
    session.flush()
    return run
