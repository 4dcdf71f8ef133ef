"""Records as another system knows them: there afterwards as sent, be they new or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.base import Base
from fieldservice.operations import external_ids
from fieldservice.web.api.again import Answer, answered, told
from fieldservice.web.api.frame import Asked
from fieldservice.web.api.problems import Fault, Faulty
from fieldservice.web.api.schemas.base import EXTERNAL_ID
from fieldservice.web.api.versions import check

Record = TypeVar("Record", bound=Base)

UNREAD = "\ufffd"
"""What stands for bytes that are no UTF-8: ids that differ only there would be one."""
SAID_ONCE = ("territory_id", "customer_id", "site_id", "technician_id", "kind")
"""What a new record is told, and most known ones cannot change."""


def upserted(
    model: type[Record],
    external_id: str,
    make: Callable[[Session], Record],
    change: Callable[[Session, Record], None],
    schema: type[Schema],
    at: str,
    asked: Asked,
) -> Response:
    """Change the record of that external id, or make it where there is none: 200 or 201."""
    if len(external_id) > 120 or not re.fullmatch(EXTERNAL_ID, external_id):
        sentence = "An external id has 1 to 120 letters and neither begins nor ends with a space."
        raise Refused(sentence, "external_id")

    if UNREAD in external_id:
        raise Refused("This external id is no UTF-8. Escape it so in the address.", "external_id")

    def deed(session: Session) -> Answer:
        known = external_ids.known_by(session, model, external_id)
        if known is not None:
            check(known)
            change(session, known)
            session.flush()
            _refuse_what_stayed(known, asked)
            return told(session, known, schema)
        record = make(session)
        external_ids.give(session, record, external_id)
        return told(session, record, schema, 201, at)

    return answered(deed)


def _refuse_what_stayed(record: Base, asked: Asked) -> None:
    """What a record belongs to is said once: another one later would be lost without a word."""
    for name in SAID_ONCE:
        stays = getattr(record, name, None)
        if name in asked and hasattr(record, name) and stays != asked[name]:
            sentence = f"“{name}” is {stays} here and stays so. Leave it out, or send another id."
            raise Refused(sentence, name)


def require(asked: Asked, *names: str) -> None:
    """What a new record cannot be without, though a change of a known one can."""
    missing = [name for name in names if asked.get(name) is None]
    if missing:
        raise Faulty([Fault(name, f"“{name}” is missing. A new one needs it.") for name in missing])
