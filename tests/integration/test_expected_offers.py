"""Offers are ranked by what they will have cost when their day comes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from fieldservice.models.customers import Customer
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.bookings.offers import Offer, horizon, open_horizon
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)
from tests.integration.booking_office import an_office, an_order, at_hour, booked, offered

SOON, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=2)


def a_household_far_away(session: Session, office: Territory) -> Customer:
    return a_customer(session, office, lat=42.60, lon=1.70)


def wanted_there(session: Session, office: Territory) -> list[Offer]:
    customer = a_household_far_away(session, office)
    site = customer.sites[0]
    return offered(
        session, office, an_order(session, office, customer_id=customer.id, site_id=site.id)
    )


def a_past_of_visits_there(session: Session, office: Territory, state: VisitState) -> None:
    """Four visits on each of the last five days."""
    for day in range(1, 6):
        for _ in range(4):
            customer = a_household_far_away(session, office)
            order = a_work_order(session, customer)
            a_visit(session, order, state=state, day=TODAY - timedelta(days=day), told=None)


def test_a_far_area_does_not_pay_the_whole_way_where_neighbours_will_come(
    write: SessionFactory,
) -> None:
    with write() as session:
        office = a_territory(session)
        for _ in range(6):
            a_technician(session, office)
        open_horizon(session, office, horizon(office, NOW))
        alone = at_hour(wanted_there(session, office), LATER, 10)
        a_past_of_visits_there(session, office, VisitState.COMPLETED)
        expected = at_hour(wanted_there(session, office), LATER, 10)
        assert expected.extra_seconds == alone.extra_seconds
        assert expected.expected_cost < alone.expected_cost - 300


def test_the_last_room_where_more_is_wanted_is_dear(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        order = an_order(session, office)
        alone = at_hour(offered(session, office, order), LATER, 10)
        a_past_of_visits_there(session, office, VisitState.COMPLETED)
        expected = at_hour(offered(session, office, order), LATER, 10)
        assert expected.expected_cost > alone.expected_cost + 300


def test_visits_called_off_tell_nothing(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        alone = wanted_there(session, office)
        a_past_of_visits_there(session, office, VisitState.CANCELLED)
        costs = [one.expected_cost for one in wanted_there(session, office)]
        assert costs == [one.expected_cost for one in alone]


def test_of_two_days_alike_the_sooner_is_the_better(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        found = wanted_there(session, office)
        sooner, later = (at_hour(found, day, 10) for day in (SOON, LATER))
        assert sooner.expected_cost < later.expected_cost
        assert {one.day for one in found if one.fits_best} <= {TODAY, SOON}


def test_somebody_there_already_is_worth_a_day_of_waiting(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        neighbour = a_household_far_away(session, office)
        order = an_order(session, office, customer_id=neighbour.id, site_id=neighbour.sites[0].id)
        booked(session, order, at_hour(offered(session, office, order), LATER, 10).token)
        best = [one for one in wanted_there(session, office) if one.fits_best]
        assert {one.day for one in best} == {LATER}
