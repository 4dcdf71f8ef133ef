"""A technician's route in their own calendar: what it shows, what it hides, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from fieldservice.clock import day_span
from fieldservice.config import Settings
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.technicians import Technician
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings import cancelling
from fieldservice.operations.bookings.booking import Asked
from fieldservice.operations.dispatching import publishing, unpublishing
from fieldservice.operations.dispatching.dispatch import Goal, Order, move_visit
from fieldservice.operations.plans.days import day_by_id, service_day
from fieldservice.operations.road.calendar_feeds import address_of, make_feed
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TOMORROW,
    ZONE,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.booking_office import SECRET

HOUR = timedelta(hours=1)


class Trial:
    """Two technicians, three visits of tomorrow on the route of the first, published."""

    def __init__(self, app: Flask, write: SessionFactory) -> None:
        self.app, self.write = app, write
        with write() as session:
            territory = a_territory(session)
            self.slug = territory.slug
            self.mine = a_technician(session, territory, name="Pere Roca").id
            self.other = a_technician(session, territory, name="Anna Serra").id
            self.visits = [self._visit(session, territory, hour) for hour in (9, 11, 15)]
            self.day_id = service_day(session, territory.id, TOMORROW).id
            routes = session.get_one(ServiceDay, self.day_id).routes
            self.shifts = [route.shift_id for route in routes]
            for visit_id in self.visits:
                self._assign(session, visit_id, self.shifts[0])
        self.publish()

    def _visit(self, session: Any, territory: Any, hour: int) -> int:
        customer = a_customer(session, territory, name=f"Maria Puig Vila {hour}")
        order = a_work_order(session, customer, kind=Kind.REPAIR)
        return a_visit(session, order, told=(hour, hour + 2)).id

    def _assign(self, session: Any, visit_id: int, shift_id: int) -> Stop:
        return move_visit(session, visit_id, Goal(shift_id), Order(NOW, None), waive_as="trial")

    def publish(self, after: timedelta = timedelta()) -> None:
        """The day is given out."""
        with self.write() as session:
            day = service_day(
                session, session.get_one(ServiceDay, self.day_id).territory_id, TOMORROW
            )
            publishing.publish(session, day, NOW + after, None, None)

    def give_to_the_other(self, visit_id: int) -> None:
        """Another van drives there."""
        with self.write() as session:
            self._assign(session, visit_id, self.shifts[1])

    def address(self, *, names: bool = False) -> str:
        """A new address of the first technician's calendar."""
        secret = self.app.config["SECRET_KEY"]
        with self.write() as session:
            feed = make_feed(session, NOW, None, self.mine, secret, names_customers=names)
            return address_of(feed, secret, "")

    def read(self, path: str) -> Any:
        """The calendar, read by a program of its own."""
        answer = self.app.test_client().get(path)
        assert answer.status_code == 200, answer.text
        assert answer.content_type == "text/calendar; charset=utf-8"
        return Calendar.from_ical(answer.data)

    def events(self, path: str) -> dict[str, Any]:
        """Its events by their names."""
        return {str(one["UID"]): one for one in self.read(path).walk("VEVENT")}


@pytest.fixture
def trial(app: Flask, write: SessionFactory) -> Trial:
    """The first technician's published route."""
    return Trial(app, write)


def starts(events: dict[str, Any]) -> list[datetime]:
    """When its events begin, in order."""
    return sorted(one["DTSTART"].dt for one in events.values())


def test_the_published_route_is_read_by_an_ordinary_calendar(trial: Trial) -> None:
    events = trial.events(trial.address())
    assert len(events) == 3
    with trial.write() as session:
        stops = session.query(Stop).filter(Stop.visit_id.in_(trial.visits)).all()
        assert starts(events) == sorted(stop.starts_at for stop in stops)
    first, last = day_span(TOMORROW, ZONE)
    assert all(first <= moment < last for moment in starts(events))
    assert {str(one["SUMMARY"]) for one in events.values()} == {"Repair"}
    assert {str(one["LOCATION"]) for one in events.values()} == {"Andorra la Vella"}


def test_customers_are_named_only_where_that_was_chosen(trial: Trial) -> None:
    plain = trial.app.test_client().get(trial.address()).text
    named = trial.app.test_client().get(trial.address(names=True)).text
    for personal in ("Maria", "Puig", "Carrer"):
        assert personal not in plain
        assert personal in named
    assert "+376" not in named


def test_an_entry_keeps_its_name_and_its_sequence_rises_when_it_is_moved(trial: Trial) -> None:
    path = trial.address()
    before = trial.events(path)
    trial.give_to_the_other(trial.visits[0])
    assert trial.events(path).keys() == before.keys(), "nothing moves until it is published"
    trial.publish(HOUR)
    after = trial.events(path)
    assert set(before) - set(after) == {f"stop-{trial.visits[0]}@localhost"}
    for name, entry in after.items():
        assert entry["SEQUENCE"] > before[name]["SEQUENCE"]


