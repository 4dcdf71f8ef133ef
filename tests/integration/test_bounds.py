"""Numbers, dates and signs nobody means: a sentence and 4xx on both databases, never a 5xx."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from fieldservice.models.users import RoleName
from tests.conftest import SessionFactory, SignIn
from tests.factories import a_territory

BEYOND = 2**63
SECRET = "Maria Pujol"


@pytest.fixture
def admin(app: Flask, client: FlaskClient, write: SessionFactory, sign_in: SignIn) -> FlaskClient:
    with write() as session:
        a_territory(session, slug="andorra")
    sign_in(client, RoleName.ADMIN)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return client


@pytest.mark.parametrize(
    "address",
    [
        f"/customers/{BEYOND}",
        f"/visits/{BEYOND}/move",
        f"/people/{2**31}",
        "/day/andorra/0001-01-01",
        "/day/andorra/9999-12-31",
        "/day/andorra%00/2026-03-10",
        "/book/%00",
        "/c/%00",
        "/s/%00",
    ],
)
def test_an_address_nothing_can_have_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize("host", ["a..b", "a" * 300])
@pytest.mark.parametrize("address", ["/sign-in", "/c/x", "/"])
def test_a_host_nothing_can_have_is_no_fault_of_ours(
    app: Flask, client: FlaskClient, host: str, address: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    reply = client.get(address, headers={"Host": host})
    assert reply.status_code == 400
    assert "names no host" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        f"/outbox?message={BEYOND}",
        f"/outbox?page={BEYOND}",
        f"/follow-ups?page={BEYOND}",
        f"/people/new?technician={BEYOND}",
        "/outbox?q=%00",
        "/search?q=%00",
        f"/day/andorra/2026-03-10?visit={BEYOND}",
    ],
)
def test_a_query_out_of_bounds_is_no_fault_of_ours(admin: FlaskClient, query: str) -> None:
    assert admin.get(query).status_code in (200, 400, 404)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_an_outbox_asked_about_a_day_beyond_the_calendar_shows_every_day(
    admin: FlaskClient, day: str
) -> None:
    assert admin.get(f"/outbox?day={day}").status_code == 200


@pytest.mark.parametrize("seconds", ["²", "٣", "9" * 20, "9" * 5000])
def test_seconds_that_are_no_number_are_refused_with_the_mend(
    admin: FlaskClient, seconds: str
) -> None:
    answer = admin.post("/day/andorra/2026-03-10/plan", data={"seconds": seconds})
    assert answer.status_code == 400
    assert "whole number, such as 20" in answer.text


@pytest.mark.parametrize("place", ["²", f"{BEYOND}", "1:²", f"1:{BEYOND}"])
def test_a_van_no_list_offers_is_asked_for_again(admin: FlaskClient, place: str) -> None:
    answer = admin.post("/day/andorra/2026-03-10/visits/1/move", data={"place": place})
    assert answer.status_code == 400
    assert "Choose a technician" in answer.text


ENDLESS = "9" * 5000
"""More digits than Python reads as a number."""


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/people/new", {"role": "technician", "technician": ENDLESS}),
        ("/account/programs", {"name": "sheet", "scopes": "visits:read", "days": ENDLESS}),
    ],
)
def test_a_number_without_end_is_refused_with_the_form_as_it_was(
    admin: FlaskClient, address: str, words: dict[str, str]
) -> None:
    answer = admin.post(address, data={"email": "ot@example.org", "name": "Ot", **words})
    assert answer.status_code == 400
    assert "<form" in answer.text


def test_a_closed_day_beyond_the_calendar_is_refused(admin: FlaskClient) -> None:
    words = {"day": "9999-12-31", "reason": "late"}
    address = "/territories/andorra/closed-days"
    answer = admin.post(address, data=words, follow_redirects=True)
    assert "9999-12-31" in answer.text


def test_a_text_with_an_unreadable_sign_names_its_field(admin: FlaskClient) -> None:
    answer = admin.post("/customers/new", data={"name": "Ma\0ria"})
    assert answer.status_code == 400
    assert "“name”" in answer.text


def test_a_failure_is_logged_by_its_place_and_never_by_its_words(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise IntegrityError(f"INSERT {SECRET}", {"name": SECRET}, Exception(SECRET))

    monkeypatch.setattr("fieldservice.web.customers.customer_file", fail)
    with caplog.at_level(logging.DEBUG):
        answer = admin.get("/customers/1")
    assert answer.status_code == 500
    assert "GET customers.show failed: IntegrityError at" in caplog.text
    assert SECRET not in caplog.text
    assert "/customers/1" not in caplog.text
