"""The ground of all schemas: fields that are bounded and say in words what is wrong."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from fieldservice import clock
from fieldservice.operations.visible import visible
from fieldservice.web.api.pages import MOST, USUAL
from fieldservice.web.bounds import LARGEST

WORDS: dict[str, Any] = {
    "required": "is missing. Send it.",
    "null": "must not be null. Leave it out, or send a value.",
    "validator_failed": "cannot be accepted.",
}
EXTERNAL_ID = r"[^\x00-\x1f\x7f\s]([^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s])?"


class Read(Schema):
    """What is told, each field of it always."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say in the document that it is there, be it null."""
        field_obj.required = True


class Wanted(Schema):
    """What is sent: a field nobody knows is refused rather than lost."""

    class Meta:
        """Refuse what is not known."""

        unknown = RAISE

    error_messages = {
        "unknown": "is not known here. Leave it out.",
        "type": "is no object. Send { … }.",
    }


def text(longest: int = 200, shortest: int = 1, **options: Any) -> fields.String:
    """Some words, so many letters at most."""
    options["validate"] = validate.Length(
        shortest,
        longest,
        error=f"has fewer than {shortest} or more than {longest} letters. Write it anew.",
    )
    wrong: dict[str, Any] = {"invalid": "is no text.", "invalid_utf8": "is no text."}
    return _Text(error_messages=WORDS | wrong, **options)


class _Text(fields.String):
    """Some words without invisible signs nor spaces around them: those alone are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        return visible(super()._deserialize(value, attr, data, **options)).strip()


def whole(low: int, high: int, *, from_text: bool = False, **options: Any) -> fields.Integer:
    """A whole number within its bounds; `from_text` where it stands in an address."""
    wrong = f"is no whole number from {low} to {high}."
    options["validate"] = validate.Range(low, high, error=wrong)
    messages = WORDS | {"invalid": wrong, "too_large": wrong}
    kind = _WrittenWhole if from_text else _Whole
    return kind(error_messages=messages, **options)


class _Whole(fields.Integer):
    """A whole number as JSON writes one: neither 2.5 nor "3"."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class _WrittenWhole(fields.Integer):
    """A whole number in plain digits."""

    def _validated(self, value: Any) -> int:
        digits = str(value).removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def number(low: float, high: float, **options: Any) -> fields.Float:
    """A number within its bounds."""
    wrong = f"is no number from {low:g} to {high:g}."
    options["validate"] = validate.Range(low, high, error=wrong)
    messages = WORDS | {"invalid": wrong, "too_large": wrong, "special": wrong}
    return _Number(error_messages=messages, **options)


class _Number(fields.Float):
    """A number as JSON writes one, not "3"."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def record_id(*, from_text: bool = False, **options: Any) -> fields.Integer:
    """The number of a record."""
    return whole(1, LARGEST, from_text=from_text, **options)


def external_id(**options: Any) -> fields.String:
    """The other system's own id of a record."""
    options["validate"] = [
        validate.Length(1, 120, error="has more than 120 letters."),
        validate.Regexp(f"^{EXTERNAL_ID}$", error="begins or ends with a space, or holds a break."),
    ]
    return fields.String(error_messages=WORDS | {"invalid": "is no text."}, **options)


def yes_or_no(**options: Any) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(
        truthy={True, "true"},
        falsy={False, "false"},
        error_messages=WORDS | {"invalid": "is neither true nor false."},
        **options,
    )


def choice(states: type[enum.Enum], **options: Any) -> fields.Enum[Any]:
    """One of a few words."""
    names = ", ".join(str(state.value) for state in states)
    wrong: dict[str, Any] = {"unknown": f"is none of: {names}.", "invalid": "is no text."}
    return fields.Enum(states, by_value=True, error_messages=WORDS | wrong, **options)


def word(states: type[enum.Enum], **options: Any) -> fields.String:
    """One of a few words, kept as a text."""
    words = [str(state.value) for state in states]
    wrong = f"is none of: {', '.join(words)}."
    options["validate"] = validate.OneOf(words, error=wrong)
    return fields.String(error_messages=WORDS | {"invalid": "is no text."}, **options)


def day(**options: Any) -> fields.Date:
    """A date on the calendar, such as 2026-11-24."""
    wrong = "is no date. Write it as 2026-11-24."
    return _Day(format="iso", error_messages=WORDS | {"invalid": wrong}, **options)


class _Day(fields.Date):
    """A date that zones and calendars can be asked about."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        found = super()._deserialize(value, attr, data, **options)
        if not clock.is_within_reach(found):
            raise self.make_error("invalid", input=value, obj_type="date")
        return found


def moment(**options: Any) -> fields.AwareDateTime:
    """An instant with its zone, such as 2026-11-24T08:30:00Z."""
    wrong = "is no moment with its zone. Write it as 2026-11-24T08:30:00Z."
    messages = WORDS | {"invalid": wrong, "invalid_awareness": wrong}
    return _Moment(format="iso", error_messages=messages, **options)


class _Moment(fields.AwareDateTime):
    """An instant, told and kept in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        found = super()._deserialize(value, attr, data, **options)
        if not clock.is_within_reach(found.date()):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return found.astimezone(UTC)


def hour(**options: Any) -> fields.Time:
    """A time on the wall, such as 08:30."""
    wrong = "is no time. Write it as 08:30."
    return _Hour(error_messages=WORDS | {"invalid": wrong}, **options)


class _Hour(fields.Time):
    """A time of day to the minute, in the territory's zone."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str | None:
        return None if value is None else f"{value:%H:%M}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> time:
        found = super()._deserialize(value, attr, data, **options)
        if found.tzinfo is not None or found.second or found.microsecond:
            raise self.make_error("invalid", input=value, obj_type="time")
        return found


def some(inner: fields.Field[Any], most: int, **options: Any) -> fields.List[Any]:
    """A list of so many at most."""
    options["validate"] = validate.Length(0, most, error=f"holds more than {most}.")
    return fields.List(inner, error_messages=WORDS | {"invalid": "is no list."}, **options)


def inside(schema: type[Schema], **options: Any) -> fields.Nested:
    """An object within the object."""
    wrong: dict[str, Any] = {"type": "is no object. Send { … }."}
    return fields.Nested(schema, error_messages=WORDS | wrong, **options)


class PageAsked(Wanted):
    """What every list may be asked."""

    cursor = text(600, metadata={"description": "“next” of the page before."})
    limit = whole(
        1,
        MOST,
        from_text=True,
        metadata={"description": f"How many at most; {USUAL} where nothing is said."},
    )
    updated_since = moment(
        metadata={"description": "Only records that changed at or after this moment."}
    )


class _PageRead(Read):
    next = fields.String(
        dump_only=True,
        allow_none=True,
        required=True,
        metadata={"description": "The cursor of the following page; null on the last one."},
    )
    since = moment(
        dump_only=True,
        required=True,
        metadata={"description": "Ask with this as “updated_since” next time."},
    )


@cache
def page_of(schema: type[Schema]) -> type[Schema]:
    """A page of such records."""
    name = schema.__name__.removesuffix("Schema") + "PageSchema"
    items = fields.List(fields.Nested(schema), dump_only=True, required=True)
    return type(name, (_PageRead,), {"items": items, "__doc__": "One page of records."})
