"""The API's document as people read it: each route, what it takes and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field or parameter."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class OperationLine:
    """One method at one address."""

    anchor: str
    method: str
    path: str
    scope: str
    summary: str
    parameters: tuple[FieldLine, ...]
    takes: tuple[FieldLine, ...]
    status: str
    answers: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The routes of one kind of record."""

    name: str
    words: str
    operations: tuple[OperationLine, ...]


def sections(document: Mapping[str, Any]) -> tuple[Section, ...]:
    """The whole document, by kind of record."""
    operations = list(_operations(document))
    return tuple(
        Section(
            tag["name"],
            tag.get("description", ""),
            tuple(line for name, line in operations if name == tag["name"]),
        )
        for tag in document["tags"]
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, OperationLine]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield item[method]["tags"][0], _operation(document, path, method, item)


def _operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]
) -> OperationLine:
    operation = item[method]
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    status = min(operation["responses"])
    body = operation.get("requestBody", {}).get("content", {})
    answer = operation["responses"][status].get("content", {})
    return OperationLine(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        scope=operation["security"][0]["token"][0],
        summary=operation.get("summary", ""),
        parameters=tuple(_parameter(one) for one in parameters),
        takes=tuple(_fields(document, _schema(body), "", 0)),
        status=status,
        answers=tuple(_fields(document, _schema(answer), "", 0)),
    )


def _schema(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return found


def _parameter(one: Mapping[str, Any]) -> FieldLine:
    name = one["name"] if one["in"] != "header" else f"{one['name']}:"
    words = one.get("description") or one["schema"].get("description", "")
    return FieldLine(name, _kind(one["schema"]), bool(one.get("required")), words)


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], before: str, depth: int
) -> Iterator[FieldLine]:
    whole = _resolved(document, schema)
    needed = whole.get("required", ())
    for name, field in whole.get("properties", {}).items():
        meant = _resolved(document, field)
        inner = _resolved(document, meant["items"]) if "items" in meant else meant
        many = "items" in meant
        words = field.get("description") or meant.get("description", "")
        line = f"{before}{name}[]" if many else f"{before}{name}"
        yield FieldLine(line, _kind(inner, many=many), name in needed, words)
        if "properties" in inner and depth < DEEPEST:
            yield from _fields(document, inner, f"{line}.", depth + 1)


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema a reference stands for; null beside it counts for nothing here."""
    for choice in ("allOf", "anyOf", "oneOf"):
        some = [one for one in schema.get(choice, ()) if one.get("type") != "null"]
        if some:
            schema = some[0]
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(schema: Mapping[str, Any], *, many: bool = False) -> str:
    kinds = schema.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    words = " or ".join(_word(kind, schema) for kind in kinds)
    return f"list of {words}" if many else words


def _word(kind: str, schema: Mapping[str, Any]) -> str:
    if schema.get("enum") and kind == "string":
        return " | ".join(str(one) for one in schema["enum"] if one is not None)
    if schema.get("format"):
        return {"date-time": "moment", "date": "day", "time": "hour"}.get(schema["format"], kind)
    if kind == "string":
        longest = schema.get("maxLength")
        return f"text to {longest}" if longest else "text"
    if kind in ("integer", "number") and "maximum" in schema:
        low, high = schema.get("minimum", ""), schema["maximum"]
        return "number" if high == 2**31 - 1 else f"{low:g} to {high:g}"
    return kind
