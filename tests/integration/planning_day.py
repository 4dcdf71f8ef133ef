"""A small company on one day, for tests of planning, dispatching and publishing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from fieldservice.jobs.planning import Solver, plan_next
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import PlanRun
from fieldservice.models.territories import Territory
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import service_day
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.solve import Budget, Progress, solve
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TOMORROW,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)

PLACES = (
    (42.5078, 1.5211),
    (42.5560, 1.5330),
    (42.4640, 1.4900),
    (42.5670, 1.5980),
    (42.5350, 1.5810),
    (42.5450, 1.5150),
    (42.5180, 1.5400),
    (42.5420, 1.7330),
)
WINDOWS = ((8, 10), (9, 11), (10, 12), (11, 13), (14, 16), (15, 17))


@dataclass(frozen=True, slots=True)
class Company:
    """Ids of what was built."""

    territory_id: int
    slug: str
    technicians: tuple[int, ...]
    visits: tuple[int, ...]
    day: date = TOMORROW


def a_company(
    session: Session,
    technicians: int = 2,
    visits: int = 6,
    day: date = TOMORROW,
    **changes: Any,
) -> Company:
    """Technicians at home in the capital, visits all over the valleys in promised windows."""
    territory = a_territory(session, **changes)
    people = [a_technician(session, territory, name=f"Tec {n}") for n in range(technicians)]
    ids = [a_booked_visit(session, territory.id, number, day) for number in range(visits)]
    return Company(territory.id, territory.slug, tuple(p.id for p in people), tuple(ids), day)


def a_booked_visit(
    session: Session, territory_id: int, number: int, day: date | None = TOMORROW, **changes: Any
) -> int:
    """A visit at the place and in the window of that number; it has no stop yet."""
    lat, lon = PLACES[number % len(PLACES)]
    territory = session.get_one(Territory, territory_id)
    customer = a_customer(session, territory, name=f"Client {number}", lat=lat, lon=lon)
    order = a_work_order(session, customer, kind=list(Kind)[number % len(Kind)])
    values: dict[str, Any] = {"told": WINDOWS[number % len(WINDOWS)], "day": day} | changes
    return a_visit(session, order, **values).id


def quickly(
    problem: Problem,
    _budget: Budget,
    seed: int,
    watch: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> Plan:
    """The real solver, in this process and for a few steps only."""
    return solve(problem, Budget(iterations=2, bounded=True), seed, watch, stopped)


def ask(write: SessionFactory, company: Company) -> int:
    """A run asked for on the company's day."""
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        run = planning.ask_for_plan(session, day, 5, 1, None, NOW)
        session.flush()
        return run.id


def planned(app: Flask, write: SessionFactory, company: Company, solver: Solver = quickly) -> int:
    """A run asked for and solved: its proposal waits."""
    run_id = ask(write, company)
    with app.app_context():
        plan_next(run_id=run_id, solver=solver)
    return run_id


def accepted(app: Flask, write: SessionFactory, company: Company) -> int:
    """The day planned, and the proposal taken whole."""
    run_id = planned(app, write, company)
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
    return run_id


def run_of(session: Session, run_id: int) -> PlanRun:
    """The run as it stands."""
    return session.get_one(PlanRun, run_id)
