"""Every route of the API × every scope: a token does what it was given for, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from fieldservice.models.api import ADMINS_ONLY, Scope
from fieldservice.models.users import RoleName
from fieldservice.operations.house.people import change_role
from fieldservice.web.api.guard import SCOPE
from tests.conftest import SessionFactory
from tests.factories import NOW, a_technician, a_user
from tests.integration.api_routes import API_ROUTES
from tests.integration.program import Program, a_program

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def no_limit(app: Flask, settings: object) -> None:
    """As many requests as there are routes, at one moment."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    object.__setattr__(settings, "api_limit", "100000 per minute")


def requests(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Each endpoint with its methods and an address nothing is behind."""
    adapter = app.url_map.bind("localhost")
    for endpoint in API_ROUTES:
        for rule in app.url_map.iter_rules(endpoint):
            values = dict.fromkeys(rule.arguments, 77)
            for method in sorted((rule.methods or set()) - {"HEAD"}):
                yield endpoint, method, adapter.build(endpoint, values, method=method)


def answers(app: Flask, program: Program) -> dict[str, int]:
    """The status each endpoint answers this program with."""
    return {
        endpoint: program.ask(method, path.removeprefix("/api/v1")).status_code
        for endpoint, method, path in requests(app)
    }


def test_every_route_is_in_the_table_with_the_scope_it_needs(app: Flask) -> None:
    found = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], SCOPE, None)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.endpoint.startswith("api_document.")
    }
    assert found == API_ROUTES, "tests/integration/api_routes.py lists every route of the API"


def test_every_scope_opens_something() -> None:
    assert set(API_ROUTES.values()) == set(Scope)


@pytest.mark.parametrize("scope", [*Scope])
def test_a_token_opens_the_routes_of_its_scope_alone(
    app: Flask, write: SessionFactory, scope: Scope
) -> None:
    for endpoint, status in answers(app, a_program(app, write, [scope], RoleName.ADMIN)).items():
        if API_ROUTES[endpoint] == scope:
            assert status in {200, 404, 422}, endpoint
        else:
            assert status == 403, endpoint


def test_a_token_never_may_more_than_its_owner_may_by_now(
    app: Flask, write: SessionFactory
) -> None:
    program = a_program(app, write, role=RoleName.ADMIN)
    with write() as session:
        a_user(session, RoleName.ADMIN)
        technician_id = a_technician(session).id
        change_role(session, NOW, None, program.user_id, RoleName.DISPATCHER, None)
    for endpoint, status in answers(app, program).items():
        assert (status == 403) == (API_ROUTES[endpoint] in ADMINS_ONLY), endpoint
    with write() as session:
        change_role(session, NOW, None, program.user_id, RoleName.TECHNICIAN, technician_id)
    assert set(answers(app, program).values()) == {403}


def test_a_route_says_in_the_document_which_scope_it_needs(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    told = {
        operation["operationId"]: operation["security"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }
    assert told == {
        endpoint.removeprefix("api_").replace(".", "_"): [{"token": [scope.value]}]
        for endpoint, scope in API_ROUTES.items()
    }
