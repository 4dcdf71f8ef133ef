"""How likely a time is kept once it is promised, asked of the ones pointed out to people."""

from __future__ import annotations

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
    plan = build_plan(problem, {opening.shift_id: order})
    known = spreads_for(session, trial.at, learned, now)
    strays = {**known.visits, CANDIDATE: learned.work(wish.kind.value, None)}
    lived = simulate(problem, plan, replace(known, visits=strays), days=DAYS)
    return lived.visits[CANDIDATE].chance >= SURE_ENOUGH
