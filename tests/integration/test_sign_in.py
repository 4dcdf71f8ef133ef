"""Signing in: what is guarded, what ends a session, and where one may be sent afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import select

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.models.users import RoleName, User
from fieldservice.operations.house.users import dismiss, renew_password
from fieldservice.web.roles import open_to
from tests.conftest import SessionFactory, SignIn
from tests.databases import close
from tests.factories import NOW, PASSWORD, a_user

ANNA = "anna@example.org"
FORM = {"email": ANNA, "password": PASSWORD}


@cache
def a_hash() -> str:
    """Of PASSWORD; made once, since it is slow on purpose."""
    kept: str = hash_password(PASSWORD)
    return kept


@pytest.fixture
def anna(app: Flask, write: SessionFactory) -> int:
    """A dispatcher with a password."""
    with write() as session:
        return a_user(session, email=ANNA, password=a_hash()).id


@pytest.fixture
def office(app: Flask) -> str:
    """A page for dispatchers."""

    @open_to(RoleName.DISPATCHER)
    def page() -> str:
        return "the office"

    app.add_url_rule("/office-page", "office_page", page)
    return "/office-page"


@pytest.mark.usefixtures("anna")
def test_the_right_password_opens_and_a_wrong_one_does_not(
    client: FlaskClient, office: str
) -> None:
    assert client.post("/sign-in", data={**FORM, "password": "wrong one"}).status_code == 200
    assert client.get(office).status_code == 302
    assert client.post("/sign-in", data=FORM).status_code == 302
    assert client.get(office).text == "the office"


@pytest.mark.usefixtures("anna")
def test_an_unknown_address_and_a_wrong_password_are_answered_alike(client: FlaskClient) -> None:
    def answer(email: str) -> str:
        page = client.post("/sign-in", data={"email": email, "password": "wrong password"}).text
        return page.replace(email, "EMAIL").split("<form")[1].split("nonce")[0]

    assert answer(ANNA) == answer("nobody@example.org")


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {**FORM, "password": "x" * 5000}}, 400),
        ({"json": [1]}, 415),
        ({"json": FORM}, 415),
        ({"data": b"<a/>", "content_type": "text/xml"}, 415),
    ],
)
def test_what_is_no_sign_in_form_is_refused(
    app: Flask, client: FlaskClient, sent: dict[str, Any], status: int
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.post("/sign-in", **sent).status_code == status


def test_a_visitor_is_sent_to_sign_in_and_back(client: FlaskClient, anna: int, office: str) -> None:
    sent = client.get(f"{office}?day=1")
    assert sent.status_code == 302
    back = client.post(sent.location, data=FORM)
    assert back.location.removeprefix("http://localhost") == f"{office}?day=1"


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    " https://evil.example",
    "\thttps://evil.example",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
]


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("where", ["query_string", "data"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_sent_elsewhere_after_signing_in(app: Flask, where: str) -> None:
    for elsewhere in ELSEWHERE:
        asked: dict[str, Any] = {"data": FORM, "query_string": {}}
        asked[where] = {**asked[where], "next": elsewhere}
        reply = app.test_client().post("/sign-in", **asked)
        assert reply.status_code in (200, 302), "refused, or let in"
        location = reply.headers.get("Location", "/")
        assert "\\" not in location
        assert urlsplit(urljoin("http://localhost/sign-in", location)).netloc == "localhost"


@pytest.mark.usefixtures("anna")
def test_signing_in_needs_the_token_of_its_form(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert client.post("/sign-in", data=FORM).status_code == 400
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert client.post("/sign-in", data={**FORM, "csrf_token": token}).status_code == 302


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_forms_are_taken_through_a_tls_proxy_that_sends_no_referer(settings: Settings) -> None:
    base_url = "https://visits.example.org"
    app = create_app(replace(settings, public_base_url=base_url, trusted_proxies=1))
    client = app.test_client()
    page = client.get("/sign-in", base_url=base_url).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    reply = client.post("/sign-in", data={**FORM, "csrf_token": token}, base_url=base_url)
    assert reply.status_code == 302
    close(app)


@pytest.mark.parametrize(("proxies", "slowed"), [(1, [200, 200]), (0, [200, 429])])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_limits_count_visitors_as_far_as_their_address_can_be_trusted(
    settings: Settings, proxies: int, slowed: list[int], time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    app = create_app(replace(settings, sign_in_limit="1 per minute", trusted_proxies=proxies))
    app.config["WTF_CSRF_ENABLED"] = False
    answers = [
        app.test_client().post("/sign-in", data=FORM, headers={"X-Forwarded-For": address})
        for address in ("192.0.2.1", "192.0.2.2")
    ]
    assert [answer.status_code for answer in answers] == slowed
    close(app)


def _with_new_password(write: SessionFactory, user_id: int) -> None:
    with write() as session:
        renew_password(session, NOW, None, session.get_one(User, user_id), "another hash")


def _dismissed(write: SessionFactory, user_id: int) -> None:
    with write() as session:
        dismiss(session, NOW, None, session.get_one(User, user_id))


def _merely_inactive(write: SessionFactory, user_id: int) -> None:
    with write() as session:
        session.get_one(User, user_id).active = False


def _without_a_role(write: SessionFactory, user_id: int) -> None:
    with write() as session:
        session.get_one(User, user_id).roles = []


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        (_with_new_password, 302),
        (_dismissed, 302),
        (_merely_inactive, 302),
        (_without_a_role, 403),
    ],
)
def test_a_session_ends_with_what_it_stood_on(
    client: FlaskClient,
    write: SessionFactory,
    anna: int,
    office: str,
    deed: Callable[[SessionFactory, int], None],
    status: int,
) -> None:
    client.post("/sign-in", data=FORM)
    assert client.get(office).status_code == 200
    deed(write, anna)
    assert client.get(office).status_code == status


@pytest.mark.usefixtures("anna")
def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, office: str) -> None:
    client = app.test_client()
    client.post("/sign-in", data=FORM)
    cookie = client.get_cookie("fieldservice")
    assert cookie is not None
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("fieldservice", cookie.value)
    assert thief.get(office).status_code == 302


@pytest.mark.usefixtures("anna")
def test_guessing_is_slowed_down(settings: Settings, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    app = create_app(replace(settings, sign_in_limit="3 per minute"))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answers = [client.post("/sign-in", data={"email": ANNA, "password": "?"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert client.get("/sign-in").status_code == 200, "the page itself can still be seen"
    close(app)


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.usefixtures("anna")
def test_cookies_are_as_strict_as_the_address_allows(settings: Settings, https: bool) -> None:
    base_url = "https://visits.example.org" if https else "http://localhost"
    app = create_app(replace(settings, public_base_url=base_url))
    app.config["WTF_CSRF_ENABLED"] = False
    reply = app.test_client().post("/sign-in", data=FORM, base_url=base_url)
    cookies = reply.headers.getlist("Set-Cookie")
    assert len(cookies) == 1, "one cookie, and no second one that remembers"
    flags = {part.strip() for part in cookies[0].split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
    assert not any(flag.startswith("Domain") for flag in flags)
    assert ("Secure" in flags) is https
    assert cookies[0].startswith("__Host-fieldservice=") is https
    assert ("Strict-Transport-Security" in reply.headers) is https
    close(app)


@pytest.mark.usefixtures("anna")
def test_a_device_is_remembered_for_a_month_and_until_the_password_changes(
    client: FlaskClient, write: SessionFactory, anna: int, office: str
) -> None:
    reply = client.post("/sign-in", data={**FORM, "remember": "y"})
    [cookie] = [c for c in reply.headers.getlist("Set-Cookie") if "remember" in c]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    kept = client.get_cookie("fieldservice-remember")
    assert kept is not None
    assert kept.expires is not None
    assert kept.expires - NOW == timedelta(days=30)
    client.delete_cookie("fieldservice")
    assert client.get(office).status_code == 200
    client.delete_cookie("fieldservice")
    _with_new_password(write, anna)
    assert client.get(office).status_code == 302


def test_signing_out_by_a_mere_link_is_not_possible(
    client: FlaskClient, sign_in: SignIn, office: str
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert client.get("/sign-out").status_code == 405
    assert client.get(office).status_code == 200


def test_a_password_is_kept_as_argon2id(read: SessionFactory, anna: int) -> None:
    with read() as session:
        kept = session.scalars(select(User.password)).one()
    assert kept is not None
    assert kept.startswith("$argon2id$")


def test_an_outdated_hash_is_renewed_on_signing_in(
    client: FlaskClient, write: SessionFactory, read: SessionFactory, office: str
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with write() as session:
        a_user(session, email=ANNA, password=weak)
    assert client.post("/sign-in", data=FORM).status_code == 302
    assert client.get(office).status_code == 200
    with read() as session:
        assert session.scalars(select(User.password)).one() != weak


@pytest.mark.parametrize("path", ["/register", "/reset", "/change", "/confirm", "/us-signin"])
def test_doors_that_are_not_used_do_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
