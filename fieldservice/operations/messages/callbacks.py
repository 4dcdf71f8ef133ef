"""Callbacks of a provider: each kept as it came, once, before anybody acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.models.callbacks import Callback, CallbackKind

AT_ONCE = 1000
LONGEST_TOKEN, LONGEST_SID, LONGEST_STATUS = 40, 64, 60


def keep(
    session: Session,
    kind: CallbackKind,
    token: str,
    sid: str,
    status: str,
    form: Mapping[str, str],
    now: datetime,
    *,
    done: bool = False,
) -> bool:
    """Note a callback; False where the same was told before.

    `done` says that the caller acts on it in this very transaction; otherwise the clock does.
    """
    token, sid = short(token, LONGEST_TOKEN), short(sid, LONGEST_SID)
    status = short(status, LONGEST_STATUS)
    callback = Callback(
        kind=kind,
        mark=f"{kind}:{token or sid}:{status}",
        token=token,
        sid=sid,
        status=status,
        form=readable(form),
        received_at=now,
        processed_at=now if done else None,
    )
    if session.scalar(select(Callback.id).where(Callback.mark == callback.mark)):
        return False
    try:
        with session.begin_nested():
            session.add(callback)
    except IntegrityError:
        return False
    return True


def forget_callbacks(session: Session, now: datetime, days: int) -> int:
    """Delete some that were acted on so long ago: they hold numbers and words; how many.

    What could never be acted on is as old by then and goes too.
    """
    over = now - timedelta(days=days)
    old = select(Callback.id).where(Callback.received_at < over).limit(AT_ONCE)
    ids = session.scalars(old).all()
    session.execute(delete(Callback).where(Callback.id.in_(ids)))
    return len(ids)


def readable(form: Mapping[str, str]) -> dict[str, str]:
    """What both databases can keep of a form: all but NUL, which PostgreSQL refuses."""
    return {str(name).replace("\0", ""): value.replace("\0", "") for name, value in form.items()}


def short(text: str, longest: int) -> str:
    """What both databases can keep of a field, in so many signs."""
    return text.replace("\0", "")[:longest]
