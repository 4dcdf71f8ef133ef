"""What a dispatcher does by hand, and what the working plan looks like afterwards."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import FieldServiceError, Refused, RuleBroken, Stale
from fieldservice.models.plans import Route, Stop, Waiver
from fieldservice.models.technicians import Absence
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import dispatch, dispatch_days
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.planning_day import Company, a_booked_visit, a_company, accepted

BY_HAND = Order(NOW, None)


def stop(session: Session, visit_id: int) -> Stop:
    found = dispatch.stop_of(session, visit_id)
    assert found is not None
    return found


def other_shift(session: Session, visit_id: int) -> int:
    """A van of that day that does not make the visit."""
    here = stop(session, visit_id).route
    shifts = select(Route.shift_id).where(
        Route.service_day_id == here.service_day_id, Route.id != here.id
    )
    return session.scalars(shifts.order_by(Route.id)).first() or 0


def broken(session: Session, company: Company) -> list[str]:
    day = service_day(session, company.territory_id, company.day)
    problem = problem_for(session, day, NOW).problem
    return [one.text for one in findings_of(problem, sequences(day, problem)).introduced]


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    with write() as session:
        built = a_company(session)
    accepted(app, write, built)
    return built


def test_a_visit_is_given_to_another_technician(company: Company, write: SessionFactory) -> None:
    with write() as session:
        goal = other_shift(session, company.visits[0])
        dispatch.move_visit(session, company.visits[0], Goal(goal), BY_HAND, waive_as="he asked")
    with write() as session:
        assert stop(session, company.visits[0]).route.shift_id == goal
        assert not broken(session, company)


def test_what_a_move_breaks_is_said_first_and_done_once_accepted(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        plain = a_technician(session, territory, name="Nil")
        a_technician(session, territory, name="Ona", skills=["gas"])
        order = a_work_order(session, a_customer(session, territory, name="Puig"), skills=["gas"])
        gas = a_visit(session, order).id
        company = Company(territory.id, territory.slug, (plain.id,), (gas,))
        service_day(session, territory.id, TOMORROW)
    accepted(app, write, company)
    with (
        pytest.raises(RuleBroken, match=r"Nil lacks a skill the visit to Puig needs"),
        write() as s,
    ):
        dispatch.move_visit(s, gas, Goal(other_shift(s, gas)), BY_HAND)
    with write() as session:
        assert not session.scalars(select(Waiver)).all()
        goal = other_shift(session, gas)
        dispatch.move_visit(session, gas, Goal(goal), BY_HAND, waive_as="Ona trains him")
    with write() as session:
        waiver = session.scalars(select(Waiver)).one()
        assert (waiver.visit_id, waiver.rule, waiver.reason) == (gas, "skill", "Ona trains him")
        assert stop(session, gas).pinned
        assert stop(session, gas).route.shift_id == goal
        assert not broken(session, company)
    # Planning again leaves it with whom the dispatcher gave it to.
    accepted(app, write, company)
    with write() as session:
        assert stop(session, gas).route.shift_id == goal


def test_a_waived_window_is_never_made_worse(app: Flask, write: SessionFactory) -> None:
    with write() as session:
        built = a_company(session, technicians=1, visits=2)
        early, late = built.visits
    accepted(app, write, built)
    with write() as session:
        shift_id = stop(session, early).route.shift_id
        goal = Goal(shift_id, after_visit_id=late)
        dispatch.move_visit(session, early, goal, BY_HAND, waive_as="she agreed")
        dispatch.unpin(session, early, BY_HAND)
        start = stop(session, early).starts_at
        told = session.get_one(Visit, early).told_until
        assert told is not None
        assert start > told
        day = service_day(session, built.territory_id, TOMORROW)
        known = problem_for(session, day, NOW)
        (window,) = known.problem.visit(early).windows
        assert known.clockface.moment(window.end) == start
        for number in (2, 3, 4, 5):
            a_booked_visit(session, built.territory_id, number)
    accepted(app, write, built)
    with write() as session:
        assert stop(session, early).starts_at <= start
        assert not broken(session, built)


def test_waived_overtime_is_never_made_longer(app: Flask, write: SessionFactory) -> None:
    with write() as session:
        built = a_company(session, technicians=1, visits=0)
        hours: dict[str, Any] = {"told": None, "duration_minutes": 290}
        long_day = [a_booked_visit(session, built.territory_id, n, **hours) for n in (0, 1)]
    accepted(app, write, built)
    with write() as session:
        left = next(one for one in long_day if dispatch.stop_of(session, one) is None)
        day = service_day(session, built.territory_id, TOMORROW)
        goal = Goal(day.routes[0].shift_id)
        with pytest.raises(RuleBroken, match="after the latest end of the day"):
            dispatch.move_visit(session, left, goal, BY_HAND)
        dispatch.move_visit(session, left, goal, BY_HAND, waive_as="they agreed")
    with write() as session:
        assert not broken(session, built)
        route = service_day(session, built.territory_id, TOMORROW).routes[0]
        problem = problem_for(session, route.service_day, NOW).problem
        overtime = problem.shift(route.shift_id).overtime
        assert overtime is not None
        assert overtime.max == route.overtime_seconds > 3600


def test_a_visit_that_has_begun_stays(company: Company, write: SessionFactory) -> None:
    with write() as session:
        session.get_one(Visit, company.visits[0]).state = VisitState.EN_ROUTE
    with pytest.raises(Refused, match="has begun"), write() as session:
        dispatch.unassign(session, company.visits[0], BY_HAND)


def test_two_people_editing_one_visit(company: Company, write: SessionFactory) -> None:
    with write() as session:
        visit = session.get_one(Visit, company.visits[0])
        seen = dispatch.stamp(visit, stop(session, visit.id))
        dispatch.pin(session, visit.id, Order(NOW, None, seen))
    with pytest.raises(Stale, match="Somebody else changed this visit"), write() as session:
        dispatch.unassign(session, company.visits[0], Order(NOW, None, seen))


def test_an_unassigned_visit_keeps_its_promise_and_comes_back(
    company: Company, write: SessionFactory
) -> None:
    visit_id = company.visits[0]
    with write() as session:
        dispatch.unassign(session, visit_id, BY_HAND)
        assert dispatch.stop_of(session, visit_id) is None
        assert session.get_one(Visit, visit_id).told_from is not None
        dispatch.assign(session, visit_id, BY_HAND)
        assert not broken(session, company)
        assert stop(session, visit_id).visit_id == visit_id


def test_a_promised_visit_does_not_vanish_into_the_backlog(
    company: Company, write: SessionFactory
) -> None:
    with pytest.raises(Refused, match="was promised a time"), write() as session:
        dispatch_days.to_backlog(session, company.visits[0], BY_HAND)


def test_a_backlog_visit_is_added_to_the_day_and_placed(
    company: Company, write: SessionFactory
) -> None:
    with write() as session:
        waiting = a_booked_visit(session, company.territory_id, 6, day=None)
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        assert dispatch_days.add_to_day(session, waiting, day, BY_HAND)
        assert session.get_one(Visit, waiting).state is VisitState.BOOKED
        dispatch_days.to_backlog(session, waiting, BY_HAND)
        assert session.get_one(Visit, waiting).service_on is None
        assert dispatch.stop_of(session, waiting) is None


def test_a_sick_technician_loses_what_nobody_else_can_take(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        sick = a_technician(session, territory, skills=["gas"])
        a_technician(session, territory)
        gas = a_visit(
            session, a_work_order(session, a_customer(session, territory), skills=["gas"])
        )
        plain = a_visit(session, a_work_order(session, a_customer(session, territory)))
        company = Company(territory.id, territory.slug, (sick.id,), (gas.id, plain.id))
    accepted(app, write, company)
    with write() as session:
        dispatch.pin(session, gas.id, BY_HAND)
        absence = Absence(
            technician_id=company.technicians[0],
            starts_at=at(TOMORROW, 0),
            ends_at=at(TOMORROW, 23),
            reason="ill",
        )
        session.add(absence)
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        assert dispatch_days.settle(session, day, BY_HAND) == (company.visits[0],)
        assert dispatch.stop_of(session, company.visits[0]) is None
        assert stop(session, company.visits[1]).visit_id == company.visits[1]
        assert not broken(session, company)


def test_nobody_is_given_a_visit_while_absent(company: Company, write: SessionFactory) -> None:
    with write() as session:
        goal = other_shift(session, company.visits[0])
        lead = session.scalars(select(Route).where(Route.shift_id == goal)).one().shift.lead
        span = {"starts_at": at(TOMORROW, 0), "ends_at": at(TOMORROW, 23)}
        session.add(Absence(technician_id=lead.id, reason="ill", **span))
    with pytest.raises(Refused, match="absent on this day"), write() as session:
        dispatch.move_visit(session, company.visits[0], Goal(goal), BY_HAND)


def test_what_an_absent_technician_has_done_already_stays(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, technicians=1, visits=3, day=TODAY)
        for visit_id in company.visits:
            visit = session.get_one(Visit, visit_id)
            visit.told_from = visit.told_until = visit.earliest_at = visit.latest_at = None
    accepted(app, write, company)
    with write() as session:
        done = session.get_one(Visit, company.visits[0])
        done.state, done.arrived_at = VisitState.COMPLETED, NOW
        done.ended_at = NOW + timedelta(minutes=10)
        absence = {"starts_at": at(TODAY, 0), "ends_at": at(TODAY, 23), "reason": "ill"}
        session.add(Absence(technician_id=company.technicians[0], **absence))
        session.flush()
        day = service_day(session, company.territory_id, TODAY)
        left = dispatch_days.settle(session, day, BY_HAND)
        assert set(left) == set(company.visits[1:])
        assert stop(session, done.id).visit_id == done.id


DEEDS = ("move", "waive", "pin", "unpin", "unassign", "assign", "book", "plan", "backlog")


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 7), st.integers(0, 7)), max_size=10
    )
)
def test_whatever_a_dispatcher_does_every_route_breaks_only_what_was_waived(
    app: Flask, write: SessionFactory, deeds: list[tuple[str, int, int]]
) -> None:
    with write() as session:
        company = a_company(session, technicians=2, visits=6)
    accepted(app, write, company)
    for deed, first, second in deeds:
        with contextlib.suppress(FieldServiceError):
            _do(app, write, company, deed, first, second)
        with write() as session:
            assert broken(session, company) == [], deed


def _do(
    app: Flask, write: SessionFactory, company: Company, deed: str, first: int, second: int
) -> None:
    if deed == "plan":
        accepted(app, write, company)
        return
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        mine = select(Visit.id).where(Visit.territory_id == company.territory_id)
        ids = session.scalars(mine.order_by(Visit.id)).all()
        visit_id, other = ids[first % len(ids)], ids[second % len(ids)]
        shift_id = day.routes[second % len(day.routes)].shift_id
        if deed in ("move", "waive"):
            goal = Goal(shift_id, after_visit_id=other, first=second % 3 == 0)
            reason = "so be it" if deed == "waive" else None
            dispatch.move_visit(session, visit_id, goal, BY_HAND, waive_as=reason)
        elif deed == "book":
            waiting = a_booked_visit(session, company.territory_id, first, day=None)
            dispatch_days.add_to_day(session, waiting, day, BY_HAND)
        elif deed == "backlog":
            dispatch_days.to_backlog(session, visit_id, BY_HAND)
        else:
            getattr(dispatch, deed)(session, visit_id, BY_HAND)