def test_a_publication_taken_back_is_a_later_sequence_too(
    trial: Trial, write: SessionFactory
) -> None:
    path = trial.address()
    trial.give_to_the_other(trial.visits[0])
    trial.publish(HOUR)
    with write() as session:
        given = trial.events(path)
        day = day_by_id(session, trial.day_id)
        unpublishing.undo_publish(session, day, NOW + HOUR, None)
    again = trial.events(path)
    assert len(again) == 3
    for name, entry in given.items():
        assert again[name]["SEQUENCE"] > entry["SEQUENCE"]


def test_a_cancelled_visit_leaves_the_calendar(trial: Trial, write: SessionFactory) -> None:
    path = trial.address()
    with write() as session:
        asked = Asked(now=NOW, secret=SECRET)
        cancelling.cancel(session, trial.visits[1], None, "", asked)
    events = trial.events(path)
    left = [one for one in events.values() if str(one["STATUS"]) == "CONFIRMED"]
    assert len(left) == 2
    assert str(events.get(f"stop-{trial.visits[1]}@localhost", {}).get("STATUS", "CANCELLED")) == (
        "CANCELLED"
    )


def test_a_visit_moved_away_since_is_shown_as_cancelled(
    trial: Trial, write: SessionFactory
) -> None:
    path = trial.address()
    with write() as session:
        visit = session.get_one(Visit, trial.visits[2])
        visit.service_on = TOMORROW + timedelta(days=1)
    moved = trial.events(path)[f"stop-{trial.visits[2]}@localhost"]
    assert str(moved["STATUS"]) == "CANCELLED"


def test_who_has_it_already_is_told_so(trial: Trial) -> None:
    path, client = trial.address(), trial.app.test_client()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-store" not in first.headers["Cache-Control"]
    trial.give_to_the_other(trial.visits[0])
    trial.publish(HOUR)
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_new_address_ends_the_one_before(trial: Trial) -> None:
    old, new = trial.address(), trial.address()
    client = trial.app.test_client()
    assert old != new
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200
    assert client.get("/calendar/nobody-knows-this.ics").status_code == 404


def test_who_works_here_no_more_has_no_calendar(trial: Trial, write: SessionFactory) -> None:
    path = trial.address()
    with write() as session:
        session.get_one(Technician, trial.mine).is_active = False
    assert trial.app.test_client().get(path).status_code == 410


def test_only_the_server_can_write_an_address(trial: Trial, write: SessionFactory) -> None:
    with write() as session:
        feed = make_feed(session, NOW, None, trial.mine, SECRET, names_customers=False)
        known_to_the_database = (feed.nonce, feed.token_hash)
    client = trial.app.test_client()
    for text in known_to_the_database:
        assert client.get(f"/calendar/{text}.ics").status_code == 404


@pytest.fixture
def rare(app: Flask) -> Iterator[None]:
    """A calendar that may be read three times an hour."""
    settings: Settings = app.extensions["fieldservice_settings"]
    app.extensions["fieldservice_settings"] = replace(settings, calendar_limit="3 per hour")
    yield
    app.extensions["fieldservice_settings"] = settings


def test_an_address_is_read_only_so_often(trial: Trial, rare: None) -> None:
    path, client = trial.address(), trial.app.test_client()
    read = [client.get(path) for _ in range(4)]
    assert [one.status_code for one in read] == [200, 200, 200, 429]
    assert ["Retry-After" in one.headers for one in read] == [False, False, False, True]


def test_the_office_makes_and_ends_an_address(
    trial: Trial, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    page = f"/team/{trial.slug}/technicians/{trial.mine}/calendar"
    assert "/calendar/" not in client.get(page).text.split("<main")[1].split("action=")[0]
    made = client.post(page, data={"names": "0"}, follow_redirects=True).text
    path = (
        made.split('id="address"')[1].split(">")[1].split("<")[0].removeprefix("http://localhost")
    )
    assert len(trial.events(path)) == 3
    client.post(f"{page}/end")
    assert client.get(path).status_code == 410
    assert client.post(f"{page}/end").status_code == 303, "ended once"
    other_place = f"/team/{trial.slug}/technicians/999/calendar"
    assert client.get(other_place).status_code == 404


def test_a_technician_makes_their_own(trial: Trial, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, RoleName.TECHNICIAN, technician_id=trial.mine)
    made = client.post("/my-day/calendar", data={"names": "1"}, follow_redirects=True).text
    assert "webcal://localhost/calendar/" in made
    path = (
        made.split('id="address"')[1].split(">")[1].split("<")[0].removeprefix("http://localhost")
    )
    assert "Maria" in client.get(path).text
    client.post("/my-day/calendar/end")
    assert client.get(path).status_code == 410


def test_lunch_is_no_entry_and_times_are_in_utc(trial: Trial) -> None:
    text = trial.app.test_client().get(trial.address()).text
    assert "Lunch" not in text
    assert f"DTSTART:{TOMORROW:%Y%m%d}T" in text
    assert at(TOMORROW, 8) <= min(starts(trial.events(trial.address())))
