"""Versions of records: what was read is changed only while it is still so."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from flask import Response, json, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Stale
from fieldservice.models.base import Base
from fieldservice.web.api.problems import Problem

_TAG = r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"'
WELL_WRITTEN = re.compile(rf"[ \t]*(\*|(,[ \t]*)*{_TAG}([ \t]*,([ \t]*{_TAG})?)*)[ \t]*")
"""What `If-Match` may hold (RFC 9110, section 13.1.1): `*`, or entity tags with commas between."""
UNREADABLE = (
    "“If-Match” holds no version that can be read. Send the “ETag” as it was read, with its "
    "quotation marks, or “*”."
)

Record = TypeVar("Record", bound=Base)


def etag_of(record: Any) -> str:
    """The version of a record as it stands, for `If-Match`."""
    version = getattr(record, "version", 0)
    return f'"{record.id}-{int(record.updated_at.timestamp() * 1_000_000)}-{version}"'


def shown(record: Any, schema: type[Schema]) -> Response:
    """One record with its version; nothing where the reader has it already."""
    response = Response(json.dumps(schema().dump(record)), content_type="application/json")
    response.headers["ETag"] = etag_of(record)
    response.make_conditional(request)
    return response


def held(session: Session, model: type[Record], record_id: int, sentence: str) -> Record:
    """The record, kept from others until the commit, and still what the sender saw of it."""
    record = session.get(model, record_id, with_for_update=True, populate_existing=True)
    if record is None:
        raise NotFound(sentence)
    check(record)
    return record


def check(record: Any) -> None:
    """Refuse a change where `If-Match` names another version than this, or none at all."""
    written = request.headers.get("If-Match")
    if written is None:
        return
    if not WELL_WRITTEN.fullmatch(written):
        raise Problem(400, "malformed", UNREADABLE)
    if not request.if_match.contains(etag_of(record).strip('"')):
        raise Stale("Somebody else changed this meanwhile. Read it again, then change it.")
