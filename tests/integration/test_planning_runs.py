"""What can go wrong while a plan is computed, and what the day looks like then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.db import transaction
from fieldservice.errors import Conflict
from fieldservice.jobs.planning import plan_next
from fieldservice.models.plans import MoveState, PlanRun, PlanRunState, Stop, StopKind
from fieldservice.models.technicians import Absence, WorkingHours
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import dispatch, dispatch_days
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.plan_claims import LEASE, MOST_CLAIMS
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.runner import PlannerFailed, solve_in_child
from fieldservice.scheduling.solve import Budget, Progress
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, TOMORROW, ZONE, a_technician, at
from tests.integration.planning_day import (
    Company,
    a_booked_visit,
    a_company,
    accepted,
    ask,
    planned,
    quickly,
    run_of,
)
from tests.integration.test_dispatch import broken, other_shift, stop

COST_OF_A_FULL_DAY = 3_000_000_000
"""Visits left out are dear."""
Watch = Callable[[Progress], None]
Stopped = Callable[[], bool]


def visits_on_routes(write: SessionFactory) -> set[int | None]:
    with write() as session:
        placed = select(Stop.visit_id).where(Stop.kind == StopKind.VISIT)
        return set(session.scalars(placed))


def test_a_planner_that_crashes_leaves_the_day_as_it_was(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    def crash(*_: object) -> Plan:
        raise PlannerFailed("The planner's process failed: it was killed")

    with write() as session:
        company = a_company(session)
    accepted(app, write, company)
    before = visits_on_routes(write)
    run_id = planned(app, write, company, solver=crash)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.FAILED
        assert run.failure == (
            "The planner's process failed: it was killed. The plan of the day stays as it was."
        )
    assert visits_on_routes(write) == before
    accepted(app, write, company)


def test_a_child_that_is_killed_fails_its_run(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    """A real child under a memory limit it cannot live with."""

    def starved(
        problem: Problem, budget: Budget, seed: int, watch: Watch, stopped: Stopped
    ) -> Plan:
        return solve_in_child(problem, budget, seed, watch, stopped, memory_limit_mb=1)

    with write() as session:
        company = a_company(session, visits=2)
    run_id = planned(app, write, company, solver=starved)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.FAILED
        assert run.failure
    assert visits_on_routes(write) == set()


def test_an_error_nobody_foresaw_fails_the_run_and_is_raised(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    def broken_solver(*_: object) -> Plan:
        raise ZeroDivisionError

    with write() as session:
        company = a_company(session)
    run_id = ask(write, company)
    with app.app_context(), pytest.raises(ZeroDivisionError):
        plan_next(run_id=run_id, solver=broken_solver)
    with read() as session:
        assert "broke down" in (run_of(session, run_id).failure or "")


def test_a_plan_that_breaks_a_rule_is_thrown_away(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    def careless(problem: Problem, *_: object) -> Plan:
        late_first = sorted(problem.visits, key=lambda visit: -visit.windows[0].start)
        return build_plan(problem, {problem.shifts[0].id: [visit.id for visit in late_first]})

    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company, solver=careless)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.FAILED
        assert "breaks a rule" in (run.failure or "")
        assert not run.moves
    assert visits_on_routes(write) == set()


def test_only_the_latest_owner_can_save(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = ask(write, company)
    with write() as session:
        first = planning.claim_run(session, NOW)
        assert first is not None
        question = planning.build(session, first, NOW)
    plan = quickly(question.problem, Budget(seconds=1), 1, lambda _: None, lambda: False)
    with write() as session:
        assert planning.claim_run(session, NOW + LEASE) is None
        second = planning.claim_run(session, NOW + LEASE + timedelta(seconds=1))
        assert second is not None
        assert second.fence == first.fence + 1
    with write() as session:
        assert planning.report(session, first, NOW, None), "a late owner is told to stop"
        assert planning.store_proposal(session, first, question, plan, NOW) is None
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.RUNNING
    with write() as session:
        assert planning.store_proposal(session, second, question, plan, NOW) is not None
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.PROPOSED


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_run_that_somebody_is_just_taking_holds_nobody_up(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        first_company, second_company = a_company(session), a_company(session)
    first, second = ask(write, first_company), ask(write, second_company)
    with app.app_context(), transaction() as taking:
        one = planning.claim_run(taking, NOW)
        with transaction() as meanwhile:
            other = planning.claim_run(meanwhile, NOW)
            assert planning.claim_run(meanwhile, NOW) is None
    assert one is not None
    assert other is not None
    assert [one.run_id, other.run_id] == [first, second]


def test_a_run_that_loses_its_owner_again_and_again_is_given_up(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = ask(write, company)
    later = NOW
    for _ in range(MOST_CLAIMS):
        with write() as session:
            assert planning.claim_run(session, later) is not None
        later += LEASE + timedelta(seconds=1)
    with write() as session:
        assert planning.claim_run(session, later) is None
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.FAILED


def test_a_search_asked_to_stop_proposes_its_best_so_far(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    def watched(
        problem: Problem, budget: Budget, seed: int, watch: Watch, stopped: Stopped
    ) -> Plan:
        watch(Progress(3.0, COST_OF_A_FULL_DAY, 1))
        with write() as session:
            assert run_of(session, run_id).progress_cost == COST_OF_A_FULL_DAY
            planning.ask_to_stop(session, planning.find_run(session, run_id), NOW, None)
        watch(Progress(4.0, 4100, 1))
        assert stopped()
        return quickly(problem, budget, seed, watch, stopped)

    with write() as session:
        company = a_company(session)
    run_id = ask(write, company)
    with app.app_context():
        plan_next(run_id=run_id, solver=watched)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.PROPOSED
        assert run.stop_asked
        assert run.moves
    with pytest.raises(Conflict, match="has ended already"), write() as session:
        planning.ask_to_stop(session, planning.find_run(session, run_id), NOW, None)


def test_a_visit_booked_while_the_planner_thinks_keeps_its_place(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    late: list[int] = []

    def meanwhile(
        problem: Problem, budget: Budget, seed: int, watch: Watch, stopped: Stopped
    ) -> Plan:
        plan = quickly(problem, budget, seed, watch, stopped)
        with write() as session:
            late.append(a_booked_visit(session, company.territory_id, 7))
            dispatch.assign(session, late[0], Order(NOW, None))
            session.get_one(Visit, company.visits[0]).state = VisitState.CANCELLED
        return plan

    with write() as session:
        company = a_company(session, visits=5)
    run_id = planned(app, write, company, solver=meanwhile)
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.PROPOSED
        assert run_of(session, run_id).gap is None
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
        assert not broken(session, company)
    assert visits_on_routes(write) == {*company.visits[1:], late[0]}


def test_what_a_dispatcher_moved_since_the_proposal_stays_moved(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    accepted(app, write, company)
    visit_id = company.visits[3]
    with write() as session:
        home = stop(session, visit_id).route.shift_id
        dispatch.unassign(session, visit_id, Order(NOW, None))
        wish = other_shift(session, company.visits[0])
    run_id = planned(app, write, company)
    with write() as session:
        goal = wish if wish != home else home
        dispatch.move_visit(session, visit_id, Goal(goal), Order(NOW, None), waive_as="mine")
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
        assert stop(session, visit_id).route.shift_id == goal
        assert not broken(session, company)


def test_a_newer_proposal_takes_the_place_of_the_older(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    older = planned(app, write, company)
    newer = planned(app, write, company)
    with read() as session:
        assert run_of(session, older).state is PlanRunState.SUPERSEDED
        assert run_of(session, newer).state is PlanRunState.PROPOSED
    with pytest.raises(Conflict, match="This proposal is closed"), write() as session:
        planning.accept(session, planning.find_run(session, older), NOW, None)


def test_a_move_decided_twice_is_said(app: Flask, write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with write() as session:
        run = planning.find_run(session, run_id)
        move_id = run.moves[0].id
        planning.refuse_move(session, run, move_id, NOW, None)
    with pytest.raises(Conflict, match="decided on this move"), write() as session:
        planning.accept_move(session, planning.find_run(session, run_id), move_id, NOW, None)


def test_a_move_whose_visit_was_cancelled_is_dropped(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with write() as session:
        session.get_one(Visit, company.visits[0]).state = VisitState.CANCELLED
        run = planning.find_run(session, run_id)
        move = next(move for move in run.moves if move.visit_id == company.visits[0])
        assert planning.accept_move(session, run, move.id, NOW, None).state is MoveState.DROPPED


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_of_23_or_25_hours_is_planned_on_the_wall_clock(
    app: Flask, write: SessionFactory, read: SessionFactory, day: date
) -> None:
    """A night with a change of clock lies before these Sundays' mornings."""
    with write() as session:
        company = a_company(session, technicians=0, visits=0, day=day)
        sunday = WorkingHours(
            weekday=6,
            starts=time(8),
            ends=time(17),
            lunch_from=time(12, 30),
            lunch_until=time(14),
            lunch_minutes=60,
        )
        territory = session.get_one(Territory, company.territory_id)
        a_technician(session, territory, works=None, working_hours=[sunday])
        ids = [a_booked_visit(session, company.territory_id, n, day) for n in (0, 2, 4)]
        company = Company(company.territory_id, company.slug, (), tuple(ids), day)
    accepted(app, write, company)
    with write() as session:
        row = service_day(session, company.territory_id, day)
        problem = problem_for(session, row, NOW)
        assert not findings_of(problem.problem, sequences(row, problem.problem)).introduced
        shift = row.routes[0].shift
        assert (shift.starts_at, shift.ends_at) == (at(day, 8), at(day, 17))
        for visit_id, hours in zip(ids, ((8, 10), (10, 12), (14, 16)), strict=True):
            start = stop(session, visit_id).starts_at
            assert at(day, hours[0], zone=ZONE) <= start <= at(day, hours[1], zone=ZONE)


