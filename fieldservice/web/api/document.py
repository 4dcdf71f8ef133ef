"""The API's own document, OpenAPI 3.1, and a page that reads it out.

Both are open to anybody: they say how to ask, not what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template, request
from flask_smorest import Api

from fieldservice.web.api.frame import Resource
from fieldservice.web.api.guard import scope_of
from fieldservice.web.api.place import PREFIX
from fieldservice.web.api.problems import MEDIA
from fieldservice.web.api.reading import sections
from fieldservice.web.api.schemas.base import EXTERNAL_ID
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("api_document", __name__, url_prefix=PREFIX)

DOCUMENT = "fieldservice_api_document"
RESOURCES = "fieldservice_api_resources"
METHODS = ("get", "post", "put", "patch", "delete")

WORDS = """Records of a field-service office: read them, write them, hear when they change.

Send your token with every request: `Authorization: Bearer …`. People make tokens for their
programs on the page “Programs” of their account. A token never may do more than its owner.

Answers are JSON. Errors are problem details (RFC 9457) that name the field and the mend.
"""

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, for programs."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, for people."},
        "instance": {"type": "string", "description": "The address asked."},
        "errors": {
            "type": "array",
            "description": "Each field that cannot be accepted.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "description": "Sent again within a day with the same request, it has one effect.",
}
MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag last read: another version is not changed, with 412.",
}


NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The ETag last read: nothing is sent again, with 304.",
}


class _Document(Api):  # type: ignore[misc]
    """flask-smorest's gathering of what routes take and answer; errors are ours."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to fieldservice.web.errors."""


def init_document(app: Flask, resources: Sequence[Resource]) -> None:
    """Serve the document; it is written when somebody first asks."""
    app.config.update(API_TITLE="fieldservice", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.extensions[RESOURCES] = tuple(resources)
    app.register_blueprint(blueprint)


@blueprint.get("/openapi.json")
@open_to_anybody
def openapi() -> Response:
    """The document for programs."""
    response = Response(json.dumps(document()), content_type="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/docs")
@open_to_anybody
def docs() -> str:
    """The document for people."""
    whole = document()
    server = whole["servers"][0]["url"]
    return render_template("api/docs.html", sections=sections(whole), server=server, prefix=PREFIX)


def document() -> dict[str, Any]:
    """The whole document of this application."""
    known: dict[str, Any] | None = current_app.extensions.get(DOCUMENT)
    if known is None:
        known = current_app.extensions[DOCUMENT] = _written()
    return known


def _written() -> dict[str, Any]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    api = _Document()
    api.init_app(app)
    for resource in app.extensions[RESOURCES]:
        resource.register_views_in_doc(api, app, api.spec, name=resource.name, parameters=None)
        title = resource.name.removeprefix("api_").replace("_", " ")
        api.spec.tag({"name": title, "description": resource.description})
    found: dict[str, Any] = api.spec.to_dict()
    found["info"]["description"] = WORDS
    found["servers"] = [{"url": app.extensions["fieldservice_settings"].public_base_url}]
    parts = found.setdefault("components", {})
    # flask-smorest's own shapes of errors and pages, which are not ours.
    parts.pop("responses", None)
    for name in ("Error", "PaginationMetadata"):
        parts["schemas"].pop(name, None)
    parts["schemas"]["Problem"] = PROBLEM
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for rule in app.url_map.iter_rules():
        scope = scope_of(app, rule.endpoint)
        path = found["paths"].get(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for method in METHODS:
            if scope and path and method.upper() in (rule.methods or ()):
                _complete(path, method, rule.endpoint, scope.value)
    return found


def _complete(path: dict[str, Any], method: str, endpoint: str, scope: str) -> None:
    """What follows from how every route is guarded, written into one operation."""
    operation = path[method]
    operation["operationId"] = endpoint.removeprefix("api_").replace(".", "_")
    operation["security"] = [{"token": [scope]}]
    for parameter in path.get("parameters", ()):
        if parameter["name"] == "external_id":
            parameter["schema"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": 120,
                "pattern": f"^{EXTERNAL_ID}$",
            }
    parameters = operation.setdefault("parameters", [])
    if method == "get" and path.get("parameters"):
        parameters.append(NONE_MATCH)
        operation["responses"]["304"] = {"description": "It is as you have it."}
    if method == "post":
        parameters.append(KEY)
    if method in ("patch", "delete"):
        parameters.append(MATCH)
    for status in _problems(path, operation, method):
        operation["responses"].setdefault(str(status), _problem(status))
    # flask-smorest notes an unnamed 422 of its own wherever something is read.
    operation["responses"]["422"] = _problem(422)


def _problems(path: dict[str, Any], operation: dict[str, Any], method: str) -> Iterator[int]:
    yield from (401, 403, 429, 503)
    if "requestBody" in operation or method in ("post", "put", "patch", "delete"):
        yield from (400, 409, 413, 415)
    if method in ("patch", "delete", "put"):
        yield 412
    if path.get("parameters") or method != "get":
        yield 404


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA: {"schema": schema}}}
