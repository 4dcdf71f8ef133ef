"""Reading JSON strictly: every surprise is refused with the path at which it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from fieldservice.errors import Refused

T = TypeVar("T")

MARK = "\ufeff"
MARKED = "The file begins with a byte order mark. Save it as UTF-8 without one."
TOO_DEEP = "Arrays or objects stand too deep in one another. No field of a problem nests so."


def parse(text: str) -> object:
    """Return the JSON value; refuses what is not JSON, NaN and keys given twice."""
    try:
        return json.loads(text, object_pairs_hook=unique_keys, parse_constant=_no_constant)
    except RecursionError:
        raise Refused(TOO_DEEP, "$") from None
    except json.JSONDecodeError as error:
        sentence = MARKED if text.startswith(MARK) else f"This is not JSON: {error}."
        raise Refused(sentence, "$") from None
    except ValueError:
        raise Refused("A number in it has thousands of digits. Write a smaller one.", "$") from None


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and where it stands in the document."""

    values: dict[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str, known: Collection[str]) -> Fields:
        """Return the object's fields; refuses anything else and unknown names."""
        if not isinstance(value, dict):
            raise Refused("Expected an object.", path or "$")
        fields = cls(value, path)
        for name in value:
            if name not in known:
                fields.refuse(name, "This field is not supported.")
        return fields

    def at(self, name: str) -> str:
        """Return the path of one field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, sentence: str) -> NoReturn:
        """Raise Refused about one field."""
        raise Refused(sentence, self.at(name))

    def has(self, name: str) -> bool:
        """Tell whether the field is present."""
        return name in self.values

    def whole(self, name: str, default: int | None = None, least: int | None = 0) -> int:
        """Return an integer; without `default` it is required, `least` bounds it from below."""
        if name not in self.values:
            if default is None:
                self.refuse(name, "This field is required.")
            return default
        return whole(self.values[name], self.at(name), least)

    def whole_or_none(self, name: str, least: int | None = 0) -> int | None:
        """Return an integer, None when absent."""
        return self.whole(name, least=least) if self.has(name) else None

    def number(self, name: str, default: float) -> float:
        """Return an integer or a float."""
        value = self.values.get(name, default)
        return number(value, self.at(name))

    def text(self, name: str, default: str) -> str:
        """Return a string."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            self.refuse(name, "Expected a text.")
        return value

    def each(self, name: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """Return the array's elements, each read with its own path; () when absent."""
        return each(self.values.get(name, []), self.at(name), read)

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return an array of integers of at least 0."""
        return self.each(name, whole)

    def flag(self, name: str) -> bool:
        """Return true or false; false when absent."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            self.refuse(name, "Expected true or false.")
        return value

    def wholes_by(self, name: str, least: int = 0) -> dict[str, int]:
        """Return an object of integers of at least `least`; {} when absent."""
        path, given = self.at(name), self.values.get(name, {})
        if not isinstance(given, dict):
            self.refuse(name, "Expected an object.")
        return {key: whole(value, f"{path}.{key}", least) for key, value in given.items()}

    def identifiers(self, name: str) -> tuple[int, ...]:
        """Return an array of integers, none twice."""
        values = self.wholes(name)
        refuse_twice(values, self.at(name))
        return values


def each(value: object, path: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """Return an array's elements, each read with its own path."""
    if not isinstance(value, list):
        raise Refused("Expected an array.", path)
    return tuple(read(one, f"{path}[{place}]") for place, one in enumerate(value))


def whole(value: object, path: str, least: int | None = 0) -> int:
    """Return an integer of at least `least`; a float such as 3.0 is refused too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("Expected a whole number.", path)
    if abs(value) > 2**53:
        raise Refused("This number is too large.", path)
    if least is not None and value < least:
        raise Refused(f"Must be at least {least}, not {value}.", path)
    return value


def number(value: object, path: str) -> float:
    """Return an integer or a float, as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("Expected a number.", path)
    if abs(value) > 2**53:
        raise Refused("This number is too large.", path)
    return float(value)


def refuse_twice(values: Iterable[int], path: str, suffix: str = "") -> None:
    """Raise Refused at the second of two equal values."""
    seen: set[int] = set()
    for place, value in enumerate(values):
        if value in seen:
            raise Refused(f"{value} is given twice.", f"{path}[{place}]{suffix}")
        seen.add(value)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these members; refuses a name given twice."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f"An object gives “{twice[:100]}” twice. Keep one of them.", twice)
    return fields


def _no_constant(name: str) -> NoReturn:
    raise Refused(f"{name} is not a number in JSON.", "$")


FIELD_NAMES = {
    "windows": "time_windows",
    "preferred_shifts": "preferred_vehicles",
    "pin": "pinned",
}


@contextmanager
def field_names(path: str) -> Iterator[None]:
    """Put the JSON path before the field named by a refusal of our own classes."""
    try:
        yield
    except Refused as refusal:
        # A path already given by the reader is longer than one name.
        if refusal.field and ("." in refusal.field or "[" in refusal.field):
            raise
        name = FIELD_NAMES.get(refusal.field or "", refusal.field or "")
        where = ".".join(part for part in (path, name) if part)
        raise Refused(refusal.sentence, where) from None
