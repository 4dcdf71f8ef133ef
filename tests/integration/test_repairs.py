"""A day under way that breaks, and how the dispatcher mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice.errors import Conflict, Refused
from fieldservice.jobs.planning import plan_next
from fieldservice.models.disruptions import Disruption
from fieldservice.models.plans import MoveCause, MoveState, PlanRunState, Route, ServiceDay
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import dispatch, dispatch_days, publishing, troubles
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.operations.dispatching.told_windows import needs_telling
from fieldservice.operations.dispatching.troubles import Gone
from fieldservice.operations.plans import planning, repairs
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.repairs import RepairWish
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.runner import PlannerFailed
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, TOMORROW
from tests.integration.planning_day import (
    Company,
    a_booked_visit,
    a_company,
    accepted,
    quickly,
    run_of,
)
from tests.integration.test_dispatch import broken, stop

ORDER = Order(NOW, None)


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    """Six visits of today on two vans, an hour after the first one could leave."""
    with write() as session:
        built = a_company(session, day=TODAY)
    accepted(app, write, built)
    return built


def repaired(
    app: Flask,
    write: SessionFactory,
    company: Company,
    wish: RepairWish = RepairWish(freeze_minutes=0),  # noqa: B008
    solver: Callable[..., Plan] = quickly,
) -> int:
    """A repair asked for and found."""
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        run = repairs.ask_for_repair(session, day, wish, None, NOW)
        session.flush()
        run_id = run.id
    with app.app_context():
        plan_next(run_id=run_id, solver=solver)
    return run_id


def route_of(day: ServiceDay, technician_id: int) -> Route:
    return next(one for one in day.routes if one.shift.lead.id == technician_id)


def visits_of(route: Route) -> list[int]:
    return [one.visit_id for one in route.stops if one.visit_id is not None]


def falls_ill(write: SessionFactory, company: Company) -> set[int]:
    """The first technician goes home; the visits that loses."""
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        ill = route_of(day, company.technicians[0])
        lost = set(visits_of(ill))
        troubles.away(session, day, ill.shift_id, Gone("ill"), ORDER)
    return lost


def take(write: SessionFactory, run_id: int) -> None:
    with write() as session:
        planning.accept(session, planning.find_run(session, run_id), NOW, None)


def test_the_visits_of_somebody_ill_go_to_the_others(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    lost = falls_ill(write, company)
    run_id = repaired(app, write, company)
    with read() as session:
        run = run_of(session, run_id)
        assert run.state is PlanRunState.PROPOSED
        causes = {move.visit_id: move.because for move in run.moves}
        assert lost
        assert {causes[one] for one in lost} == {MoveCause.AWAY}
        assert any(move.travel_seconds for move in run.moves)
    take(write, run_id)
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        assert not visits_of(route_of(day, company.technicians[0]))
        assert {*visits_of(route_of(day, company.technicians[1]))} >= lost
        assert not broken(session, company)


def test_a_drive_is_broken_off_when_the_technician_falls_ill(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        publishing.publish(session, day, NOW, None, None)
        ill = route_of(day, company.technicians[0])
        towards = session.get_one(Visit, visits_of(ill)[0])
        towards.state, towards.en_route_at = VisitState.EN_ROUTE, NOW
        towards.eta_at = NOW + timedelta(minutes=10)
        troubles.away(session, day, ill.shift_id, Gone("ill"), ORDER)
        assert towards.state is not VisitState.EN_ROUTE
        visit_id = towards.id
    take(write, repaired(app, write, company))
    with write() as session:
        assert stop(session, visit_id).route.shift.lead.id == company.technicians[1]


def test_what_was_started_stays_with_whoever_falls_ill(
    app: Flask, write: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        ill = route_of(day, company.technicians[0])
        first = session.get_one(Visit, visits_of(ill)[0])
        first.state, first.arrived_at = VisitState.ON_SITE, NOW - timedelta(minutes=15)
        visit_id = first.id
        troubles.away(session, day, ill.shift_id, Gone("ill"), ORDER)
    take(write, repaired(app, write, company))
    with write() as session:
        assert stop(session, visit_id).route.shift.lead.id == company.technicians[0]
        assert stop(session, visit_id).starts_at == NOW - timedelta(minutes=15)


def test_who_leaves_at_noon_keeps_only_the_morning(
    app: Flask, write: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        shift_id = route_of(day, company.technicians[0]).shift_id
        troubles.away(session, day, shift_id, Gone("school play", leaves=time(12)), ORDER)
    take(write, repaired(app, write, company))
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        leaving = route_of(day, company.technicians[0])
        assert leaving.returns_at is None or leaving.returns_at.hour <= 11
        assert not broken(session, company)


def test_a_delay_shows_at_once_and_is_mended_by_the_other_van(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        late = max(day.routes, key=lambda route: len(visits_of(route)))
        before = {one: stop(session, one).starts_at for one in visits_of(late)}
        first = visits_of(late)[0]
        troubles.delay(session, day, late.shift_id, 120, ORDER)
        assert stop(session, first).starts_at >= before[first] + timedelta(minutes=60)
        assert any(stop(session, one).lateness_seconds for one in before)
    run_id = repaired(app, write, company)
    with read() as session:
        assert MoveCause.DELAYED in {move.because for move in run_of(session, run_id).moves}
    take(write, run_id)
    with write() as session:
        again = service_day(session, company.territory_id, TODAY)
        assert sum(s.lateness_seconds for route in again.routes for s in route.stops) == 0


def test_a_delay_said_anew_takes_the_place_of_the_old_and_can_be_over(
    write: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        shift_id = day.routes[0].shift_id
        first = visits_of(day.routes[0])[0]
        planned = stop(session, first).starts_at
        troubles.delay(session, day, shift_id, 90, ORDER)
        troubles.delay(session, day, shift_id, 15, ORDER)
        (counts,) = troubles.standing(session, day)
        assert stop(session, first).starts_at > planned
        troubles.over(session, day, counts.id, ORDER)
        assert stop(session, first).starts_at == planned
        with pytest.raises(Exception, match="over already"):
            troubles.over(session, day, counts.id, ORDER)


def test_snow_slows_the_drives_of_the_day_and_of_one_place(
    write: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        dry = sum(route.travel_seconds for route in day.routes)
        place = session.get_one(Visit, company.visits[0]).work_order.site.municipality
        troubles.snow(session, day, 200, None, ORDER)
        assert sum(route.travel_seconds for route in day.routes) == 2 * dry
        for one in troubles.standing(session, day):
            troubles.over(session, day, one.id, ORDER)
        troubles.snow(session, day, 200, "Nowhere", ORDER)
        assert sum(route.travel_seconds for route in day.routes) == dry
        troubles.snow(session, day, 200, place, ORDER)
        assert sum(route.travel_seconds for route in day.routes) > dry


def test_an_emergency_from_the_backlog_is_fitted_in(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    with write() as session:
        urgent = a_booked_visit(session, company.territory_id, 6, day=None, told=None)
        session.get_one(Visit, urgent).state = VisitState.REQUESTED
        day = service_day(session, company.territory_id, TODAY)
        dispatch_days.join_day(session, urgent, day, ORDER)
    run_id = repaired(app, write, company, RepairWish(urgent_visit_id=urgent))
    with read() as session:
        run = run_of(session, run_id)
        (move,) = (one for one in run.moves if one.visit_id == urgent)
        assert move.because is MoveCause.URGENT
        assert move.to_starts_at is not None
        assert move.to_starts_at <= NOW + timedelta(hours=2, minutes=30)


def test_nothing_moves_where_nothing_went_wrong_and_nothing_may_change(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    run_id = repaired(app, write, company, RepairWish(most_changes=0))
    with read() as session:
        assert run_of(session, run_id).state is PlanRunState.PROPOSED
        assert not run_of(session, run_id).moves


def test_with_nothing_else_to_change_only_the_lost_visits_move(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    lost = falls_ill(write, company)
    run_id = repaired(app, write, company, RepairWish(most_changes=0))
    with read() as session:
        assert {move.visit_id for move in run_of(session, run_id).moves} <= lost


def test_only_so_many_customers_hear_another_time(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        publishing.publish(session, day, NOW, None, None)
    lost = falls_ill(write, company)
    run_id = repaired(app, write, company, RepairWish(freeze_minutes=0, most_changes=1))
    take(write, run_id)
    with read() as session:
        day = service_day(session, company.territory_id, TODAY)
        stops = [one for route in day.routes for one in route.stops if one.visit is not None]
        retold = {one.visit_id for one in stops if one.visit and needs_telling(one.visit, one)}
        assert len(retold - lost) <= 1


def test_only_today_is_repaired_within_reasonable_horizons(
    write: SessionFactory, company: Company
) -> None:
    with write() as session:
        later = service_day(session, company.territory_id, TOMORROW)
        with pytest.raises(Refused, match="Only today"):
            repairs.ask_for_repair(session, later, RepairWish(), None, NOW)
        today = service_day(session, company.territory_id, TODAY)
        with pytest.raises(Refused, match="0 to 240"):
            repairs.ask_for_repair(session, today, RepairWish(freeze_minutes=999), None, NOW)
        repairs.ask_for_repair(session, today, RepairWish(), None, NOW)
        session.flush()
        with pytest.raises(Conflict, match="planned already"):
            repairs.ask_for_repair(session, today, RepairWish(), None, NOW)


def test_odd_troubles_are_refused(write: SessionFactory, company: Company) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        shift_id = day.routes[0].shift_id
        with pytest.raises(Refused, match="1 to 480"):
            troubles.delay(session, day, shift_id, 0, ORDER)
        with pytest.raises(Refused, match="101 to 400"):
            troubles.snow(session, day, 90, None, ORDER)
        with pytest.raises(Refused, match="no shift on this day"):
            troubles.away(session, day, 999, Gone("ill"), ORDER)
        troubles.away(session, day, shift_id, Gone("ill", leaves=time(0)), ORDER)
        with pytest.raises(Refused, match="absent on this day"):
            troubles.delay(session, day, shift_id, 10, ORDER)
        assert not session.scalars(select(Disruption)).all()


def test_a_repair_that_crashes_leaves_the_day_as_it_was(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    def crash(*_: object) -> Plan:
        raise PlannerFailed("The planner's process failed: it was killed")

    with write() as session:
        before = {one: stop(session, one).route_id for one in company.visits}
    run_id = repaired(app, write, company, solver=crash)
    with read() as session:
        failure = run_of(session, run_id).failure or ""
        assert failure.endswith("The plan of the day stays as it was.")
        assert {one: stop(session, one).route_id for one in company.visits} == before


def test_what_somebody_moved_or_began_meanwhile_is_respected(
    app: Flask, write: SessionFactory, read: SessionFactory, company: Company
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        ill = route_of(day, company.technicians[0])
        well = route_of(day, company.technicians[1])
        moved, cancelled = visits_of(ill)[0], visits_of(ill)[-1]
        well_id = well.shift_id
        troubles.away(session, day, ill.shift_id, Gone("ill", leaves=time(16)), ORDER)
    run_id = repaired(app, write, company)
    with write() as session:
        dispatch.move_visit(session, moved, Goal(well_id), ORDER, waive_as="she agreed")
        session.get_one(Visit, cancelled).state = VisitState.CANCELLED
    take(write, run_id)
    with write() as session:
        assert stop(session, moved).route.shift_id == well_id
        states = {move.visit_id: move.state for move in run_of(session, run_id).moves}
        assert states.get(cancelled, MoveState.DROPPED) is MoveState.DROPPED
