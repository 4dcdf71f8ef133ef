"""People make tokens for their programs, see what uses them, and end them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.models.api import ApiToken
from fieldservice.models.audit import AuditEntry
from fieldservice.models.users import RoleName
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, a_territory, a_user
from tests.integration.program import a_program

FORM = {"name": "Bookkeeping", "days": "30", "scopes": ["customers:read", "customers:write"]}


@pytest.fixture
def dispatcher(client: FlaskClient, sign_in: SignIn, write: SessionFactory) -> int:
    """Somebody of the office, signed in."""
    with write() as session:
        a_territory(session)
    return sign_in(client, RoleName.DISPATCHER)


def made(client: FlaskClient, **changes: Any) -> str:
    """The secret of a new token, as its page shows it."""
    page = client.post("/account/programs", data={**FORM, **changes})
    assert page.status_code == 200, page.text
    found = re.search(r'<code id="token">(fst_[\w-]{43})</code>', page.text)
    assert found
    return found[1]


def test_a_token_is_shown_once_and_opens_what_was_ticked(
    app: Flask, client: FlaskClient, dispatcher: int, read: SessionFactory
) -> None:
    secret = made(client)
    page = client.get("/account/programs").text
    assert secret not in page
    assert secret[:8] in page
    program, header = app.test_client(), {"Authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/customers", headers=header).status_code == 200
    assert program.get("/api/v1/shifts", headers=header).status_code == 403
    with read() as session:
        token = session.scalars(select(ApiToken)).one()
        assert secret not in (token.token_hash, token.hint)
        assert token.expires_at == NOW + timedelta(days=30)
        deeds = session.scalars(select(AuditEntry).where(AuditEntry.action == "token.made"))
        assert [(deed.actor_id, deed.subject_id) for deed in deeds] == [(dispatcher, token.id)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "  "}, "Name the program"),
        ({"name": "x" * 81}, "at most 80"),
        ({"scopes": []}, "at least one"),
        ({"scopes": ["everything"]}, "Choose among"),
        ({"scopes": ["webhooks:write"]}, "You may not do that yourself"),
        ({"days": "9999"}, "A token is good for"),
        ({"days": "x"}, "A token is good for"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_as_it_was(
    client: FlaskClient, dispatcher: int, changes: dict[str, Any], sentence: str
) -> None:
    page = client.post("/account/programs", data={**FORM, **changes})
    assert page.status_code == 400
    assert sentence in page.text
    if "scopes" not in changes:
        assert 'value="customers:read" checked' in page.text


def test_a_revoked_token_is_shut_out_at_once(
    app: Flask, client: FlaskClient, dispatcher: int, read: SessionFactory
) -> None:
    header = {"Authorization": f"Bearer {made(client)}"}
    with read() as session:
        token_id = session.scalars(select(ApiToken.id)).one()
    assert client.post(f"/account/programs/{token_id}/revoke").status_code == 303
    assert app.test_client().get("/api/v1/customers", headers=header).status_code == 401
    assert "Revoked" in client.get("/account/programs").text


def test_nobody_but_an_admin_ends_the_tokens_of_others(
    app: Flask, client: FlaskClient, dispatcher: int, sign_in: SignIn, write: SessionFactory
) -> None:
    program = a_program(app, write)
    address = f"/account/programs/{program.token_id}/revoke"
    assert client.post(address).status_code == 404
    assert program.get("/customers").status_code == 200
    admin = app.test_client()
    sign_in(admin, RoleName.ADMIN)
    assert "the shop’s own system" in admin.get("/people/programs").text.replace("&#39;", "’")
    assert admin.post(address).location == "/people/programs"
    assert program.get("/customers").status_code == 401


def test_whoever_makes_too_many_is_told_to_revoke_some(
    client: FlaskClient, dispatcher: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldservice.operations.house.tokens.MOST", 2)
    made(client)
    made(client)
    assert "You have 2 tokens" in client.post("/account/programs", data=FORM).text


def test_a_token_that_ends_soon_says_so(
    client: FlaskClient, dispatcher: int, time_machine: Any
) -> None:
    made(client)
    for days, words in ((1, "Good"), (20, "Expires soon"), (30, "Expired")):
        time_machine.move_to(NOW + timedelta(days=days), tick=False)
        assert words in client.get("/account/programs").text


def test_a_token_is_made_and_ended_at_the_server(
    app: Flask, write: SessionFactory, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    with write() as session:
        email = a_user(session, RoleName.DISPATCHER).email
    told = CliRunner().invoke(main, ["token", "add", email, "--name", "CRM", "--days", "30"])
    assert (told.exit_code, "2026-04-09" in told.output) == (0, True), told.output
    header = {"Authorization": f"Bearer {told.output.split()[-1]}"}
    assert app.test_client().get("/api/v1/shifts", headers=header).status_code == 200
    assert CliRunner().invoke(main, ["token", "end", email]).exit_code == 0
    assert app.test_client().get("/api/v1/shifts", headers=header).status_code == 401
    wrong = ["token", "add", email, "--name", "CRM", "--scope", "webhooks:write"]
    assert CliRunner().invoke(main, wrong).exit_code == 2
