"""Writing for programs: one transaction, and the same request sent again has one effect.

A POST may carry an `Idempotency-Key`. What it was answered is kept in the transaction that did
the deed, so that either both are there or neither. Whoever sends the same key meanwhile waits
for that transaction and then gets the same answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Response, json, request
from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Refused
from fieldservice.models.api import ApiAnswer
from fieldservice.operations.audit import TOKEN
from fieldservice.web import again
from fieldservice.web.api.guard import caller
from fieldservice.web.api.problems import Problem
from fieldservice.web.api.versions import etag_of

KEPT = timedelta(hours=24)
KEY = re.compile(r"[!-~]{1,255}")
HEADER = "Idempotency-Key"


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
    return Answer(status, json.dumps(schema().dump(record)), headers)


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

    return _response(again.written(once))


def _once(session: Session, key: str, deed: Deed) -> Answer:
    now, asked = clock.now(), _asked()
    same = (ApiAnswer.token_id == caller().token_id, ApiAnswer.key == key)
    known = session.scalar(select(ApiAnswer).where(*same).with_for_update())
    if known is not None and known.asked_at > now - KEPT:
        return _again(known, asked)
    if known is not None:
        session.delete(known)
        session.flush()
    row = ApiAnswer(
        token_id=caller().token_id,
        key=key,
        asked=asked,
        asked_at=now,
        status=0,
        headers={},
        body="",
    )
    session.add(row)
    # Whoever sends the same key at the same moment waits here, and reads the answer then.
    session.flush()
    answer = deed(session)
    row.status, row.body, row.headers = answer.status, answer.body, dict(answer.headers)
    return answer


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
