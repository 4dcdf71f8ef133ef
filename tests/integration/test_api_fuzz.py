"""Whatever is sent to any address of the API, it answers as its document says, and never 5xx.

Requests are made from the document alone by schemathesis: such as it allows, with ids that are
known and values that make sense half of the time, and such as it does not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples_of
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fieldservice.config import Settings
from fieldservice.jobs.planning import plan_next
from fieldservice.jobs.webhooks import webhook_room
from fieldservice.models.customers import Channel
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.technicians import Absence
from fieldservice.models.users import RoleName
from fieldservice.operations.events.telling import tell_due
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW, a_message, a_technician, an_asset, at
from tests.integration.planning_day import a_booked_visit, a_company
from tests.integration.program import Program, a_program

JUDGED: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
FEW = {"sqlite": 4, "postgresql": 2}
MANY = 250
KNOWN = 4
"""Records of each kind are numbered from 1; the house has about so many."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As many requests as it takes."""
    return replace(settings, api_limit="10000000 per minute")


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """An admin's program in a house that has some of everything."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    program = a_program(app, write, role=RoleName.ADMIN)
    with write() as session:
        company = a_company(session, visits=4)
        a_booked_visit(session, company.territory_id, 5, None)
        an_asset(session)
        a_message(session)
        said = SurveyResponse(visit_id=1, score=3, channel=Channel.SMS, answered_at=NOW)
        away = Absence(
            technician_id=a_technician(session).id,
            starts_at=at(TOMORROW, 8),
            ends_at=at(TOMORROW, 12),
            reason="Dentist",
        )
        session.add_all([said, away])
    day = {"territory_id": company.territory_id, "day": TOMORROW.isoformat()}
    assert program.post("/service-days", day).status_code == 200
    assert program.post("/service-days/1/plan-runs", {"seconds": 1}).status_code == 201
    with app.app_context():
        plan_next()
    tell_due(webhook_room(app))
    return program


def offer(program: Program) -> str:
    """A window that is truly free at this moment."""
    wanted = {"site_id": 1, "kind": "repair"}
    found: list[dict[str, str]] = program.post("/offers", wanted).get_json()["offers"]
    return found[0]["offer"]


class Sense:
    """Puts what exists and what makes sense in the place of what only has the right type."""

    def __init__(self, program: Program) -> None:
        self.offer = offer(program)
        self.words = {
            "phone": "+376312345",
            "email": "maria@example.org",
            "cursor": None,
            "offer": self.offer,
            "kind": "repair",
            "external_id": "ours-1",
            "updated_since": NOW.isoformat(),
        }
        work = {"site_id": 1, "kind": "repair"}
        self.bodies = {
            "/api/v1/offers": work,
            "/api/v1/bookings": {**work, "offer": self.offer, "summary": "It drips."},
        }
        """What is sure to be accepted where parts that fit each other are asked for."""

    def made(self, name: str, value: Any) -> Any:
        """The value, or half of the time one that is more likely to be accepted."""
        if isinstance(value, dict):
            found = {key: self.made(key, inner) for key, inner in value.items()}
            return {key: inner for key, inner in found.items() if key != "cursor"}
        if isinstance(value, list):
            return [self.made(name, inner) for inner in value]
        if isinstance(value, bool) or value is None or len(str(value)) % 2:
            return value
        if name == "id" or name.endswith("_id"):
            return value % KNOWN + 1 if isinstance(value, int) else self.words.get(name, value)
        if name in ("day", "service_on", "first_day", "last_day", "from", "until"):
            return (TOMORROW + timedelta(days=len(str(value)) % 5)).isoformat()
        return self.words.get(name) or value


def without_tokens(app: Flask) -> dict[str, Any]:
    """The document as if nobody had to say who asks: all requests carry a good token."""
    document: dict[str, Any] = json.loads(app.test_client().get("/api/v1/openapi.json").text)
    document["components"].pop("securitySchemes")
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return document


def tried(program: Program, mode: GenerationMode, many: int, *, again: bool) -> Iterator[str]:
    """Every operation of the document, tried so many times; what was not as documented."""
    schema = schemathesis.openapi.from_dict(without_tokens(program.client.application))
    schema.app = program.client.application
    sense, seen = Sense(program), Counter[int]()
    every: Any = schema.get_all_operations()
    for found in every:
        operation = found.ok()
        ask = _asker(program, mode, sense, seen)
        tries: Any = examples_of(
            max_examples=many,
            deadline=None,
            database=None,
            derandomize=again,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        with_cases: Any = given(operation.as_strategy(generation_mode=mode))
        run = tries(with_cases(ask))
        try:
            run()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "it takes nothing that could be wrong"
        except Exception as failure:
            yield f"{operation.label}: {failure}"
    assert seen[422], "what cannot be accepted is refused"
    if mode is GenerationMode.POSITIVE:
        assert seen[200], "what makes sense is answered"
        assert seen[201], "and done"


def _asker(
    program: Program, mode: GenerationMode, sense: Sense, seen: Counter[int]
) -> Callable[[Any], None]:
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = sense.made("", case.path_parameters)
            case.query = sense.made("", case.query)
            if isinstance(case.body, dict):
                case.body = sense.made("", case.body)
            if seen.total() % 2:
                case.body = sense.bodies.get(case.path, case.body)
        response = case.call(headers={"Authorization": f"Bearer {program.secret}"})
        seen[response.status_code] += 1
        case.validate_response(response, checks=JUDGED)

    return ask


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_one_the_document_names(program: Program, mode: GenerationMode) -> None:
    is_sqlite = program.client.application.extensions["fieldservice_settings"].is_sqlite
    many = FEW["sqlite" if is_sqlite else "postgresql"]
    assert list(tried(program, mode, many, again=True)) == []


@pytest.mark.soak
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_many_more_answers_are_ones_the_document_names(
    program: Program, mode: GenerationMode
) -> None:
    assert list(tried(program, mode, MANY, again=False)) == []


def test_the_document_names_every_route_once(app: Flask) -> None:
    document = json.loads(app.test_client().get("/api/v1/openapi.json").text)
    ids = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    assert document["openapi"] == "3.1.0"
    assert len(ids) == len(set(ids)) > 60
