"""Writing for programs: one transaction, and the same request sent again has one effect.

A POST may carry an `Idempotency-Key`. What it was answered is kept in the transaction that did
the deed, so that either both are there or neither. Two that send the same key at once
cannot both commit: the later one is taken back and gets the answer of the earlier.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Response, json, request
from marshmallow import Schema
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import FieldServiceError, Refused
from fieldservice.models.api import ApiAnswer
from fieldservice.operations.audit import TOKEN
from fieldservice.operations.house.api_answers import KEPT
from fieldservice.web import again
from fieldservice.web.api.guard import caller
from fieldservice.web.api.problems import Problem
from fieldservice.web.api.versions import etag_of

KEY = re.compile(r"[!-~]{1,255}")
HEADER = "Idempotency-Key"
FIND = select(ApiAnswer).where(
    ApiAnswer.token_id == bindparam("token_id"), ApiAnswer.key == bindparam("key")
)
KEEP = insert(ApiAnswer)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deed is answered with."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Deed = Callable[[Session], Answer]


def written(
    deed: Callable[[Session], Any], schema: type[Schema], status: int = 200, at: str | None = None
) -> Response:
    """Do it, and answer with the record it leaves; `at` is its address, as “/sites/{0.id}”."""

    return answered(lambda session: told(session, deed(session), schema, status, at))


def told(
    session: Session, record: Any, schema: type[Schema], status: int = 200, at: str | None = None
) -> Answer:
    """A record as an answer, with its version and, where it is new, its address."""
    session.flush()
    headers = {}
    if hasattr(record, "updated_at"):
        # A part of it may have been written after it was.
        session.refresh(record, ["updated_at"])
        headers["ETag"] = etag_of(record)
    if at is not None:
        headers["Location"] = at.format(record)
    return Answer(status, json.dumps(_dumper(schema).dump(record)), headers)


@cache
def _dumper(schema: type[Schema]) -> Schema:
    """Made once: putting a schema together costs as much as using it."""
    return schema()


def emptied(deed: Callable[[Session], None]) -> Response:
    """Do it, and answer that nothing is left to show."""

    def answer(session: Session) -> Answer:
        deed(session)
        return Answer(204)

    return answered(answer)


def answered(deed: Deed) -> Response:
    """Do it in one transaction, once for each idempotency key."""
    key = request.headers.get(HEADER) if request.method == "POST" else None
    if key is not None and not KEY.fullmatch(key):
        sentence = f"{HEADER} holds 1 to 255 letters, digits and signs, no spaces."
        raise Refused(sentence, HEADER)

    def once(session: Session) -> Answer:
        session.info[TOKEN] = caller().token_id
        return deed(session) if key is None else _once(session, key, deed)

    try:
        return _response(again.written(once))
    except FieldServiceError:
        # The same request, sent twice at once, may be what stands in its own way.
        known = key and _known(db.session(), key)
        if not known:
            raise
        return _response(_again(known, _asked()))


def _once(session: Session, key: str, deed: Deed) -> Answer:
    known, asked = _known(session, key), _asked()
    if known is not None:
        return _again(known, asked)
    answer = deed(session)
    row = {
        "token_id": caller().token_id,
        "key": key,
        "asked": asked,
        "asked_at": clock.now(),
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
    }
    # Where the same key was written meanwhile, all of this is taken back, and that answer read.
    session.execute(KEEP, row)
    return answer


def _known(session: Session, key: str) -> ApiAnswer | None:
    """What this key was answered with; one of yesterday is forgotten where one can."""
    known = session.scalar(FIND, {"token_id": caller().token_id, "key": key})
    if known is None or known.asked_at > clock.now() - KEPT:
        return known
    session.execute(delete(ApiAnswer).where(ApiAnswer.id == known.id))
    return None


def _again(known: ApiAnswer, asked: str) -> Answer:
    if known.asked != asked:
        raise Problem(
            422,
            "key-reused",
            f"This {HEADER} was sent with another request. Make a new key for each request.",
        )
    return Answer(known.status, known.body, {**known.headers, "Idempotency-Replayed": "true"})


def _asked() -> str:
    whole = (request.method, request.full_path, hashlib.sha256(request.get_data()).hexdigest())
    return hashlib.sha256("\n".join(whole).encode()).hexdigest()


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.body:
        response.content_type = "application/json"
    else:
        del response.headers["Content-Type"]
    return response
