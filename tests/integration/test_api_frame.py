"""How the API answers whatever is wrong: problem details that name the field and the mend."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from fieldservice.config import Settings
from fieldservice.models.api import ApiToken, Scope
from fieldservice.models.audit import AuditEntry
from fieldservice.models.users import RoleName, User
from fieldservice.operations.house import people
from fieldservice.operations.house.tokens import revoke
from fieldservice.operations.house.users import renew_password
from fieldservice.web.api.guard import needs
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, a_customer, a_territory, a_user
from tests.integration.program import Program, a_program

CUSTOMERS = "/customers"


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """A program that may do all a dispatcher may."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return a_program(app, write)


def told(reply: TestResponse, status: int, name: str) -> dict[str, Any]:
    """The problem's members, which must be of this kind."""
    assert reply.status_code == status, reply.get_data(as_text=True)
    assert reply.content_type == "application/problem+json"
    found: dict[str, Any] = reply.get_json()
    assert found["status"] == status
    assert found["type"] == f"urn:fieldservice:problem:{name}"
    assert found["detail"].endswith((".", "…”."))
    assert "Set-Cookie" not in reply.headers
    return found


def faulty(reply: TestResponse) -> set[str]:
    """The fields a refusal names."""
    found = told(reply, 422, "refused")
    assert all(error["detail"] for error in found["errors"])
    return {error["field"] for error in found["errors"]}


def a_wanted_customer(territory_id: int, **changes: Any) -> dict[str, Any]:
    """A customer as a program sends one."""
    return {
        "territory_id": territory_id,
        "contact": {"name": "Anna Puig", "phone": "+376331100", "language": "ca"},
        "site": {"street": "Carrer Major 1", "municipality": "Ordino", "lat": 42.5, "lon": 1.5},
        **changes,
    }


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    reply = client.get("/api/v1/customers")
    told(reply, 401, "unauthorized")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer fst_nobody", "Bearer é", "Bearer a b"]
)
def test_a_wrong_token_opens_nothing(client: FlaskClient, header: str) -> None:
    sent = {"Authorization": header.encode().decode("latin-1")}
    told(client.get("/api/v1/customers", headers=sent), 401, "unauthorized")


def test_a_signed_in_browser_is_nobody_here(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, RoleName.ADMIN)
    told(client.get("/api/v1/customers"), 401, "unauthorized")
    told(client.post("/api/v1/customers", json={}), 401, "unauthorized")


def test_an_expired_a_revoked_and_a_dismissed_ones_token_are_no_good(
    app: Flask, write: SessionFactory, time_machine: Any
) -> None:
    expires, revoked, dismissed = (a_program(app, write) for _ in range(3))
    with write() as session:
        a_user(session, RoleName.ADMIN)
        revoke(session, NOW, revoked.user_id, revoked.token_id)
        people.dismiss(session, NOW, None, dismissed.user_id)
    assert expires.get(CUSTOMERS).status_code == 200
    told(revoked.get(CUSTOMERS), 401, "unauthorized")
    told(dismissed.get(CUSTOMERS), 401, "unauthorized")
    time_machine.move_to(NOW + timedelta(days=90), tick=False)
    told(expires.get(CUSTOMERS), 401, "unauthorized")


def test_letting_somebody_in_again_gives_no_token_back(app: Flask, write: SessionFactory) -> None:
    program = a_program(app, write)
    with write() as session:
        people.dismiss(session, NOW, None, program.user_id)
        people.take_back(session, NOW, None, program.user_id, "hash")
    told(program.get(CUSTOMERS), 401, "unauthorized")


def test_a_password_given_by_somebody_else_ends_the_tokens_and_ones_own_does_not(
    app: Flask, write: SessionFactory
) -> None:
    program = a_program(app, write)
    with write() as session:
        user = session.get_one(User, program.user_id)
        renew_password(session, NOW, user.id, user, "hash")
    assert program.get(CUSTOMERS).status_code == 200
    with write() as session:
        renew_password(session, NOW, None, session.get_one(User, program.user_id), "hash")
    told(program.get(CUSTOMERS), 401, "unauthorized")


def test_the_last_use_is_noted_to_the_hour(
    app: Flask, write: SessionFactory, read: SessionFactory, time_machine: Any
) -> None:
    program = a_program(app, write)
    noted = []
    for minutes in (0, 20, 70):
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        program.get(CUSTOMERS)
        with read() as session:
            noted.append(session.get_one(ApiToken, program.token_id).last_used_at)
    hour = NOW.replace(minute=0)
    assert noted == [hour, hour, hour + timedelta(hours=1)]


