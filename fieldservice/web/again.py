"""Writing where somebody else may be writing the same rows: tried again at once, a few times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from fieldservice.db import transaction
from fieldservice.errors import Stale

Answer = TypeVar("Answer")

TRIES = 5


def written(deed: Callable[[Session], Answer]) -> Answer:
    """What the deed answers, committed.

    A row that another transaction changed first (a version, a unique key, a deadlock) is no
    reason to trouble anybody: the deed is done again on what is there now.
    """
    for _ in range(TRIES - 1):
        try:
            return _once(deed)
        except (IntegrityError, OperationalError):
            continue
        except Stale as stale:
            if not isinstance(stale.__cause__, StaleDataError):
                raise
    return _once(deed)


def _once(deed: Callable[[Session], Answer]) -> Answer:
    with transaction() as session:
        return deed(session)