def test_a_technician_falling_ill_before_acceptance_gets_nothing(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    run_id = planned(app, write, company)
    with write() as session:
        span = {"starts_at": at(TOMORROW, 0), "ends_at": at(TOMORROW, 23)}
        session.add(Absence(technician_id=company.technicians[0], reason="ill", **span))
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
        assert not broken(session, company)
        day = service_day(session, company.territory_id, TOMORROW)
        ill = next(r for r in day.routes if r.shift.lead.id == company.technicians[0])
        assert not ill.stops
        assert dispatch_days.settle(session, day, Order(NOW, None)) == ()


def test_a_run_remembers_what_it_was_asked(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session)
    first, second = planned(app, write, company), planned(app, write, company)
    with read() as session:
        hashes = set(session.scalars(select(PlanRun.problem_hash)))
        assert len(hashes) == 1
        one, other = run_of(session, first), run_of(session, second)
        assert one.sequences == other.sequences, "same question and seed, same plan"


def test_what_is_under_way_stays_and_the_rest_of_today_is_planned_around_it(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, day=TODAY)
    accepted(app, write, company)
    with write() as session:
        rows = {one: session.get_one(Visit, one) for one in company.visits}
        first = min(company.visits, key=lambda one: stop(session, one).starts_at)
        van = stop(session, first).route.shift_id
        rows[first].state = VisitState.ON_SITE
        rows[first].arrived_at = NOW - timedelta(minutes=10)
    run_id = planned(app, write, company)
    with write() as session:
        on_the_way = next(
            one
            for one in sorted(company.visits, key=lambda one: stop(session, one).starts_at)
            if stop(session, one).route.shift_id != van
        )
        session.get_one(Visit, on_the_way).state = VisitState.EN_ROUTE
        session.get_one(Visit, on_the_way).eta_at = NOW + timedelta(minutes=5)
        second_van = stop(session, on_the_way).route.shift_id
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)
        assert not broken(session, company)
        assert stop(session, first).route.shift_id == van
        assert stop(session, first).starts_at == NOW - timedelta(minutes=10)
        assert stop(session, on_the_way).route.shift_id == second_van
        assert stop(session, on_the_way).starts_at == NOW + timedelta(minutes=5)
        for one in company.visits:
            if one not in (first, on_the_way):
                assert stop(session, one).starts_at >= NOW
