"""From the wish for a plan to the accepted one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.errors import Conflict, Refused
from fieldservice.jobs.planning import plan_next
from fieldservice.models.plans import MoveState, PlanRunState, Stop, StopKind
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)
from tests.integration.planning_day import a_company, accepted, ask, planned, quickly, run_of


def test_a_day_is_planned_and_accepted(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.PROPOSED, run.failure
        assert {move.visit_id for move in run.moves} == set(company.visits)
        assert not session.scalars(select(Stop)).all()
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
    with read() as session:
        stops = session.scalars(select(Stop).where(Stop.kind == StopKind.VISIT)).all()
        assert {stop.visit_id for stop in stops} == set(company.visits)
        assert all(not stop.committed for stop in stops)
        for stop in stops:
            assert stop.visit is not None
            assert stop.visit.told_from is not None
            assert stop.visit.told_until is not None
            assert stop.visit.told_from <= stop.starts_at <= stop.visit.told_until
        assert run_of(session, run_id).state is PlanRunState.ACCEPTED


def test_a_planned_day_asked_again_proposes_nothing_worse(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    accepted(app, write, company)
    again = planned(app, write, company)
    with read() as session:
        run = run_of(session, again)
        assert run.cost is not None
        assert run.cost_before is not None
        assert run.cost <= run.cost_before


def test_a_real_child_process_plans(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=3)
        day = service_day(session, company.territory_id, TOMORROW)
        run_id = planning.ask_for_plan(session, day, 1, 1, None, NOW).id
    with app.app_context():
        assert plan_next() == run_id
        assert plan_next() is None
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.PROPOSED


def test_one_run_a_day_at_a_time(write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session)
    ask(write, company)
    with pytest.raises(Conflict, match="planned already"):
        ask(write, company)


def test_a_day_with_nothing_to_plan_is_refused(write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session, visits=0)
    with pytest.raises(Refused, match="nothing to plan on Wed 11 Mar 2026"):
        ask(write, company)


def test_a_territory_without_technicians_is_refused(write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session, technicians=0)
    with pytest.raises(Refused, match="has no technicians yet"):
        ask(write, company)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 14), "Nobody has a shift on Sat 14 Mar 2026"),  # a public holiday too
        (date(2026, 3, 15), "Nobody has a shift"),
        (date(2026, 5, 1), "public holiday"),
        (TODAY - timedelta(days=1), "is over"),
    ],
)
def test_a_day_nobody_works_is_refused(write: SessionFactory, day: date, words: str) -> None:
    with write() as session:
        company = a_company(session, day=day)
    with pytest.raises(Refused, match="holiday" if day == date(2026, 3, 14) else words):
        ask(write, company)


def test_the_working_plan_of_an_accepted_day_breaks_nothing(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, technicians=3, visits=12)
    accepted(app, write, company)
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        problem = problem_for(session, day, NOW).problem
        findings = findings_of(problem, sequences(day, problem))
        assert not findings.introduced
        assert not findings.accepted


def test_a_visit_nobody_has_the_skill_for_is_left_out_with_its_reason(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        a_technician(session, territory)
        order = a_work_order(session, a_customer(session, territory), skills=["crane"])
        order.skills[0].level = 3
        lonely = a_visit(session, order).id
        day = service_day(session, territory.id, TOMORROW)
        run_id = planning.ask_for_plan(session, day, 5, 1, None, NOW).id
    with app.app_context():
        plan_next(run_id=run_id, solver=quickly)
    with read() as session:
        run = run_of(session, run_id)
        assert run.unassigned is not None
        (left_out,) = run.unassigned
        assert left_out["visit_id"] == lonely
        assert left_out["reasons"][0]["rule"] == "skill"
        assert left_out["reasons"][0]["proved"]
        assert left_out["reasons"][0]["text"].endswith(" lacks the level needed in crane.")


def test_on_a_full_day_what_is_due_later_is_put_off(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        a_technician(session, territory)
        customer = a_customer(session, territory)
        waiting = [
            a_visit(
                session,
                a_work_order(session, customer, due_on=TOMORROW + timedelta(days=days)),
                told=None,
                duration_minutes=240,
            ).id
            for days in (5, 0, 1)
        ]
        day = service_day(session, territory.id, TOMORROW)
        run_id = planning.ask_for_plan(session, day, 5, 1, None, NOW).id
    with app.app_context():
        plan_next(run_id=run_id, solver=quickly)
    with read() as session:
        left_out = run_of(session, run_id).unassigned or []
        assert [one["visit_id"] for one in left_out] == waiting[:1]


def test_moves_taken_one_by_one_lead_to_the_same_visits(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with read() as session:
        moves = [move.id for move in run_of(session, run_id).moves]
    for move_id in moves[1:]:
        with write() as session:
            planning.accept_move(session, planning.find_run(session, run_id), move_id, NOW, None)
    with write() as session:
        planning.refuse_move(session, planning.find_run(session, run_id), moves[0], NOW, None)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.ACCEPTED
        assert next(move.state for move in run.moves) is MoveState.REFUSED
        placed = session.scalars(select(Stop.visit_id).where(Stop.kind == StopKind.VISIT)).all()
        assert set(placed) == set(company.visits) - {run.moves[0].visit_id}


def test_a_visit_cancelled_meanwhile_leaves_the_proposal(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with write() as session:
        session.get_one(Visit, company.visits[0]).state = VisitState.CANCELLED
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
    with read() as session:
        run = run_of(session, run_id)
        states = {move.visit_id: move.state for move in run.moves}
        assert states.pop(company.visits[0]) is MoveState.DROPPED
        assert set(states.values()) == {MoveState.ACCEPTED}
        placed = session.scalars(select(Stop.visit_id).where(Stop.kind == StopKind.VISIT)).all()
        assert set(placed) == set(company.visits[1:])


def test_a_proposal_says_how_good_it_is(
    app: Flask, client: FlaskClient, write: SessionFactory, sign_in: SignIn
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    sign_in(client, RoleName.DISPATCHER)
    page = f"/day/{company.slug}/{company.day}/proposal"
    assert "No plan of this day costs less" in client.get(page).text
    for gap, words in ((0.0201, "At most 2.1 % above the best possible"), (0.0004, "0.1 %")):
        with write() as session:
            run_of(session, run_id).gap = gap
        assert words in client.get(page).text
    with write() as session:
        run_of(session, run_id).gap = None
    assert "best possible" not in client.get(page).text
