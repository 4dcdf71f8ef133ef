"""The database goes away in the middle: said clearly, tried again where that is safe, recovered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.web.again import written
from tests.conftest import SessionFactory, SignIn
from tests.databases import close
from tests.factories import a_territory

only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def cut_off(session: Session) -> None:
    """End the session's connection from outside, as a restart of the server would."""
    own = session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})


def how_many(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Territory))


@only_postgresql
def test_a_connection_lost_on_the_way_is_tried_again(app: Flask, read: SessionFactory) -> None:
    tries: list[int] = []

    def deed(session: Session) -> None:
        a_territory(session)
        tries.append(1)
        if len(tries) == 1:
            cut_off(session)
            session.scalar(text("SELECT 1"))

    with app.app_context():
        written(deed)
    assert len(tries) == 2
    with read() as session:
        assert how_many(session) == 1


@only_postgresql
def test_a_connection_lost_at_the_commit_is_not_tried_again(
    app: Flask, read: SessionFactory
) -> None:
    tries: list[int] = []

    def deed(session: Session) -> None:
        a_territory(session)
        tries.append(1)
        cut_off(session)

    with app.app_context(), pytest.raises(OperationalError):
        written(deed)
    assert len(tries) == 1
    with read() as session:
        assert how_many(session) == 0


@only_postgresql
def test_pages_go_on_after_the_server_restarted(
    app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert client.get("/healthz").status_code == 200
    with app.app_context():
        everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> " + (
            "pg_backend_pid() AND datname = current_database()"
        )
        with db.engine.connect() as other:
            other.execute(text(everybody))
    assert client.get("/healthz").status_code == 200
    assert client.get("/account").status_code == 200


@only_postgresql
def test_a_lock_held_too_long_is_waited_for_once(app: Flask, write: SessionFactory) -> None:
    with write() as session:
        territory_id = a_territory(session).id
    tries: list[int] = []

    def deed(session: Session) -> None:
        tries.append(1)
        session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        session.get_one(Territory, territory_id, with_for_update=True)

    with app.app_context(), db.engine.connect() as other:
        other.execute(select(Territory.id).with_for_update())
        with pytest.raises(OperationalError):
            written(deed)
    assert len(tries) == 1


@pytest.fixture
def without_database(tmp_path: Path, settings: Settings) -> Iterator[FlaskClient]:
    """A visitor of a server whose database is not there."""
    nowhere = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    app = create_app(replace(settings, database_url=nowhere))
    yield app.test_client()
    close(app)


@only_postgresql
@pytest.mark.parametrize("page", ["/", "/healthz", "/login", "/c/anything", "/book/andorra"])
def test_every_page_says_that_the_database_does_not_answer(
    without_database: FlaskClient, page: str
) -> None:
    with without_database.session_transaction() as cookie:
        cookie["_user_id"] = "somebody"
        cookie["_fresh"] = True
    reply = without_database.get(page)
    assert reply.status_code == 503
    assert "The database does not answer" in reply.text
    assert reply.headers["Retry-After"] == "5"


@only_postgresql
def test_a_customer_is_told_in_their_language(without_database: FlaskClient) -> None:
    reply = without_database.get("/c/anything", headers={"Accept-Language": "ca"})
    assert reply.status_code == 503
    assert '<html lang="ca"' in reply.text


@only_postgresql
def test_a_program_is_told_as_a_problem(without_database: FlaskClient) -> None:
    headers = {"Authorization": "Bearer fst_anything"}
    reply = without_database.get("/api/v1/customers", headers=headers)
    assert reply.status_code == 503
    assert reply.json is not None
    assert reply.json["type"] == "urn:fieldservice:problem:busy"
