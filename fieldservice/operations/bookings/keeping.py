"""How likely a time is kept once it is promised, asked of the ones pointed out to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.openings import CANDIDATE, Opening, TrialDay, with_candidates
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.outlook.day_outlook import SURE_ENOUGH, spreads_for
from fieldservice.operations.outlook.experience import experience
from fieldservice.scheduling.insertion import inserted
from fieldservice.scheduling.outlook.simulate import simulate
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Problem

DAYS = 1000
"""Simulated for one opening: enough to tell a sure one from one at risk, in a few milliseconds."""


def is_sure(
    session: Session,
    trial: TrialDay,
    opening: Opening,
    territory: Territory,
    wish: Wish,
    now: datetime,
) -> bool:
    """Whether the technician is likely enough to come within the window of that opening."""
    learned = experience(session, territory.id, local_day(now, territory.zone))
    problem = with_candidates(trial, territory, wish, [opening.candidate])
    order = inserted(trial.orders.get(opening.shift_id, ()), opening.position, CANDIDATE)
    problem = _one_route(problem, opening.shift_id, order)
    plan = build_plan(problem, {opening.shift_id: order})
    here = replace(trial.at, facts=trial.at.facts.only(opening.shift_id))
    known = spreads_for(here, learned, now)
    strays = {**known.visits, CANDIDATE: learned.work(wish.kind.value, None)}
    lived = simulate(problem, plan, replace(known, visits=strays), days=DAYS)
    return lived.visits[CANDIDATE].chance >= SURE_ENOUGH


def _one_route(problem: Problem, shift_id: int, order: Sequence[int]) -> Problem:
    """The problem of one route by itself: nothing else can tell how it goes."""
    visits = tuple(problem.visit(visit_id) for visit_id in order)
    waivers = frozenset(one for one in problem.waivers if one.visit_id in order)
    return replace(problem, visits=visits, shifts=(problem.shift(shift_id),), waivers=waivers)
