"""Adding people who sign in, on the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.models.users import User
from tests.conftest import SessionFactory
from tests.factories import PASSWORD, a_technician


@pytest.fixture
def run(settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command on the test's own database."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    return CliRunner()


ANNA = ["user", "add", "Anna@Example.org", "--name", "Anna", "--role", "dispatcher"]


def test_somebody_added_can_sign_in(run: CliRunner, client: FlaskClient) -> None:
    answer = run.invoke(main, [*ANNA, "--password", PASSWORD])
    assert (answer.exit_code, answer.output) == (0, "Anna@Example.org may sign in as dispatcher.\n")
    form = {"email": "anna@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 302


def test_a_password_is_made_and_shown_once_where_nobody_can_be_asked(
    run: CliRunner, client: FlaskClient
) -> None:
    answer = run.invoke(main, ANNA)
    password = answer.output.rsplit(": ", 1)[1].strip()
    form = {"email": "anna@example.org", "password": password}
    assert client.post("/sign-in", data=form).status_code == 302


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([*ANNA, "--password", "short"], "at least 12 characters"),
        ([*ANNA, "--password", "abababababab"], "repeats too few"),
        (["user", "add", "anna", *ANNA[3:], "--password", PASSWORD], "not an e-mail address"),
        ([*ANNA[:-1], "technician", "--password", PASSWORD], "--technician"),
        ([*ANNA, "--password", PASSWORD, "--technician", "99"], "no technician 99"),
        (["user", "end", "nobody@example.org"], "Nobody signs in as"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_written(
    run: CliRunner, read: SessionFactory, arguments: list[str], sentence: str
) -> None:
    answer = run.invoke(main, arguments)
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert answer.stderr.count("\n") == 1
    with read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_an_address_is_used_once_however_it_is_written(run: CliRunner) -> None:
    run.invoke(main, [*ANNA, "--password", PASSWORD])
    again = run.invoke(main, ["user", "add", " ANNA@example.org", *ANNA[3:]])
    assert (again.exit_code, "account already" in again.stderr) == (2, True)


def test_a_technician_has_one_account(run: CliRunner, write: SessionFactory) -> None:
    with write() as session:
        number = str(a_technician(session).id)
    add = [*ANNA[3:-1], "technician", "--technician", number, "--password", PASSWORD]
    assert run.invoke(main, ["user", "add", "a@example.org", *add]).exit_code == 0
    assert "has an account" in run.invoke(main, ["user", "add", "b@example.org", *add]).stderr


@pytest.mark.parametrize(
    "deed",
    [["end"], ["password", "--password", "another long phrase"]],
    ids=["dismissed", "new password"],
)
def test_dismissal_and_a_new_password_end_what_is_open(
    run: CliRunner, client: FlaskClient, deed: list[str]
) -> None:
    run.invoke(main, [*ANNA, "--password", PASSWORD])
    form = {"email": "anna@example.org", "password": PASSWORD}
    client.post("/sign-in", data=form)
    assert client.get("/sign-in").status_code == 302, "signed in: sent on to the first page"
    answer = run.invoke(main, ["user", deed[0], "anna@example.org", *deed[1:]])
    assert answer.exit_code == 0
    assert client.get("/sign-in").status_code == 200, "the session is over"
    assert client.post("/sign-in", data=form).status_code == 200, "and the old way in is shut"
