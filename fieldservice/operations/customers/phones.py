"""Telephone numbers: any writing in, one writing kept."""

from __future__ import annotations

import enum
import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from fieldservice.errors import Refused

_DIGITS_ENOUGH = 6
_PERSONAL = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
_SHORTENED = re.compile(r"^\d+([.,]\d+)?[eE]\+?\d+$")


class NumberKind(enum.StrEnum):
    """What a number is known to be, from its digits alone."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    UNKNOWN = "unknown"


def phone_number(written: str, country: str, field: str | None = "phone") -> str:
    """The number in E.164, read as somebody in that country writes it."""
    text = written.strip()
    if _SHORTENED.match(text):
        raise Refused(
            "%(text)s is a phone that the spreadsheet shortened. Format the column as text "
            "and enter the number again.",
            field,
            text=repr(text),
        )
    if len(_several(text)) > 1:
        raise Refused(
            "%(text)s holds more than one phone. Keep one in this column.", field, text=repr(text)
        )
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException as error:
        raise Refused(_not_one(text, country), field) from error
    if not phonenumbers.is_valid_number(number):
        raise Refused(_not_one(text, country), field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def shown_phone(number: str) -> str:
    """A kept number as people write it, with its country."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=4096)
def number_kind(number: str) -> NumberKind:
    """Whether a kept number is a mobile one or a landline, as its country deals them out.

    Some countries deal both out of one range: there nobody can tell.
    """
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    except NumberParseException:
        return NumberKind.UNKNOWN
    if kind == phonenumbers.PhoneNumberType.MOBILE:
        return NumberKind.MOBILE
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        return NumberKind.LANDLINE
    return NumberKind.UNKNOWN


@lru_cache(maxsize=4096)
def is_personal(number: str) -> bool:
    """Whether a kept number is an ordinary one that texts may reach.

    No landline, and none of those that cost more or belong to no country: premium, shared
    cost, satellite, pagers.
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return False
    # “001” stands for what is dealt out to no country.
    nowhere = phonenumbers.region_code_for_number(parsed) in (None, "001")
    return phonenumbers.number_type(parsed) in _PERSONAL and not nowhere


def _several(text: str) -> list[str]:
    parts = re.split(r"[/;,|]| i | y | o ", text)
    return [part for part in parts if sum(sign.isdigit() for sign in part) >= _DIGITS_ENOUGH]


def _not_one(text: str, country: str) -> str:
    code = phonenumbers.country_code_for_region(country)
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    shown = f", for example +{code} {example.national_number}" if example else ""
    return (
        f"{text!r} is not a phone number. Write it in full{shown}; "
        "a number from another country needs its + and country code."
    )
