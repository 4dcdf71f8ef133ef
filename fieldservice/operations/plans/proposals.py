"""What a finished search leaves behind: a proposal of moves, carried over to the day as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import MoveState, PlanMove, PlanRun, PlanRunState, ServiceDay
from fieldservice.models.work_orders import Visit
from fieldservice.operations.audit import record
from fieldservice.operations.plans.breaches import breaches
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.days import day_by_id
from fieldservice.operations.plans.fix_facts import (
    behind,
    can_be_taken,
    is_told,
    minutes_given,
)
from fieldservice.operations.plans.move_causes import cause_of, travel_change
from fieldservice.operations.plans.moves import Move, moves_between
from fieldservice.operations.plans.plan_claims import Claim, Question, fail_run, owned_run
from fieldservice.operations.plans.problems import HELD, DayProblem, problem_for
from fieldservice.operations.plans.rebase import places_of, rebase
from fieldservice.operations.plans.waivers import worsened
from fieldservice.operations.plans.workplan import Sequences, findings_of, plan_of, sequences
from fieldservice.scheduling.check import check
from fieldservice.scheduling.exchange.write_reasons import explanation_document
from fieldservice.scheduling.plan import Plan, Unassigned
from fieldservice.scheduling.problem import Problem, Rule

FAULTY = (
    "The planner made a plan that breaks a rule, so it was thrown away. "
    "The plan of the day stays as it was."
)
GAVE_WAY = "The day changed meanwhile and this move no longer fits."


@dataclass(frozen=True, slots=True)
class Standing:
    """A day as it is now: its problem, its working orders and its version."""

    day: ServiceDay
    at: DayProblem
    working: Sequences


def standing(session: Session, service_day_id: int, now: datetime) -> Standing:
    """The day, locked, with its working plan as the planner sees it."""
    day = day_by_id(session, service_day_id)
    at = problem_for(session, day, now)
    return Standing(day, at, sequences(day, at.problem))


def store_proposal(
    session: Session, claim: Claim, question: Question, plan: Plan, now: datetime
) -> PlanRun | None:
    """Save the plan as moves from the working plan of now; None for an owner that came late.

    A plan that breaks what nobody waived is a defect: it fails the run and changes nothing.
    """
    run = owned_run(session, claim)
    if run is None:
        return None
    before = findings_of(question.problem, question.rest.present)
    if worsened(before, check(question.problem, plan)):
        fail_run(session, claim, FAULTY, now)
        return run
    here = standing(session, claim.service_day_id, now)
    whole = question.rest.whole(plan.sequences)
    wished = {shift_id: list(order) for shift_id, order in whole.items()}
    result = rebase(here.at.problem, here.working, wished, places_of(question.working))
    _supersede_others(session, run, now)
    _write_moves(session, run, here, result.orders, question, wished)
    _write_measures(run, here, result.orders)
    if here.day.version == question.version:
        _write_gap(run, plan)
    run.unassigned = _unassigned(session, here, result.orders, question.problem, plan)
    run.progress_unserved = len(run.unassigned)
    run.accepted_violations = _accepted(session, here, result.orders)
    run.state, run.ended_at, run.lease_until = PlanRunState.PROPOSED, now, None
    run.based_on_version = here.day.version
    record(session, now, None, "plan_run.proposed", run, service_day_id=here.day.id)
    session.flush()
    return run


def _supersede_others(session: Session, run: PlanRun, now: datetime) -> None:
    older = session.scalars(
        select(PlanRun).where(
            PlanRun.service_day_id == run.service_day_id,
            PlanRun.id != run.id,
            PlanRun.state == PlanRunState.PROPOSED,
        )
    )
    for other in older:
        other.state = PlanRunState.SUPERSEDED
        record(session, now, None, "plan_run.superseded", other, by_plan_run_id=run.id)


def _write_moves(
    session: Session,
    run: PlanRun,
    here: Standing,
    orders: Sequences,
    question: Question,
    wished: Sequences,
) -> None:
    known = {visit.id for visit in here.at.problem.visits}
    made = moves_between(here.at.problem, here.working, orders)
    run.moves = [_row(session, here.at.clockface, move, MoveState.OPEN) for move in made]
    for row, move in zip(run.moves, made, strict=True):
        row.travel_seconds = travel_change(here.at.problem, here.working, orders, move)
        if run.freeze_minutes is not None:
            row.because = cause_of(question, move, run.urgent_visit_id)
    reached = {move.visit_id for move in made}
    for move in moves_between(question.at.problem, question.working, wished):
        # Wished, but not in what is left after the day moved: shown as dropped, not hidden.
        if move.visit_id in known - reached and _missed(move, orders):
            row = _row(session, here.at.clockface, move, MoveState.DROPPED)
            row.note = GAVE_WAY
            run.moves.append(row)


def _missed(move: Move, orders: Mapping[int, Sequence[int]]) -> bool:
    return places_of(orders).get(move.visit_id) != move.to_shift_id


def _row(session: Session, clockface: Clockface, move: Move, state: MoveState) -> PlanMove:
    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else clockface.moment(seconds)

    starts_at = moment(move.to_start)
    return PlanMove(
        visit_id=move.visit_id,
        state=state,
        from_shift_id=move.from_shift_id,
        from_starts_at=moment(move.from_start),
        to_shift_id=move.to_shift_id,
        to_position=move.to_position,
        to_starts_at=starts_at,
        retells=_retells(session.get_one(Visit, move.visit_id), starts_at),
    )


def _retells(visit: Visit, starts_at: datetime | None) -> bool:
    """Whether the customer would be visited outside the window last told, or not at all."""
    if visit.told_from is None or visit.told_until is None:
        return False
    return starts_at is None or not visit.told_from <= starts_at <= visit.told_until


def _write_measures(run: PlanRun, here: Standing, orders: Sequences) -> None:
    before, after = plan_of(here.at.problem, here.working), plan_of(here.at.problem, orders)
    run.cost_before, run.cost = before.cost - before.penalty, after.cost - after.penalty
    run.travel_before = sum(route.driving for route in before.routes)
    run.travel_after = sum(route.driving for route in after.routes)
    run.sequences = {
        str(shift_id): [one for one in order if one > HELD] for shift_id, order in orders.items()
    }


def _write_gap(run: PlanRun, plan: Plan) -> None:
    """Keep how good the plan is; of a day that moved meanwhile nothing was proven."""
    run.gap = plan.gap_served
    run.gap_leaves_out = list(plan.bound.relaxed) if plan.bound else None


def _unassigned(
    session: Session, here: Standing, orders: Sequences, asked: Problem, plan: Plan
) -> list[Any]:
    explained = {one.visit_id: one for one in plan.unassigned}
    placed = places_of(orders)
    left_out = [
        {
            "visit_id": visit.id,
            **_explained(session, asked, plan, explained.get(visit.id, Unassigned(visit.id))),
        }
        for visit in here.at.problem.visits
        if visit.id > 0 and visit.id not in placed
    ]
    no_place = {"rule": "place", "text": "Its address has no point on the map yet.", "fixes": []}
    return left_out + [
        {"visit_id": visit_id, "reasons": [{**no_place, "proved": True}]}
        for visit_id in here.at.without_place
    ]


def _explained(
    session: Session, asked: Problem, plan: Plan, left_out: Unassigned
) -> dict[str, Any]:
    skills = _skills(session, left_out.visit_id)
    document = explanation_document(asked, left_out, skills)
    for reason, kept in zip(left_out.reasons, document["reasons"], strict=True):
        if reason.rule is Rule.SKILL:
            kept["text"] += _needs(skills, kept["text"])
        if len(reason.shift_ids) < len(asked.shifts):
            kept["technicians"] = [asked.shift(one).description for one in reason.shift_ids]
        for fix, told in zip(reason.fixes, kept["fixes"], strict=True):
            told["behind"] = behind(plan.sequences.get(fix.shift_id, ()), fix)
            told["takeable"] = can_be_taken(asked, left_out.visit_id, fix)
            told["minutes"] = minutes_given(asked, left_out.visit_id, fix)
            told["tells"] = is_told(asked, left_out.visit_id, fix)
    return document


def _skills(session: Session, visit_id: int) -> dict[int, str]:
    """The planner knows skills by number; people know them by name."""
    asked = session.get_one(Visit, visit_id).work_order.skills
    return {one.skill_id: one.skill.name for one in asked}


def _needs(skills: Mapping[int, str], said: str) -> str:
    unsaid = not any(name in said for name in skills.values())
    return f" It needs {', '.join(skills.values())}." if unsaid and skills else ""


def _accepted(session: Session, here: Standing, orders: Sequences) -> list[Any]:
    accepted = findings_of(here.at.problem, orders).accepted
    return [
        {
            "rule": one.rule,
            "visit_id": one.visit_id,
            "shift_id": one.shift_id,
            "text": one.text,
        }
        for one in breaches(session, here.day, accepted)
    ]
