"""Refusals of operations, under the names the API gives to what it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.base import Base

Record = TypeVar("Record", bound=Base)


@contextmanager
def inside(field: str) -> Iterator[None]:
    """What is refused here stands in the object of that name."""
    try:
        yield
    except Refused as refused:
        refused.field = f"{field}.{refused.field}" if refused.field else field
        raise


@contextmanager
def called(names: Mapping[str, str]) -> Iterator[None]:
    """What is refused here under the first name was sent under the second."""
    try:
        yield
    except Refused as refused:
        refused.field = names.get(refused.field or "", refused.field)
        raise


def known(session: Session, model: type[Record], record_id: int, field: str) -> Record:
    """The record a field names, or a refusal of that field."""
    found = session.get(model, record_id)
    if found is None:
        name = str(model.__tablename__).replace("_", " ")
        raise Refused(f"“{field}” names no {name}. List them to see their ids.", field)
    return found
