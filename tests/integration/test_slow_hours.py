"""When roads are full is kept for each territory, and counts in offers and plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import day_span
from fieldservice.models.territories import SlowHours, Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.plans.clockface import Clockface
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.road_speeds import Roads
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, TOMORROW, a_customer, a_territory
from tests.integration.booking_office import an_office, an_order, at_hour, booked, hours, offered

HOUR = 3600


def slow(
    until: int = 9, since: int = 7, days: tuple[int, int] = (0, 4), longer: int = 100
) -> SlowHours:
    first, last = days
    return SlowHours(
        first_weekday=first,
        last_weekday=last,
        from_time=time(since),
        until_time=time(until),
        longer=longer,
    )


def steps(territory: Territory, day: date) -> Sequence[tuple[int, int]]:
    origin = day_span(day, territory.zone)[0]
    return Roads.of(territory).speeds_on(day, Clockface(origin)).steps


def with_hours(session: Session, *rows: SlowHours) -> Territory:
    return a_territory(session, slow_hours=list(rows))


def test_hours_of_the_week_become_seconds_of_the_day(write: SessionFactory) -> None:
    with write() as session:
        office = with_hours(session, slow(), slow(since=8, until=10, days=(4, 4), longer=300))
        thursday, friday, saturday = (date(2026, 3, day) for day in (12, 13, 14))
        two_days = [(7, 50), (9, 100), (31, 50), (32, 25), (34, 100)]
        assert steps(office, thursday) == tuple((hour * HOUR, speed) for hour, speed in two_days)
        # Where rows overlap the slowest holds; nobody drives slowly on a Saturday.
        assert steps(office, friday) == tuple(
            (hour * HOUR, speed) for hour, speed in [(7, 50), (8, 25), (10, 100)]
        )
        assert steps(office, saturday) == ()


def test_roads_are_free_on_a_public_holiday_and_follow_the_clock_in_spring(
    write: SessionFactory,
) -> None:
    with write() as session:
        office = with_hours(session, slow(days=(0, 6)))
        assert steps(office, date(2026, 4, 30)) == ((7 * HOUR, 50), (9 * HOUR, 100))
        # The night before the clock loses an hour: seven is six hours after midnight.
        assert steps(office, date(2026, 3, 29))[:2] == ((6 * HOUR, 50), (8 * HOUR, 100))


def test_what_is_promised_in_the_morning_counts_the_rush_hour(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        # Forty minutes away, as long as the roads are free.
        customer = a_customer(session, office, lat=42.69)
        wanted = an_order(session, office, customer_id=customer.id, site_id=customer.sites[0].id)
        free = offered(session, office, wanted)
        assert hours(free, TOMORROW)[0] == 8
        office.slow_hours.append(slow(until=12, longer=300))
        session.flush()
        found = offered(session, office, wanted)
        assert hours(found, TOMORROW)[0] == 10
        late = at_hour(found, TOMORROW, 10)
        (visit,) = booked(session, wanted, late.token)
        day = service_day(session, office.id, TOMORROW)
        (stop,) = (one for route in day.routes for one in route.stops if one.visit_id == visit.id)
        drive = int(problem_for(session, day, NOW).problem.travel["car"].durations.max())
        assert stop.travel_seconds > 2 * drive
        assert stop.starts_at == late.planned_start


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.ADMIN)
    return client


FORM = {
    "first_weekday": "0",
    "last_weekday": "4",
    "from_time": "07:30",
    "until_time": "09:00",
    "longer": "30",
}


def test_an_admin_keeps_the_slow_hours_of_a_territory(
    admin: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        a_territory(session, slug="andorra")
    assert admin.post("/territories/andorra/slow-hours", data=FORM).status_code == 303
    page = admin.get("/territories/andorra").text
    assert "07:30–09:00" in page
    assert "drives take 30 % longer" in page
    with read() as session:
        kept = session.scalars(select(SlowHours)).one()
        assert kept.since == TODAY
    admin.post(f"/territories/andorra/slow-hours/{kept.id}/remove")
    with read() as session:
        assert session.scalars(select(SlowHours)).all() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_weekday": "4", "first_weekday": "5"}, "The first weekday comes before the last"),
        ({"until_time": "07:00"}, "These hours are over at 07:00, before they begin at 07:30."),
        ({"longer": "301"}, "Write a whole number from 5 to 300."),
        ({"from_time": ""}, "Write a time such as 08:30."),
    ],
)
def test_slow_hours_that_cannot_be_are_refused(
    admin: FlaskClient,
    write: SessionFactory,
    read: SessionFactory,
    changes: dict[str, str],
    sentence: str,
) -> None:
    with write() as session:
        a_territory(session, slug="andorra")
    admin.post("/territories/andorra/slow-hours", data={**FORM, **changes})
    assert sentence in admin.get("/territories/andorra").text
    with read() as session:
        assert session.scalars(select(SlowHours)).all() == []
