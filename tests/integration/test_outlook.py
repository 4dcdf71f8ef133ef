"""What a territory learns from its visits, and what it says of the days to come."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fieldservice.models.kinds import Kind
from fieldservice.models.plans import Route
from fieldservice.models.territories import KindDefault, SlowHours, Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.outlook.day_outlook import NOTHING, DayOutlook, day_outlook
from fieldservice.operations.outlook.experience import experience, learned
from fieldservice.operations.outlook.history import as_planned_now, drives_of, finished_visits
from fieldservice.operations.plans.days import find_day
from fieldservice.operations.plans.road_speeds import Roads
from fieldservice.scheduling.outlook.learning import learn
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_service_day,
    a_shift,
    a_stop,
    a_technician,
    a_visit,
    a_work_order,
    an_asset,
    at,
)
from tests.integration.planning_day import Company, a_company, accepted
from tests.integration.road import Road, a_road, visit_of

YESTERDAY = TODAY - timedelta(days=1)


def a_finished_day(session: Session, territory: Territory, day: date, taken: int) -> Route:
    """Three repairs of an hour, each of which took so many minutes."""
    shift = a_shift(session, a_technician(session, territory), day)
    route = a_service_day(session, territory, day, [shift]).routes[0]
    for hour in (9, 11, 14):
        customer = a_customer(session, territory)
        order = a_work_order(session, customer, asset_id=an_asset(session, customer).id)
        visit = a_visit(session, order, day=day, told=(hour, hour + 2), state=VisitState.COMPLETED)
        visit.en_route_at = at(day, hour) - timedelta(minutes=20)
        visit.arrived_at = at(day, hour)
        visit.ended_at = at(day, hour) + timedelta(minutes=taken)
        a_stop(session, route, visit, hour, travel_seconds=900)
    return route


def test_finished_visits_are_read_with_their_technician_and_product(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=0)
        territory = session.get_one(Territory, company.territory_id)
        route = a_finished_day(session, territory, YESTERDAY, 40)
        lead = route.shift.lead.id
        a_finished_day(session, territory, TODAY, 40)
        a_finished_day(session, territory, TODAY - timedelta(days=400), 40)
    with read() as session:
        found = finished_visits(session, company.territory_id, TODAY)
        assert len(found) == 3
        assert {(one.kind, one.technician_id, one.minutes, one.drive_seconds) for one in found} == {
            (Kind.REPAIR, lead, 60, 900)
        }
        assert all(one.product_id for one in found)
        assert [one.arrived_at.hour for one in found] == [8, 10, 13]


def test_what_is_learned_is_worked_out_once_a_day(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=0)
        territory = session.get_one(Territory, company.territory_id)
    with read() as session:
        assert experience(session, company.territory_id, TODAY).seen == {}
    with write() as session:
        territory = session.get_one(Territory, company.territory_id)
        a_finished_day(session, territory, YESTERDAY, 90)
    with read() as session:
        assert experience(session, company.territory_id, TODAY).seen == {}
        assert experience(session, company.territory_id, TOMORROW).seen == {"repair": 3}
        anew = learned(session, company.territory_id, TODAY)
        assert anew.work("repair", None).ratio > 1


def test_hours_written_down_since_explain_what_drives_took_before(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=0)
        territory = session.get_one(Territory, company.territory_id)
        a_finished_day(session, territory, YESTERDAY, 60)
        for first, since in ((time(0), TODAY), (time(12), None)):
            # What was known that day already counts no more than it did.
            territory.slow_hours.append(
                SlowHours(
                    first_weekday=0,
                    last_weekday=4,
                    from_time=first,
                    until_time=time(23),
                    longer=25,
                    since=since,
                )
            )
    with read() as session:
        roads = Roads.of(session.get_one(Territory, company.territory_id))
        found = finished_visits(session, company.territory_id, TODAY)
        before = drives_of(found)
        now = drives_of(as_planned_now(found, roads))
        assert [one.planned for one in before] == [900, 900, 900]
        assert [one.planned for one in now] == [1125, 1125, 900]
        assert [one.taken for one in now] == [1200, 1200, 1200]
        free = learn([], before).travel.ratio
        assert learned(session, company.territory_id, TODAY).travel.ratio < free


def test_booking_says_how_long_such_visits_usually_take(
    write: SessionFactory, client: FlaskClient, sign_in: SignIn
) -> None:
    with write() as session:
        company = a_company(session, visits=0, slug="andorra", kinds=[_usually(Kind.REPAIR, 60)])
        territory = session.get_one(Territory, company.territory_id)
        for back in range(1, 9):
            a_finished_day(session, territory, TODAY - timedelta(days=back), 40 + back)
        customer = a_customer(session, territory).id
    sign_in(client, RoleName.DISPATCHER)
    page = client.get(f"/customers/{customer}/book").text
    said = re.search(r"8 of 10 take:\s+Repair (\d+)–(\d+) min", page)
    assert said is not None
    least, most = map(int, said.groups())
    assert least < 44 < most < 75


def _usually(kind: Kind, minutes: int) -> KindDefault:
    return KindDefault(kind=kind, duration_minutes=minutes)


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    with write() as session:
        built = a_company(session)
    accepted(app, write, built)
    return built


def outlook_of(read: SessionFactory, territory_id: int, day: date = TOMORROW) -> DayOutlook:
    with read() as session:
        service = find_day(session, territory_id, day)
        assert service is not None
        return day_outlook(session, service, NOW)


def test_each_promise_of_a_planned_day_has_its_chance(
    company: Company, read: SessionFactory
) -> None:
    found = outlook_of(read, company.territory_id)
    assert set(found.promises) == set(company.visits)
    assert all(0 <= one.chance <= 1 for one in found.promises.values())
    assert all(one.early <= one.late for one in found.promises.values())
    assert found.homecomings
    assert outlook_of(read, company.territory_id) == found


def test_a_promise_with_hardly_any_time_left_is_at_risk(
    company: Company, read: SessionFactory, write: SessionFactory
) -> None:
    before = outlook_of(read, company.territory_id)
    with write() as session:
        visit = session.get_one(Visit, company.visits[3])
        visit.told_until = visit.told_from + timedelta(minutes=1) if visit.told_from else None
    after = outlook_of(read, company.territory_id)
    one = after.promises[company.visits[3]]
    assert one.chance <= before.promises[company.visits[3]].chance
    assert one.at_risk == (one.chance < 0.85)
    assert after.at_risk >= 1


def test_visits_that_take_longer_than_planned_put_promises_at_risk(
    company: Company, read: SessionFactory, write: SessionFactory
) -> None:
    usual = outlook_of(read, company.territory_id)
    with write() as session:
        territory = session.get_one(Territory, company.territory_id)
        for back in range(1, 15):
            a_finished_day(session, territory, TODAY - timedelta(days=back), 150)
    with read() as session:
        service = find_day(session, company.territory_id, TOMORROW)
        assert service is not None
        later = NOW + timedelta(days=1) - timedelta(hours=4)
        slow = day_outlook(session, service, later)
    total = [sum(one.chance for one in found.promises.values()) for found in (usual, slow)]
    assert total[1] < total[0]


@pytest.fixture
def road(write: SessionFactory) -> Road:
    with write() as session:
        return a_road(session)


def test_a_visit_that_overruns_puts_the_next_ones_at_risk(
    road: Road, write: SessionFactory, read: SessionFactory
) -> None:
    first, second, third = road.visit_ids
    noon = at(TODAY, 13, 20)
    with write() as session:
        visit = visit_of(session, first)
        visit.state, visit.arrived_at = VisitState.ON_SITE, at(TODAY, 10)
    with read() as session:
        service = find_day(session, road.territory_id, TODAY)
        assert service is not None
        early = day_outlook(session, service, at(TODAY, 10, 5))
        late = day_outlook(session, service, noon)
    assert set(early.promises) == {second, third}
    assert late.promises[second].chance < 0.5 < early.promises[second].chance
    assert late.promises[second].early > noon


def test_what_is_over_is_told_no_chance(
    road: Road, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        for visit_id in road.visit_ids:
            visit = visit_of(session, visit_id)
            visit.state, visit.arrived_at = VisitState.COMPLETED, visit.told_from
            visit.ended_at = visit.told_until
    assert outlook_of(read, road.territory_id, TODAY).promises == {}
    with read() as session:
        service = find_day(session, road.territory_id, TODAY)
        assert service is not None
        assert day_outlook(session, service, NOW + timedelta(days=1)) == NOTHING
