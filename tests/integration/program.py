"""A program that asks the API by a token, as the tests of the API play it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldservice.models.api import Scope
from fieldservice.models.users import RoleName, User
from fieldservice.operations.house.tokens import make_token, may_give
from tests.conftest import SessionFactory
from tests.factories import NOW, a_user


class Program:
    """Another system, acting for somebody of the house."""

    def __init__(self, client: FlaskClient, secret: str, user_id: int, token_id: int) -> None:
        self.client, self.secret = client, secret
        self.user_id, self.token_id = user_id, token_id

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """One request; `headers` add to the token."""
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.ask("GET", path, **options)

    def post(self, path: str, sent: Any = None, **options: Any) -> TestResponse:
        """Add, or do."""
        return self.ask("POST", path, json={} if sent is None else sent, **options)

    def put(self, path: str, sent: Any, **options: Any) -> TestResponse:
        """Have it so."""
        return self.ask("PUT", path, json=sent, **options)

    def patch(self, path: str, sent: Any, **options: Any) -> TestResponse:
        """Change."""
        return self.ask("PATCH", path, json=sent, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        """Remove."""
        return self.ask("DELETE", path, **options)

    def pages(self, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
        """Every page from here to the last."""
        cursor = None
        while True:
            reply = self.get(path, query_string={**asked, **({"cursor": cursor} if cursor else {})})
            assert reply.status_code == 200, reply.get_data(as_text=True)
            yield reply.get_json()
            cursor = reply.get_json()["next"]
            if cursor is None:
                return


def a_program(
    app: Flask,
    write: SessionFactory,
    scopes: Collection[Scope] | None = None,
    role: RoleName = RoleName.DISPATCHER,
) -> Program:
    """A program of somebody new; it may do all that they may, or only what is named."""
    with write() as session:
        user = a_user(session, role)
        session.flush()
        user_id = user.id
    return a_program_of(app, write, user_id, scopes)


def a_program_of(
    app: Flask, write: SessionFactory, user_id: int, scopes: Collection[Scope] | None = None
) -> Program:
    """A program of somebody known."""
    with write() as session:
        user = session.get_one(User, user_id)
        wanted = may_give(user) if scopes is None else scopes
        token, secret = make_token(session, NOW, user_id, "the shop's own system", wanted, 90)
        token_id = token.id
    return Program(app.test_client(), secret, user_id, token_id)
