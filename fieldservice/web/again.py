"""Writing where somebody else may be writing the same rows: tried again at once, a few times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from fieldservice.db import transaction
from fieldservice.errors import Stale

Answer = TypeVar("Answer")

TRIES = 5
GIVEN_UP = frozenset({"55P03", "57014"})
"""PostgreSQL waited for a lock, or worked, for as long as it may: it would again."""


@dataclass(slots=True)
class _Attempt:
    """How far one try has come."""

    committing: bool = False


def written(deed: Callable[[Session], Answer]) -> Answer:
    """What the deed answers, committed.

    A row that another transaction changed first (a version, a unique key, a deadlock), or a
    connection that was lost on the way, is no reason to trouble anybody: the deed is done
    again on what is there now.
    """
    for _ in range(TRIES - 1):
        attempt = _Attempt()
        try:
            return _once(deed, attempt)
        except IntegrityError:
            continue
        except OperationalError as error:
            if not _is_worth_another(error, attempt):
                raise
        except Stale as stale:
            if not isinstance(stale.__cause__, StaleDataError):
                raise
    return _once(deed, _Attempt())


def _once(deed: Callable[[Session], Answer], attempt: _Attempt) -> Answer:
    with transaction() as session:
        answer = deed(session)
        session.flush()
        attempt.committing = True
    return answer


def _is_worth_another(error: OperationalError, attempt: _Attempt) -> bool:
    if getattr(error.orig, "sqlstate", None) in GIVEN_UP:
        return False
    # Lost while it was being committed, it may have been kept: done again, it would be twice.
    return not (attempt.committing and error.connection_invalidated)