def test_a_token_has_a_limit_of_its_own(
    app: Flask, write: SessionFactory, settings: Settings
) -> None:
    object.__setattr__(settings, "api_limit", "3 per minute")
    one, other = a_program(app, write), a_program(app, write)
    assert [one.get(CUSTOMERS).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get(CUSTOMERS).status_code == 200
    reply = one.get(CUSTOMERS)
    told(reply, 429, "too-many")
    assert 1 <= int(reply.headers["Retry-After"]) <= 61


def test_whoever_guesses_tokens_is_held_up(client: FlaskClient, settings: Settings) -> None:
    object.__setattr__(settings, "api_limit", "3 per minute")
    wrong = {"Authorization": "Bearer fst_guess"}
    found = [client.get("/api/v1/customers", headers=wrong).status_code for _ in range(4)]
    assert found == [401, 401, 401, 429]


def test_an_address_nothing_is_at(program: Program) -> None:
    told(program.get("/nothing"), 404, "not-found")
    told(program.get("/customers/999"), 404, "not-found")
    told(program.get("/customers/99999999999"), 404, "not-found")
    told(program.client.get("/api/"), 404, "not-found")


def test_a_method_an_address_does_not_take(program: Program) -> None:
    reply = program.delete("/customers")
    told(reply, 405, "method-not-allowed")
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    told(program.ask("OPTIONS", "/customers"), 405, "method-not-allowed")


def test_a_body_that_is_too_large(program: Program) -> None:
    told(program.post(CUSTOMERS, {"name": "x" * 1_100_000}), 413, "too-large")


@pytest.mark.parametrize("sent", [{"data": "a=1"}, {"data": b"x", "content_type": "text/plain"}])
def test_a_body_that_is_not_json(program: Program, sent: dict[str, Any]) -> None:
    told(program.ask("POST", CUSTOMERS, **sent), 415, "not-json")
    form = {"content_type": "application/x-www-form-urlencoded", "data": "name=x"}
    told(program.ask("PATCH", "/customers/1", **form), 415, "not-json")


@pytest.mark.parametrize(
    "body",
    [b"\xef\xbb\xbf{}", b"{", b'{"a": 1', b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b'{"a": nope}'],
    ids=["marked", "open", "cut", "no UTF-8", "deep", "long number", "no value"],
)
def test_a_body_that_cannot_be_read(program: Program, body: bytes) -> None:
    reply = program.ask("POST", CUSTOMERS, data=body, content_type="application/json")
    told(reply, 400, "malformed")


def test_a_field_given_twice_is_refused_by_its_name(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        customer_id = a_customer(session).id
    for body in (b'{"note": "a", "note": "b"}', b'{"x": [{"note": 1, "note": 1}]}'):
        sent = {"data": body, "content_type": "application/json"}
        assert faulty(program.ask("PATCH", f"/customers/{customer_id}", **sent)) == {"note"}


@pytest.mark.parametrize("body", [[], [{}], "text", 7, None, True])
def test_a_body_that_is_no_object(program: Program, body: Any) -> None:
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    assert faulty(program.ask("POST", CUSTOMERS, **sent)) == {"body"}


def test_every_wrong_field_is_named_at_once(program: Program, write: SessionFactory) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    wanted = a_wanted_customer(territory_id, colour="red", note=7)
    wanted["territory_id"] = "1"
    wanted["contact"] = {"phone": 12, "language": "xx", "role": ["owner"]}
    wanted["site"] = {"street": "", "municipality": "x" * 201, "lat": 91, "lon": float("nan")}
    assert faulty(program.post(CUSTOMERS, wanted)) == {
        "territory_id",
        "colour",
        "note",
        "contact.name",
        "contact.phone",
        "contact.language",
        "contact.role",
        "site.street",
        "site.municipality",
        "site.lat",
        "site.lon",
    }


@pytest.mark.parametrize("sign", ["\0", chr(0xD800), chr(0xDFFF)])
def test_signs_no_database_keeps_are_refused_by_their_field(
    program: Program, write: SessionFactory, sign: str
) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    wanted = a_wanted_customer(territory_id)
    wanted["contact"]["name"] = f"Anna{sign}Puig"
    assert faulty(program.post(CUSTOMERS, wanted)) == {"contact.name"}
    assert faulty(program.post(CUSTOMERS, {f"na{sign}me": 1})) == {"body"}
    if sign == "\0":
        assert faulty(program.get("/customers?phone=%00")) == {"phone"}
        told(program.put("/customers/by-external-id/a%00b", wanted), 404, "not-found")


def test_what_operations_refuse_is_named_as_it_was_sent(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    wanted = a_wanted_customer(territory_id)
    wanted["contact"]["phone"] = "12"
    assert faulty(program.post(CUSTOMERS, wanted)) == {"contact.phone"}
    wanted = a_wanted_customer(territory_id)
    del wanted["site"]["lon"]
    assert faulty(program.post(CUSTOMERS, wanted)) == {"site.lat"}
    assert faulty(program.post(CUSTOMERS, a_wanted_customer(77))) == {"territory_id"}


def test_spaces_are_no_words(program: Program, write: SessionFactory) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    wanted = a_wanted_customer(territory_id, name=" \t ")
    wanted["contact"]["name"] = "  Anna Puig "
    assert faulty(program.post(CUSTOMERS, wanted)) == {"name"}
    del wanted["name"]
    assert program.post(CUSTOMERS, wanted).get_json()["name"] == "Anna Puig"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "x", "", "9" * 30])
def test_a_limit_out_of_bounds(program: Program, limit: str) -> None:
    assert faulty(program.get("/customers", query_string={"limit": limit})) == {"limit"}


def test_a_question_nobody_understands(program: Program) -> None:
    assert faulty(program.get("/customers?page=2")) == {"page"}
    assert faulty(program.get("/customers?updated_since=yesterday")) == {"updated_since"}
    assert faulty(program.get("/customers?updated_since=2026-03-10T07:30:00")) == {"updated_since"}


def test_what_breaks_is_not_told_in_detail(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    @needs(Scope.CUSTOMERS_READ)
    def broken(**_: object) -> None:
        raise RuntimeError("a secret of the database")

    monkeypatch.setitem(app.view_functions, "api_customers.show_customer", broken)
    assert "secret" not in told(program.get("/customers/1"), 500, "broken")["detail"]


def test_a_busy_database_is_to_be_asked_again(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    @needs(Scope.CUSTOMERS_READ)
    def busy(**_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("locked"))

    monkeypatch.setitem(app.view_functions, "api_customers.show_customer", busy)
    reply = program.get("/customers/1")
    told(reply, 503, "busy")
    assert reply.headers["Retry-After"] == "1"


def test_a_version_read_before_changes_nothing_any_more(
    program: Program, write: SessionFactory, time_machine: Any
) -> None:
    with write() as session:
        customer_id = a_customer(session).id
    path = f"/customers/{customer_id}"
    first = program.get(path).headers["ETag"]
    time_machine.move_to(NOW + timedelta(minutes=1), tick=False)
    assert program.patch(path, {"note": "a"}, headers={"If-Match": first}).status_code == 200
    time_machine.move_to(NOW + timedelta(minutes=2), tick=False)
    told(program.patch(path, {"note": "b"}, headers={"If-Match": first}), 412, "stale")
    reply = program.patch(path, {"note": "c"}, headers={"If-Match": "*"})
    assert (reply.status_code, reply.get_json()["note"]) == (200, "c")
    assert program.get(path, headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("written", ['"x', ", ,", '"' * 9, "abc", '*, "x"', ""])
def test_a_version_that_cannot_be_read_changes_nothing(
    program: Program, write: SessionFactory, written: str
) -> None:
    with write() as session:
        customer_id = a_customer(session).id
    path = f"/customers/{customer_id}"
    reply = program.patch(path, {"note": "b"}, headers={"If-Match": written})
    assert "If-Match" in told(reply, 400, "malformed")["detail"]
    assert program.get(path).get_json()["note"] != "b"
    several = f'"old", {program.get(path).headers["ETag"]}'
    assert program.patch(path, {"note": "b"}, headers={"If-Match": several}).status_code == 200


def test_each_deed_is_in_the_audit_with_person_and_token(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    program.post(CUSTOMERS, a_wanted_customer(territory_id))
    with read() as session:
        deeds = session.query(AuditEntry).filter_by(action="customer.added").all()
    assert [(deed.actor_id, deed.detail) for deed in deeds] == [
        (program.user_id, {"token_id": program.token_id})
    ]


def test_the_document_and_its_page_are_open_and_carry_no_script(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json")
    assert document.status_code == 200
    assert document.get_json()["openapi"].startswith("3.1")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": document.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "/customers/by-external-id/{external_id}" in page.text
    scripts = re.findall(r"<script\b([^>]*)>([^<]*)", page.text)
    assert all('src="/static/' in marks and not words for marks, words in scripts)


def test_a_scope_is_named_where_it_is_missing(app: Flask, write: SessionFactory) -> None:
    program = a_program(app, write, [Scope.CUSTOMERS_READ])
    reply = program.post(CUSTOMERS, {})
    assert "customers:write" in told(reply, 403, "forbidden")["detail"]
    assert "insufficient_scope" in reply.headers["WWW-Authenticate"]


def test_a_route_nobody_marked_stays_shut(app: Flask, program: Program) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    told(program.get("/forgotten"), 403, "forbidden")
