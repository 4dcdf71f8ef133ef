"""Admins keep territories and accounts; everybody keeps their own password and language."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import ClosedDay, Territory
from fieldservice.models.users import RoleName, User
from fieldservice.operations.plans.days import service_day
from tests.conftest import SessionFactory, SignIn
from tests.factories import PASSWORD, TOMORROW, a_technician, a_territory

SETTINGS = {
    "name": "Serveis Pirineu",
    "zone": "Europe/Madrid",
    "country": "es",
    "phone": "973 35 01 00",
    "default_language": "ca",
    "window_minutes": "90",
    "offer_days": "7",
    "publish_hold_minutes": "5",
    "travel_base_seconds": "240",
    "travel_seconds_per_km": "100",
    "minutes_installation": "150",
    "minutes_maintenance": "60",
    "minutes_repair": "75",
    "minutes_demonstration": "45",
    "minutes_inspection": "30",
    "skill_installation": "Gas",
}


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.ADMIN)
    return client


def test_a_territory_is_made_and_changed(admin: FlaskClient, read: SessionFactory) -> None:
    assert admin.post("/territories/new", data=SETTINGS).location == "/team/serveis-pirineu"
    assert "without technicians" in admin.get("/team/serveis-pirineu").text
    changed = {**SETTINGS, "window_minutes": "60", "minutes_repair": "90"}
    assert admin.post("/territories/serveis-pirineu", data=changed).status_code == 303
    with read() as session:
        territory = session.scalars(select(Territory)).one()
        assert (territory.window_minutes, territory.phone) == (60, "+34973350100")
        assert {one.kind.value: one.duration_minutes for one in territory.kinds}["repair"] == 90
    assert "90" in admin.get("/territories/serveis-pirineu").text
    assert "Serveis Pirineu" in admin.get("/territories").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zone": "Europe/Andora"}, "Zone &#39;Europe/Andora&#39; is not known"),
        ({"phone": "12"}, "is not a phone number"),
        ({"window_minutes": "5"}, "Write a whole number from 15 to 480."),
        ({"travel_seconds_per_km": "1"}, "Write a whole number from 20 to 600."),
        ({"minutes_repair": "999"}, "Write a whole number from 5 to 480."),
        ({"country": "1"}, "is not a code of two letters"),
        ({"default_language": "fr"}, "Choose one of the languages."),
        ({"name": " "}, "Name is empty."),
    ],
)
def test_settings_that_cannot_be_are_refused(
    admin: FlaskClient, read: SessionFactory, changes: dict[str, str], sentence: str
) -> None:
    answer = admin.post("/territories/new", data={**SETTINGS, **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    with read() as session:
        assert session.scalars(select(Territory)).all() == []


def test_the_zone_stays_once_days_are_open(admin: FlaskClient, write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session, slug="andorra")
        service_day(session, territory.id, TOMORROW)
    answer = admin.post("/territories/andorra", data=SETTINGS)
    assert answer.status_code == 400
    assert "The zone stays as it is" in answer.text


def test_a_closed_day_takes_back_its_empty_shifts(
    admin: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session, slug="andorra")
        a_technician(session, territory)
        day_id = service_day(session, territory.id, TOMORROW).id
    form = {"day": TOMORROW.isoformat(), "reason": "Local feast"}
    admin.post("/territories/andorra/closed-days", data=form)
    admin.post("/territories/andorra/closed-days", data=form)
    assert "is closed already" in admin.get("/territories/andorra").text
    with read() as session:
        assert session.get_one(ServiceDay, day_id).routes == []
        closed = session.scalars(select(ClosedDay)).one()
    admin.post(f"/territories/andorra/closed-days/{closed.id}/remove")
    with read() as session:
        assert session.scalars(select(ClosedDay)).all() == []


def test_a_refusal_is_told_in_the_language_of_who_is_refused(
    admin: FlaskClient, write: SessionFactory
) -> None:
    with write() as session:
        a_territory(session, slug="andorra")
    admin.post("/account/language", data={"language": "hu"})
    form = {"day": TOMORROW.isoformat(), "reason": "Leltár"}
    admin.post("/territories/andorra/closed-days", data=form)
    admin.post("/territories/andorra/closed-days", data=form)
    page = admin.get("/territories/andorra").text
    assert "Ez a nap már szünnap: márc. " in page
    gone = admin.get("/customers/404")
    assert (gone.status_code, "Ezt az ügyfelet nem ismerjük." in gone.text) == (404, True)


def password_on(page: str) -> str:
    found = re.search(r'<code id="password">([^<]+)</code>', page)
    assert found
    return found[1]


def test_somebody_added_signs_in_with_the_password_shown_once(
    admin: FlaskClient, app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        number = a_technician(session, name="Jordi").id
    form = {"name": "Jordi", "email": "jordi@example.org", "role": "technician"}
    assert admin.post("/people/new", data=form).status_code == 400, "whose day?"
    page = admin.post("/people/new", data={**form, "technician": number}).text
    assert "jordi@example.org" in admin.get("/people").text
    visitor = app.test_client()
    answer = {"email": "jordi@example.org", "password": password_on(page)}
    assert visitor.post("/sign-in", data=answer).status_code == 302
    assert visitor.get("/").location == "/my-day"
    again = {**form, "email": "j2@example.org", "technician": number}
    assert "Jordi has an account already" in admin.post("/people/new", data=again).text


@pytest.mark.parametrize("deed", ["dismiss", "password"])
def test_dismissal_and_a_new_password_end_open_sessions(
    admin: FlaskClient, app: Flask, sign_in: SignIn, deed: str
) -> None:
    other = app.test_client()
    user_id = sign_in(other, RoleName.DISPATCHER)
    assert other.get("/account").status_code == 200
    admin.post(f"/people/{user_id}/{deed}")
    assert other.get("/account").status_code == 302


def test_the_dismissed_can_be_let_in_again(
    admin: FlaskClient, app: Flask, sign_in: SignIn, read: SessionFactory
) -> None:
    other = app.test_client()
    user_id = sign_in(other, RoleName.DISPATCHER)
    admin.post(f"/people/{user_id}/dismiss")
    password = password_on(admin.post(f"/people/{user_id}/take-back").text)
    with read() as session:
        email = session.get_one(User, user_id).email
    form = {"email": email, "password": password}
    assert app.test_client().post("/sign-in", data=form).status_code == 302


def test_the_last_admin_stays_and_nobody_dismisses_themselves(
    client: FlaskClient, app: Flask, sign_in: SignIn, read: SessionFactory
) -> None:
    mine = sign_in(client, RoleName.ADMIN)
    client.post(f"/people/{mine}/dismiss")
    answer = client.post(f"/people/{mine}", data={"role": "dispatcher"})
    assert answer.status_code == 400
    assert "from yourself" in answer.text
    with read() as session:
        assert session.get_one(User, mine).active


def test_a_changed_role_counts_at_once(
    admin: FlaskClient, app: Flask, sign_in: SignIn, read: SessionFactory
) -> None:
    user_id = sign_in(app.test_client(), RoleName.DISPATCHER)
    assert admin.get(f"/people/{user_id}").status_code == 200
    assert admin.post(f"/people/{user_id}", data={"role": "admin"}).status_code == 303
    with read() as session:
        assert session.get_one(User, user_id).plays(RoleName.ADMIN)
        assert not session.get_one(User, user_id).plays(RoleName.DISPATCHER)


def add(admin: FlaskClient) -> tuple[str, str]:
    form = {"name": "Anna", "email": "anna@example.org", "role": "dispatcher"}
    return "anna@example.org", password_on(admin.post("/people/new", data=form).text)


def test_changing_ones_password_ends_the_other_sessions_only(
    admin: FlaskClient, app: Flask
) -> None:
    email, password = add(admin)
    phone, desk = app.test_client(), app.test_client()
    for device in (phone, desk):
        device.post("/sign-in", data={"email": email, "password": password})
        assert device.get("/account").status_code == 200
    wrong = {"old_password": "not this one", "new_password": PASSWORD}
    assert "not your present password" in desk.post("/account/password", data=wrong).text
    weak = {"old_password": password, "new_password": "short"}
    assert "too short" in desk.post("/account/password", data=weak).text
    right = {"old_password": password, "new_password": PASSWORD}
    assert desk.post("/account/password", data=right).status_code == 303
    assert desk.get("/account").status_code == 200
    assert phone.get("/account").status_code == 302
    form = {"email": email, "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=form).status_code == 302


def test_ones_language_is_kept(client: FlaskClient, sign_in: SignIn, read: SessionFactory) -> None:
    user_id = sign_in(client, RoleName.TECHNICIAN)
    assert client.post("/account/language", data={"language": "fr"}).status_code == 400
    assert client.post("/account/language", data={"language": "ca"}).status_code == 303
    assert '<html lang="ca"' in client.get("/account").text
    with read() as session:
        assert session.get_one(User, user_id).language == "ca"
