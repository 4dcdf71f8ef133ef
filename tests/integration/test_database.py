"""The database's gate: who may write, and what is left after a failure."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from tests.conftest import SessionFactory, SignIn
from tests.factories import a_territory, a_visit


def test_a_transaction_that_fails_leaves_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    def break_off() -> None:
        with write() as session:
            a_visit(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Territory)) == 0


def test_the_reading_session_refuses_to_write(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="only reads"):
        a_territory(db.session())


def test_somebody_signed_in_is_known(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert client.get("/healthz").json == {"status": "ok"}
