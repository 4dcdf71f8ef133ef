"""How a route of the API is declared: its scope, what it takes and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from fieldservice.web.api.parsing import Parser
from fieldservice.web.api.place import PREFIX

View = TypeVar("View", bound=Callable[..., Any])
Asked = Mapping[str, Any]
"""What a schema read out of a request."""


class _Blueprint(Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = Parser()


class Resource(_Blueprint):
    """The routes of one kind of record."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=PREFIX, description=description)

    def on(self, method: str, rule: str) -> Callable[[View], View]:
        """Answer this method at this address."""
        title = self.name.removeprefix("api_").replace("_", " ")

        def decorate(view: View) -> View:
            # Flask would answer OPTIONS by itself; the document says what there is.
            vars(view)["provide_automatic_options"] = False
            # An address with two slashes is another one: led to its like, a program would
            # write the wrong record.
            route = self.route(rule, methods=[method], tags=[title], merge_slashes=False)
            found: View = route(view)
            return found

        return decorate

    def get(self, rule: str, **_options: Any) -> Callable[[View], View]:
        """Something to read."""
        return self.on("GET", rule)

    def post(self, rule: str, **_options: Any) -> Callable[[View], View]:
        """Something to add, or a deed."""
        return self.on("POST", rule)

    def put(self, rule: str, **_options: Any) -> Callable[[View], View]:
        """Something to have as it is sent, whether it was there before or not."""
        return self.on("PUT", rule)

    def patch(self, rule: str, **_options: Any) -> Callable[[View], View]:
        """Something to change, field by field."""
        return self.on("PATCH", rule)

    def delete(self, rule: str, **_options: Any) -> Callable[[View], View]:
        """Something to remove."""
        return self.on("DELETE", rule)


_frame = _Blueprint("frame", __name__)


def takes(schema: type[Schema], location: str = "json") -> Callable[[View], View]:
    """Read the body, or the “query” of the address, and hand it to the view as its argument."""
    # Made once: putting a schema together costs as much as using it.
    found: Callable[[View], View] = _frame.arguments(schema(), location=location)
    return found


def answers(
    status: int, schema: type[Schema] | None = None, description: str | None = None
) -> Callable[[View], View]:
    """Say what a view answers where all goes well; one that gives a Response gives it itself."""
    found: Callable[[View], View] = _frame.response(status, schema, description=description)
    return found


def may_answer(
    status: int, schema: type[Schema] | None = None, description: str | None = None
) -> Callable[[View], View]:
    """Say what else a view answers."""
    found: Callable[[View], View] = _frame.alt_response(
        status, schema=schema, description=description
    )
    return found
